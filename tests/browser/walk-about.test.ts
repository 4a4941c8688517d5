/** What is known without asking: where a customer is and was, who is here for him, what he sent; and what is a team's own. */
import { sql } from "kysely"
import type { Locator, Page } from "playwright-core"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { mentionOf } from "../../protocol/text.ts"
import { newId } from "../../server/db/db.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, inbox, log, row } from "../harness/people.ts"
import { startFakeTwilio } from "../providers/fake-twilio.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let colleagues: { ada: Colleague; bo: Colleague; cy: Colleague }
let ada: Page
let bo: Page
let cy: Page
const VISITOR = { locale: "en-GB" }

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  colleagues = {
    ada: await company.hire("Ada Okafor"),
    bo: await company.hire("Bo Lindqvist"),
    cy: await company.hire("Cy Marsh"),
  }
  ada = await stage.openBrowserOf(colleagues.ada)
  bo = await stage.openBrowserOf(colleagues.bo)
  cy = await stage.openBrowserOf(colleagues.cy)
  for (const page of [ada, bo, cy]) {
    await page.goto(`${stage.url}/inbox/me`)
    await inbox(page, "Me").waitFor()
  }
})
afterAll(() => stage?.close())

const panel = (page: Page) => page.getByRole("complementary", { name: "Customer" })
const pages = (page: Page) => panel(page).getByRole("list", { name: "Pages" }).getByRole("listitem")

test("whether a customer is there and on which page is seen as it changes, with the pages he was on before", async () => {
  const vera = await stage.openBrowser(VISITOR)
  await people.openShop(vera, stage.url)
  await people.openChat(vera)
  await people.say(vera, "Do you have these in red?")
  await people.openInbox(ada, "Everyone")
  await people.openConversation(ada, "these in red")
  await panel(ada).getByText("online", { exact: true }).waitFor()
  await panel(ada).getByText("On page", { exact: true }).waitFor()
  await conversation(ada).getByText("on /try", { exact: true }).waitFor()

  // The panel may ask before the server has noted where she was last.
  await ada.route(
    /\/customer\/history$/,
    async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...(await response.json()), visits: [] } })
    },
    { times: 1 },
  )
  await vera.getByRole("link", { name: "Boots" }).click()
  await vera.waitForURL("**/try/skog")
  await conversation(ada).getByText("on /try/skog", { exact: true }).waitFor()

  await vera.context().close()
  await panel(ada).getByText("not online", { exact: true }).waitFor()
  await conversation(ada).getByText("on /try/skog", { exact: true }).waitFor({ state: "detached" })
  expect(await panel(ada).getByText("On page", { exact: true }).count()).toBe(0)
  await expect.poll(() => pages(ada).locator("bdi").allTextContents()).toEqual(["/try/skog", "/try"])
})

test("the earlier times a conversation was open are listed, and lead to where each began", async () => {
  const { conversationId } = await company.write("Wim", { text: "Wim asks in March" })
  await company.close(colleagues.bo, "Wim")
  await sql`
    update entries set at = '2025-03-15T12:00:00Z'::timestamptz + (at - now())
     where conversation_id = ${conversationId}`.execute(stage.database.db)
  const { lastEntryId } = await company.write("Wim", { text: "Wim is back" })
  await sql`
    insert into entries (workspace_id, id, conversation_id, at, type, address_id, source_id, text)
    select workspace_id, gen_random_uuid(), conversation_id, at + step * interval '1 millisecond', 'message',
           address_id, source_id, 'Line ' || step || ' of a long story'
      from entries, generate_series(1, 200) as step where id = ${lastEntryId}`.execute(stage.database.db)
  await people.openInbox(ada, "Everyone")
  await row(ada, "Wim is back").getByRole("link").click()
  const times = panel(ada).getByRole("list", { name: "Earlier and now" }).getByRole("listitem")
  await expect.poll(() => times.count()).toBe(2)
  await times.first().getByText("open", { exact: true }).waitFor()
  await times.last().getByRole("link", { name: "15 Mar 2025" }).waitFor()
  await times.last().getByText("closed 15 Mar 2025", { exact: true }).waitFor()
  await expect.poll(() => isInSight(log(ada).getByText("Line 200 of a long story"))).toBe(true)
  expect(await log(ada).getByText("Wim asks in March").count()).toBe(0)
  await times.last().getByRole("link").click()
  await expect.poll(() => isInSight(log(ada).getByText("Wim asks in March"))).toBe(true)
  await times.first().getByRole("link").click()
  await expect.poll(() => isInSight(log(ada).getByText("Wim is back"))).toBe(true)
})

