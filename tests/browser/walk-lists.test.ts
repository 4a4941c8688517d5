/** What an agent arranges for himself: stars, filters and order, unread marks, links to what he found. */
import { sql } from "kysely"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { mentionOf } from "../../protocol/text.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, customerService, inbox, log, row, rows } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let colleagues: { ada: Colleague; bo: Colleague }
let ada: Page
let bo: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  colleagues = { ada: await company.hire("Ada Okafor"), bo: await company.hire("Bo Lindqvist") }
  await company.write("Vera", { text: "Vera asks about boots" })
  await company.write("Wim", { text: "Wim asks about laces" })
  for (const name of ["Vera", "Wim"])
    await succeed(company.assign(colleagues.ada, name, { kind: "agent", agentId: colleagues.ada.agentId }))
  ada = await stage.openBrowserOf(colleagues.ada)
  bo = await stage.openBrowserOf(colleagues.bo)
  await ada.goto(stage.url)
  await bo.goto(stage.url)
  await inbox(ada, "Me, 2").waitFor()
  await inbox(bo, "Me").waitFor()
})

afterAll(() => stage?.close())

test("a starred conversation is under Starred, of the one who starred it, open and closed", async () => {
  await people.openConversation(ada, "boots")
  await conversation(ada).getByRole("button", { name: "Star", exact: true }).click()
  await inbox(ada, "Starred, 1").waitFor()
  await row(ada, "boots").getByRole("img", { name: "Starred" }).waitFor()
  await conversation(ada).getByRole("button", { name: "Close", exact: true }).click()
  await inbox(ada, "Me, 1").waitFor()
  await people.openInbox(ada, "Starred")
  await row(ada, "boots").waitFor()
  // Bo has heard of the close; a star would have come before it.
  await people.openInbox(bo, "Everyone")
  await row(bo, "laces").waitFor()
  await row(bo, "boots").waitFor({ state: "detached" })
  expect(await inbox(bo, "Starred").getAttribute("aria-label")).toBe("Starred")

  await people.openConversation(ada, "boots")
  await conversation(ada).getByRole("button", { name: "Reopen" }).click()
  await conversation(ada).getByRole("button", { name: "Star", exact: true }).click()
  await row(ada, "boots").waitFor({ state: "detached" })
  await inbox(ada, "Me, 2").waitFor()
})

test("filter and order are remembered over a reload and in another browser, for each inbox", async () => {
  await people.openInbox(ada, "Everyone")
  await people.openInbox(ada, "Me")
  await expect.poll(() => rows(ada).allInnerTexts()).toHaveLength(2)
  const [first, second] = await order(ada)
  await choose(ada, "Sort", "Oldest update first")
  await expect.poll(() => order(ada)).toEqual([second, first])
  await choose(ada, "Filter", "SMS")
  await ada.getByText("Nothing here matches the filter.").waitFor()
  await ada.reload()
  await ada.getByText("Nothing here matches the filter.").waitFor()
  await choose(ada, "Filter", "SMS")
  await expect.poll(() => order(ada)).toEqual([second, first])

  const other = await stage.openBrowserOf(colleagues.ada)
  await other.goto(`${stage.url}/inbox/me`)
  await expect.poll(() => order(other)).toEqual([second, first])
  await other.getByRole("button", { name: "Sort" }).click()
  await other.getByRole("menuitemradio", { name: "Oldest update first", checked: true }).waitFor()
  await other.keyboard.press("Escape")
  // What is chosen in one browser shows in the other.
  await choose(other, "Filter", "Closed")
  await ada.getByText("Conversations appear here once they are closed.").waitFor()
  await ada.getByRole("button", { name: "Show open ones" }).click()
  await expect.poll(() => order(other)).toEqual([second, first])
  await other.context().close()

  await people.openInbox(ada, "Everyone")
  await expect.poll(() => order(ada)).toEqual([first, second])
  await people.openInbox(bo, "Me")
  await bo.getByRole("button", { name: "Sort" }).click()
  await bo.getByRole("menuitemradio", { name: "Latest update first", checked: true }).waitFor()
  await bo.keyboard.press("Escape")
})

