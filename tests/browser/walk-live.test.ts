/** What an agent has in front of him while others write, look, close and vanish: lists, rows, counts, the end of a timeline. */
import { sql } from "kysely"
import type { Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { conversation, inbox, log, row, rows } from "../harness/people.ts"
import { layCable, type Cable } from "./cable.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let cable: Cable
let adas: Colleague
let bos: Colleague
let ada: Page
let bo: Page

const NAMES = ["Vera", "Wim", "Xenia", "Yuri", "Zoe"]

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  cable = await layCable(stage.url)
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  ada = await stage.openBrowserOf(adas)
  bo = await stage.openBrowserOf(bos)
  for (const page of [ada, bo]) {
    await page.goto(`${stage.url}/inbox/unassigned`)
    await inbox(page, "Unassigned").waitFor()
  }
})
afterAll(async () => {
  await stage?.close()
  await cable?.close()
})

const give = (name: string) => succeed(company.assign(adas, name, { kind: "agent", agentId: adas.agentId }))

/** Whose conversations, from the top: by the name that is in what they wrote. */
const order = (page: Page): Promise<string[]> =>
  rows(page).evaluateAll(
    (items, names) =>
      items
        .toSorted((one, other) => Number(one.ariaPosInSet) - Number(other.ariaPosInSet))
        .map((item) => names.find((name) => item.textContent.includes(name)) ?? ""),
    NAMES,
  )

/** What stands beside the name of the inbox. */
async function countOf(page: Page, name: string): Promise<number> {
  const label = await inbox(page, name).getAttribute("aria-label")
  return Number(/, (\d+)$/.exec(label ?? "")?.[1] ?? 0)
}

test("Unassigned has who waits longest first and Me the latest update; a label, a star and reading move nothing", async () => {
  for (const name of ["Vera", "Wim", "Xenia"]) await company.write(name, { text: `${name} asks` })
  await company.write("Vera", { text: "Vera asks again" })
  await row(ada, "Vera asks again").waitFor()
  await expect.poll(() => order(ada)).toEqual(["Vera", "Wim", "Xenia"])

  for (const name of ["Xenia", "Wim", "Vera"]) await give(name)
  await people.openInbox(ada, "Me")
  for (const name of ["Wim", "Vera", "Xenia"]) await company.write(name, { text: `${name} is waiting` })
  const latest = ["Xenia", "Vera", "Wim"]
  await expect.poll(() => order(ada)).toEqual(latest)
  await people.openInbox(bo, "Everyone")
  await expect.poll(() => order(bo)).toEqual(latest)

  await people.openConversation(ada, "Wim is waiting")
  await row(ada, "Wim").getByRole("link", { name: "Lead", exact: true }).waitFor()
  expect(await order(ada)).toEqual(latest)
  await ada.keyboard.press("s")
  await row(ada, "Wim").getByRole("img", { name: "Starred" }).waitFor()
  await ada.keyboard.press("l")
  await ada.getByRole("combobox", { name: "Find or make a label" }).fill("laces")
  await ada.keyboard.press("Enter")
  await row(bo, "Wim").getByText("laces").waitFor()
  await ada.keyboard.press("Escape")
  await conversation(ada).getByRole("button", { name: "Close", exact: true }).waitFor()
  await ada.keyboard.press("u")
  await row(ada, "Wim")
    .getByRole("link", { name: /, \d unread$/ })
    .waitFor()
  expect(await order(ada)).toEqual(latest)
  expect(await order(bo)).toEqual(latest)
})