test("the chat's home says how many are here, and when the last of them goes Away that nobody is", async () => {
  const visitor = await stage.openBrowser(VISITOR)
  await visitor.clock.install()
  await people.openShop(visitor, stage.url)
  await people.openChat(visitor)
  const home = visitor.getByRole("dialog", { name: "Chat with Acme" })
  await home.getByText("3 people are here now").waitFor()
  for (const page of [ada, bo]) await goAway(page)
  await expectLater(visitor, home.getByText("1 person is here now"))
  await goAway(cy)
  await expectLater(visitor, home.getByText("Nobody is here right now"))
  expect(await home.getByText("here now").count()).toBe(0)
  for (const page of [ada, bo, cy]) await choose(page, /^Away, /, "Available")
  await expectLater(visitor, home.getByText("3 people are here now"))
  await visitor.context().close()
})

test("a picture that came by MMS is in the conversation, and is opened there", async () => {
  const twilio = await startFakeTwilio()
  try {
    const number = "+46700000001"
    const { body } = await succeed(
      company.owner.send("POST", "/sources", {
        name: "Phones",
        teamId: company.everyoneId,
        settings: twilio.settings(number),
      }),
    )
    const bytes = await sharp({ create: { width: 300, height: 200, channels: 3, background: "#a33" } })
      .png()
      .toBuffer()
    const media = [{ type: "image/png", bytes }]
    const message = twilio.customerWrites({
      from: "+33612345678",
      to: number,
      body: "My torn sole",
      media,
    })
    const told = await twilio.post(`${stage.url}/webhooks/sms/${String(body.id)}`, twilio.webhookOf(message))
    expect(told.status).toBe(200)
    await people.openInbox(ada, "Unassigned")
    await people.openConversation(ada, "My torn sole")
    const picture = log(ada).getByRole("button", { name: "Open mms-1.png" })
    await shows(picture.locator("img"))
    await picture.click()
    await shows(ada.getByRole("dialog", { name: "mms-1.png" }).getByRole("img", { name: "mms-1.png" }))
    await ada.keyboard.press("Escape")
    await ada.getByRole("dialog").waitFor({ state: "detached" })
  } finally {
    await twilio.stop()
  }
})

test("a saved reply of a team is made by a member in Settings, and offered to members alone, in its conversations", async () => {
  const teamId = await company.makeTeam([colleagues.bo], { name: "Repairs", deliveryMode: "queue" })
  const at = await company.makeSource(teamId)
  await succeed(
    company.owner.send("POST", "/saved-replies", { name: "Soon", text: "We answer soon.", teamId: null }),
  )
  await company.write("Ines", { at, text: "Ines has a hole" })
  await company.write("Jon", { at, text: "Jon has a hole" })
  await company.write("Kim", { text: "Kim has a question" })
  const { cy: cys, bo: bos } = colleagues
  await succeed(company.assign(bos, "Jon", { kind: "agent", agentId: cys.agentId }))

  await people.openSettings(bo, "Saved replies")
  await bo.getByRole("button", { name: "New reply" }).click()
  const dialog = bo.getByRole("dialog", { name: "New reply" })
  await dialog.getByRole("textbox", { name: "Name" }).fill("Soles")
  await dialog.getByRole("textbox", { name: "Text" }).fill("A new sole takes a week.")
  const wanted = dialog.getByRole("combobox", { name: "For" })
  // What is for all is made by admins.
  expect((await wanted.getByRole("option").allTextContents()).toSorted()).toEqual(["Everyone", "Repairs"])
  await wanted.selectOption({ label: "Repairs" })
  await dialog.getByRole("button", { name: "Save" }).click()
  await bo.getByRole("listitem").filter({ hasText: "Soles" }).getByText("Repairs").waitFor()
  await people.leaveSettings(bo)

  const offered = async (page: Page, text: string) => {
    await people.openConversation(page, text)
    await answerField(page).pressSequentially("/so")
    const options = page.getByRole("listbox", { name: "Saved replies" }).getByRole("option")
    await options.filter({ hasText: "Soon" }).waitFor()
    return (await options.locator("strong").allTextContents()).toSorted()
  }
  await people.openInbox(bo, "Unassigned")
  expect(await offered(bo, "Kim has a question")).toEqual(["Soon"])
  await answerField(bo).fill("")
  expect(await offered(bo, "Ines has a hole")).toEqual(["Soles", "Soon"])
  await bo.getByRole("option").filter({ hasText: "Soles" }).click()
  expect(await answerField(bo).inputValue()).toBe("A new sole takes a week.")
  // Cy has a conversation of the team and is not in it.
  await people.openInbox(cy, "Me")
  expect(await offered(cy, "Jon has a hole")).toEqual(["Soon"])
  await answerField(cy).fill("")
  await people.openSettings(cy, "Saved replies")
  await cy.getByRole("listitem").filter({ hasText: "Soon" }).waitFor()
  expect(await cy.getByRole("listitem").filter({ hasText: "Soles" }).count()).toBe(0)
  await people.leaveSettings(cy)
})