test("what came in is unread until it was looked at, and again when it is marked so", async () => {
  await people.openInbox(ada, "Me")
  await company.write("Wim", { text: "Wim asks again" })
  await company.write("Wim", { text: "Wim asks a third time" })
  await row(ada, "third time")
    .getByRole("link", { name: /, \d unread$/ })
    .waitFor()
  const before = await badgeOf(ada)
  await people.openConversation(ada, "third time")
  await row(ada, "third time").getByRole("link", { name: "Lead", exact: true }).waitFor()
  await customerService(ada, before - 1).waitFor()

  const message = log(ada).getByRole("article").filter({ hasText: "Wim asks again" })
  await message.hover()
  await message.getByRole("button", { name: "Message actions" }).click()
  await ada.getByRole("menuitem", { name: "Mark unread from here" }).click()
  await row(ada, "third time")
    .getByRole("link", { name: /^Lead\s*, 2 unread$/ })
    .waitFor()
  await customerService(ada, before).waitFor()
  await expect.poll(() => ada.title()).toBe(`(${before}) Me · Parley`)
  // It stays so while it stands open, and is read when it is opened anew.
  await ada.waitForTimeout(1_500)
  await customerService(ada, before).waitFor()
  await people.openConversation(ada, "boots")
  await people.openConversation(ada, "third time")
  await row(ada, "third time").getByRole("link", { name: "Lead", exact: true }).waitFor()
})

test("a link leads a colleague to the conversation, or to the very message", async () => {
  const { conversationId, lastEntryId } = await company.write("Vera", { text: "Vera has the last word" })
  await sql`
    insert into entries (workspace_id, id, conversation_id, at, type, address_id, source_id, text)
    select workspace_id, gen_random_uuid(), conversation_id, at - step * interval '1 minute', 'message', address_id,
           source_id, 'Line ' || step || ' of a long story'
      from entries, generate_series(1, 300) as step where id = ${lastEntryId}`.execute(stage.database.db)
  await ada.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: stage.url })
  const copied = () => ada.evaluate(() => navigator.clipboard.readText())

  await people.openConversation(ada, "Vera has the last word")
  await conversation(ada).getByRole("button", { name: "Copy link" }).click()
  await ada.getByText("Link copied.").waitFor()
  expect(new URL(await copied()).pathname).toBe(`/conversations/${conversationId}`)
  await bo.goto(await copied())
  await conversation(bo).waitFor()
  await log(bo).getByText("Vera has the last word").waitFor()

  await bo.goto(
    `${stage.url}/conversations/${conversationId}?entry=${await idOf("Line 211 of a long story")}`,
  )
  const line = log(bo).getByText("Line 211 of a long story")
  await line.waitFor()
  await expect.poll(() => isInSight(line)).toBe(true)
  const message = log(bo).getByRole("article").filter({ hasText: "Line 211 of" })
  await bo.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: stage.url })
  await message.hover()
  await message.getByRole("button", { name: "Message actions" }).click()
  await bo.getByRole("menuitem", { name: "Copy link" }).click()
  await expect
    .poll(() => bo.evaluate(() => navigator.clipboard.readText()))
    .toContain(`entry=${await idOf("Line 211 of a long story")}`)
  await bo.getByRole("button", { name: "To the latest" }).click()
  await expect.poll(() => isInSight(log(bo).getByText("Vera has the last word"))).toBe(true)
})

test("messages are asked for when a conversation is pressed, and are not read for that", async () => {
  const { conversationId } = await company.write("Xenia", { text: "Xenia asks about soles" })
  const { ada: adas } = colleagues
  await succeed(company.assign(adas, "Xenia", { kind: "agent", agentId: adas.agentId }))
  await people.openInbox(ada, "Me")
  const link = row(ada, "soles").getByRole("link")
  await link.hover()
  const asked = ada.waitForResponse((response) =>
    response.url().includes(`/conversations/${conversationId}/entries`),
  )
  await ada.mouse.down()
  await asked
  expect(new URL(ada.url()).pathname).not.toContain(conversationId)
  // She thought better of it and lets go elsewhere.
  await ada.mouse.move(0, 0)
  await ada.mouse.up()
  await ada.waitForTimeout(1_000)
  expect(await link.textContent()).toMatch(/, 1 unread$/)
  await link.click()
  await log(ada).getByText("Xenia asks about soles").waitFor()
})

test("a mention is done with, and back when it is undone or there is a new one", async () => {
  await company.write("Yuri", { text: "Yuri asks about heels" })
  const { ada: adas, bo: bos } = colleagues
  await succeed(company.assign(bos, "Yuri", { kind: "agent", agentId: bos.agentId }))
  const mention = () =>
    succeed(company.act(bos, "Yuri", "notes", { text: `Do you know, ${mentionOf("agent", adas.agentId)}?` }))
  await mention()
  await inbox(ada, "Mentions, 1").waitFor()
  await people.openInbox(ada, "Mentions")
  await people.openConversation(ada, "Do you know")
  await conversation(ada).getByRole("button", { name: "Done", exact: true }).click()
  await row(ada, "Do you know").waitFor({ state: "detached" })
  await ada.getByRole("button", { name: "Undo" }).click()
  await row(ada, "Do you know").waitFor()
  await conversation(ada).getByRole("button", { name: "Done", exact: true }).click()
  await row(ada, "Do you know").waitFor({ state: "detached" })
  await mention()
  await inbox(ada, "Mentions, 1").waitFor()
})