test("beside each inbox and team stands how many open conversations it has, at once when one comes or is closed", async () => {
  for (const name of ["Yuri", "Zoe"]) await company.write(name, { text: `${name} asks` })
  for (const [name, count] of [
    ["Everyone", 5],
    ["Unassigned", 2],
    ["Me", 3],
    ["Starred", 1],
    ["All", 5],
  ] as const) {
    await inbox(ada, `${name}, ${count}`).waitFor()
    await people.openInbox(ada, name)
    await expect.poll(() => rows(ada).count()).toBe(count)
  }
  await people.openInbox(bo, "Unassigned")
  await people.openConversation(bo, "Zoe asks")
  await conversation(bo).getByRole("button", { name: "Close", exact: true }).click()
  await inbox(ada, "Everyone, 4").waitFor()
  await inbox(ada, "Unassigned, 1").waitFor()
  await expect.poll(() => rows(ada).count()).toBe(4)
  await company.write("Zoe", { text: "Zoe is back" })
  await inbox(ada, "Everyone, 5").waitFor()
  await expect.poll(() => rows(ada).count()).toBe(5)
})

test("no row moves or leaves under a pointer that is about to click; when it has gone, the list has caught up", async () => {
  await people.openInbox(ada, "Me")
  await expect.poll(() => order(ada)).toEqual(["Xenia", "Vera", "Wim"])
  const place = await row(ada, "Vera").getByRole("link").boundingBox()
  const at = { x: (place?.x ?? 0) + 20, y: (place?.y ?? 0) + 8 }
  let moves = 0
  /** What the nav says, while the pointer moves on over the row. */
  const meanwhile = (look: () => Promise<number>) =>
    expect.poll(
      async () => {
        await ada.mouse.move(at.x + (moves++ % 3), at.y)
        return look()
      },
      { interval: 100 },
    )
  await meanwhile(async () => moves).toBeGreaterThan(3)
  // One comes to the top, and the first one goes.
  await give("Yuri")
  await meanwhile(() => countOf(ada, "Me")).toBe(4)
  await company.close(bos, "Xenia")
  await meanwhile(() => countOf(ada, "Me")).toBe(3)
  await company.write("Wim", { text: "Wim is still waiting" })
  await meanwhile(() => row(ada, "Wim is still waiting").count()).toBe(1)
  expect((await order(ada)).slice(0, 3)).toEqual(["Xenia", "Vera", "Wim"])
  await ada.mouse.down()
  await ada.mouse.up()
  await log(ada).getByText("Vera is waiting").waitFor()

  await meanwhile(async () => moves).toBeGreaterThan(3)
  const caughtUp = ["Wim", "Yuri", "Vera"]
  expect(await order(ada)).not.toEqual(caughtUp)
  await log(ada).hover()
  await expect.poll(() => order(ada)).toEqual(caughtUp)
})

test("a row says who, when, by which channel, what was said last and by whom, how much is unread, and its star", async () => {
  await people.openInbox(bo, "Everyone")
  for (const text of ["Hello?", "Hello again?"]) await company.write("Ola", { text })
  await succeed(company.act(adas, "Ola", "customer", { name: "Ola Holm" }))
  await company.write("Ola", { text: "Ola asks about tents\nand poles" })
  await sql`update conversations set updated_at = updated_at - interval '3 hours 5 minutes'
             where id = ${(await company.see(adas, "Ola")).id}`.execute(stage.database.db)
  const desks = { adas: await stage.openBrowserOf(adas), bos: await stage.openBrowserOf(bos) }
  for (const page of Object.values(desks)) {
    await page.goto(`${stage.url}/inbox/unassigned`)
    const ola = row(page, "Ola Holm")
    await ola.getByText("3h", { exact: true }).waitFor()
    await ola.getByRole("link", { name: /^Ola Holm\s*, 3 unread$/ }).waitFor()
    await ola.getByText("3", { exact: true }).waitFor()
    // As it is read out: the name before all else.
    expect(await ola.ariaSnapshot()).toMatch(
      /^- listitem:\s+- link "Ola Holm .*- time: 3h\s+- text: Ola asks about tents and poles Web chat/s,
    )
  }
  const line = await row(desks.adas, "Ola Holm").getByText("Ola asks about tents").boundingBox()
  expect(line?.height).toBeLessThan(30)
  await people.openConversation(desks.adas, "Ola asks about tents")
  await row(desks.adas, "Ola Holm").getByRole("link", { name: "Ola Holm", exact: true }).waitFor()
  await desks.adas.keyboard.press("s")
  await people.answer(desks.adas, "All are green.")
  await people.openInbox(desks.adas, "Starred")
  const [mine, his] = [row(desks.adas, "Ola Holm"), row(bo, "Ola Holm")]
  await mine.getByText("You: All are green.", { exact: true }).waitFor()
  await mine.getByText("now", { exact: true }).waitFor()
  await mine.getByRole("img", { name: "Starred" }).waitFor()
  await mine.getByRole("link", { name: "Ola Holm", exact: true }).waitFor()
  await his.getByText("Ada: All are green.", { exact: true }).waitFor()
  expect(await his.getByRole("img", { name: "Starred" }).count()).toBe(0)
  for (const page of Object.values(desks)) await page.context().close()
})