test("an answer in a note's thread is under the Mentions of everybody who is in it, and of nobody else", async () => {
  const { ada: adas, bo: bos, cy: cys } = colleagues
  const dee = await stage.openBrowserOf(await company.hire("Dee Alba"))
  await dee.goto(`${stage.url}/inbox/team:${company.everyoneId}`)
  await company.write("Leo", { text: "Leo wants an invoice" })
  const asked = newId()
  const text = `Is it paid, ${mentionOf("agent", bos.agentId)}?`
  await succeed(company.act(adas, "Leo", "notes", { id: asked, text }))
  await succeed(company.act(cys, "Leo", "notes", { text: "I can look.", thread: asked }))

  // Ada asked and Bo was named: both have done with it, so that only what comes now brings it back.
  for (const page of [ada, bo]) {
    await people.openInbox(page, "Mentions")
    await row(page, "I can look.").getByRole("link").click()
    await conversation(page).getByRole("button", { name: "Done", exact: true }).click()
    await row(page, "I can look.").waitFor({ state: "detached" })
    await people.openInbox(page, "Me")
    await expect.poll(() => inbox(page, "Mentions").getAttribute("aria-label")).toBe("Mentions")
  }
  await people.openInbox(cy, "Unassigned")
  await people.openConversation(cy, "I can look.")
  await log(cy)
    .getByRole("button", { name: /^1 answer/ })
    .click()
  const field = cy.getByRole("textbox", { name: "Answer in the thread" })
  await field.fill("Paid on Monday.")
  await field.press("Enter")
  for (const page of [ada, bo]) {
    await inbox(page, "Mentions, 1").waitFor()
    await people.openInbox(page, "Mentions")
    await row(page, "Paid on Monday.").getByText("Mentioned").waitFor()
  }
  // Dee has heard of it by then, and so has Cy himself.
  await row(dee, "Paid on Monday.").waitFor()
  for (const page of [dee, cy])
    expect(await inbox(page, "Mentions").getAttribute("aria-label")).toBe("Mentions")
})

async function choose(page: Page, button: RegExp, choice: string): Promise<void> {
  await page.getByRole("button", { name: button }).click()
  await page.getByRole("menuitemradio", { name: choice }).click()
  await page.keyboard.press("Escape")
  await page.getByRole("menu").waitFor({ state: "detached" })
}

async function goAway(page: Page): Promise<void> {
  await choose(page, /^Available, /, "Away")
  await page.getByRole("button", { name: /^Away, / }).waitFor()
}

/** While the chat stands open: it asks again every minute, which passes at once here. */
async function expectLater(visitor: Page, words: Locator): Promise<void> {
  await expect
    .poll(
      async () => {
        await visitor.clock.fastForward(60_000)
        return words.first().isVisible()
      },
      { interval: 500 },
    )
    .toBe(true)
}

/** Whether a picture is really there, and not only where it should be. */
async function shows(picture: Locator): Promise<void> {
  await expect
    .poll(() => picture.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth > 0))
    .toBe(true)
}

/** Wholly inside the scrolled box, not merely in the document. */
async function isInSight(line: Locator): Promise<boolean> {
  return line.evaluate((element) => {
    const box = element.closest('[role="log"]')?.getBoundingClientRect()
    const { top, bottom } = element.getBoundingClientRect()
    return box !== undefined && top >= box.top && bottom <= box.bottom
  })
}