test("what is said at the foot of the window keeps nobody from writing", async () => {
  await ada.goto(`${stage.url}/inbox/me`)
  for (const size of [
    { width: 1440, height: 900 },
    { width: 1024, height: 768 },
    { width: 390, height: 844 },
  ]) {
    await ada.setViewportSize(size)
    await ada.goto(`${stage.url}/inbox/me`)
    await people.openConversation(ada, "third time")
    await ada.keyboard.press("u")
    await ada.getByText("Marked unread.").waitFor()
    const soon = { trial: true, timeout: 4_000 }
    await ada.getByRole("switch", { name: "Internal note" }).click(soon)
    await answerField(ada).click(soon)
    await answerField(ada).fill("Soon")
    await conversation(ada).getByRole("button", { name: "Send", exact: true }).click(soon)
    expect(await ada.getByText("Marked unread.").isVisible()).toBe(true)
    await answerField(ada).fill("")
  }
  await ada.setViewportSize({ width: 1440, height: 900 })
})

test("a link is of no use to whoever may not see the conversation", async () => {
  const teamId = await company.makeTeam([colleagues.ada], { deliveryMode: "queue" })
  const { conversationId } = await company.write("Xenia", {
    at: await company.makeSource(teamId),
    text: "Xenia whispers",
  })
  await ada.goto(`${stage.url}/conversations/${conversationId}`)
  await log(ada).getByText("Xenia whispers").waitFor()
  await bo.goto(`${stage.url}/conversations/${conversationId}`)
  await bo.getByText("There is nothing here that you may see.").waitFor()
  expect(await bo.getByText("whispers").count()).toBe(0)
})

async function choose(page: Page, button: "Sort" | "Filter", choice: string): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click()
  const menu = page.getByRole("menu")
  await menu.getByText(choice, { exact: true }).click()
  await page.keyboard.press("Escape")
  await menu.waitFor({ state: "detached" })
}

test("what comes into a short conversation is shown, however much happened in it while it was open", async () => {
  await company.write("Xara", { text: "Xara asks about socks" })
  await company.write("Yan", { text: "Yan asks about hats" })
  await people.openInbox(bo, "Unassigned")
  await people.openConversation(bo, "hats")
  await people.openConversation(bo, "socks")
  const { agentId } = colleagues.bo
  for (let times = 0; times < 5; times += 1) {
    await succeed(company.assign(colleagues.bo, "Xara", { kind: "agent", agentId }))
    await succeed(company.assign(colleagues.bo, "Xara", { kind: "nobody" }))
  }
  await company.write("Xara", { text: "Xara wants them red" })
  await log(bo).getByText("Xara wants them red").waitFor()
  expect(await isInSight(log(bo).getByText("Xara wants them red"))).toBe(true)
})

/** Whose conversations, from the top: by the first word that was said. */
async function order(page: Page): Promise<string[]> {
  const shown = await rows(page).evaluateAll((items) =>
    items
      .toSorted((one, other) => Number(one.ariaPosInSet) - Number(other.ariaPosInSet))
      .map((item) => /Vera|Wim/.exec(item.textContent)?.[0] ?? ""),
  )
  return shown
}

async function badgeOf(page: Page): Promise<number> {
  const link = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Customer Service/ })
  return Number(/\d+/.exec((await link.getAttribute("aria-label")) ?? "")?.[0] ?? 0)
}

async function idOf(text: string): Promise<string> {
  const { rows: found } = await sql<{ id: string }>`select id from entries where text = ${text}`.execute(
    stage.database.db,
  )
  return found[0]?.id ?? ""
}

/** Wholly inside the scrolled box, not merely in the document. */
async function isInSight(line: ReturnType<Page["getByText"]>): Promise<boolean> {
  return line.evaluate((element) => {
    const box = element.closest('[role="log"]')?.getBoundingClientRect()
    const { top, bottom } = element.getBoundingClientRect()
    return box !== undefined && top >= box.top && bottom <= box.bottom
  })
}