test("what comes in while one reads further up is announced by a button, moves nothing, and is reached by it", async () => {
  const { lastEntryId } = await company.write("Yuri", { text: "Yuri has the last word" })
  await sql`
    insert into entries (workspace_id, id, conversation_id, at, type, address_id, source_id, text)
    select workspace_id, gen_random_uuid(), conversation_id, at - step * interval '1 minute', 'message', address_id,
           source_id, 'Line ' || step || ' of a long story'
      from entries, generate_series(1, 40) as step where id = ${lastEntryId}`.execute(stage.database.db)
  await ada.goto(`${stage.url}/inbox/me`)
  await people.openConversation(ada, "Yuri has the last word")
  await log(ada).hover()
  await ada.mouse.wheel(0, -600)
  const line = log(ada).getByText("Line 15 of a long story")
  await line.waitFor()
  const top = async () => (await line.boundingBox())?.y
  await expect.poll(async () => [await top(), await top()]).toSatisfy(([one, other]) => one === other)
  const before = await top()
  await company.write("Yuri", { text: "Yuri goes on" })
  await ada.getByRole("button", { name: "1 new" }).waitFor()
  await company.write("Yuri", { text: "Yuri is done" })
  const button = ada.getByRole("button", { name: "2 new" })
  await button.waitFor()
  expect(await top()).toBe(before)
  expect(await isInSight(log(ada).getByText("Yuri is done"))).toBe(false)
  await button.click()
  await expect.poll(() => isInSight(log(ada).getByText("Yuri is done"))).toBe(true)
  await button.waitFor({ state: "detached" })
})

test("a colleague whose browser vanished without a word looks at nothing any more after fifteen seconds", async () => {
  await people.openInbox(bo, "Everyone")
  await people.openConversation(bo, "Wim is still waiting")
  const seen = [
    row(bo, "Wim").getByRole("img", { name: "Ada Okafor" }),
    bo.getByRole("group", { name: "Also viewing" }).getByRole("img", { name: "Ada Okafor" }),
  ]
  const far = await stage.openBrowserOf(adas, cable.url)
  await people.openInbox(ada, "Me")
  const { id } = await company.see(adas, "Wim")
  for (const vanish of [
    async () => cable.silence(),
    // The process of the page dies.
    () => far.goto("chrome://crash").catch(() => undefined),
  ]) {
    await far.goto(`${cable.url}/inbox/me/${id}`)
    await log(far).getByText("Wim is still waiting").waitFor()
    for (const face of seen) await face.waitFor()
    await vanish()
    await Promise.all(seen.map((face) => face.waitFor({ state: "detached", timeout: 18_000 })))
    cable.mend()
  }
  await far.context().close()
})

/** Wholly inside the scrolled box, not merely in the document. */
async function isInSight(line: Locator): Promise<boolean> {
  if ((await line.count()) === 0) return false
  return line.evaluate((element) => {
    const box = element.closest('[role="log"]')?.getBoundingClientRect()
    const { top, bottom } = element.getBoundingClientRect()
    return box !== undefined && top >= box.top && bottom <= box.bottom
  })
}
