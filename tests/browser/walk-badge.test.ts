/** What is unread and the badge: the same on all devices of an agent, and read only by who is looking. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { mentionOf } from "../../protocol/text.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { conversation, customerService, inbox, log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"
import { lookAway, lookBack } from "./told.ts"

/** Milliseconds after which what is looked at is read. */
const READING_TIME = 1_000

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
let cys: Colleague
/** Two devices of hers. */
let laptop: Page
let tablet: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  cys = await company.hire("Cy Dahl")
  laptop = await deskOf(adas)
  tablet = await deskOf(adas)
})
afterAll(() => stage?.close())

async function deskOf(agent: Colleague): Promise<Page> {
  const page = await stage.openBrowserOf(agent)
  await page.goto(`${stage.url}/inbox/me`)
  await inbox(page, "Me").waitFor()
  return page
}

const give = (name: string, by: Colleague, to: Colleague) =>
  succeed(company.assign(by, name, { kind: "agent", agentId: to.agentId }))

const unread = (page: Page, text: string, count: number) =>
  row(page, text).getByRole("link", { name: new RegExp(`, ${count} unread$`) })
const read = (page: Page, text: string) => row(page, text).getByRole("link", { name: "Lead", exact: true })

/** When the title first says the badge, by the machine's clock in milliseconds: to be asked before it can. */
const badgeShown = (page: Page, badge: number): Promise<number> =>
  page.evaluate(
    (wanted) =>
      new Promise<number>((resolve, reject) => {
        setTimeout(() => reject(new Error(`The badge is not ${wanted}: ${document.title}`)), 10_000)
        const look = (): void => {
          if (Number(/^\((\d+)\)/.exec(document.title)?.[1] ?? 0) === wanted) resolve(Date.now())
          else requestAnimationFrame(look)
        }
        look()
      }),
    badge,
  )

async function chooseAvailability(page: Page, from: string, to: string): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`^${from}, `) }).click()
  await page.getByRole("menuitemradio", { name: to }).click()
  await page.keyboard.press("Escape")
}

test("the badge is one number on two devices, and changes on both at once, whatever is done by whom", async () => {
  await customerService(laptop, 0).waitFor()
  await company.write("Xenia", { text: "Xenia asks about soles" })
  await give("Xenia", bos, bos)
  await customerService(laptop, 0).waitFor()
  await customerService(tablet, 0).waitFor()
  const times: number[] = []
  const becomes = async (badge: number, act: () => Promise<unknown>, takes = 0) => {
    const seen = [laptop, tablet].map((page) => badgeShown(page, badge))
    const begun = Date.now()
    await act()
    times.push(Math.max(...(await Promise.all(seen))) - begun - takes)
    for (const page of [laptop, tablet]) await customerService(page, badge).waitFor()
  }
  await becomes(1, () => company.write("Vera", { text: "Vera asks about boots" }))
  await becomes(2, () => company.write("Wim", { text: "Wim asks about laces" }))
  await people.openInbox(laptop, "Unassigned")
  await people.openConversation(laptop, "boots")
  await becomes(1, () => people.answer(laptop, "They are in stock."))
  await people.openInbox(laptop, "Me")
  await becomes(2, () => company.write("Vera", { text: "Vera asks again" }))
  await becomes(1, () => people.openConversation(tablet, "Vera asks again"), READING_TIME)
  await people.openInbox(tablet, "Me")
  await becomes(0, () => company.close(bos, "Wim"))
  await becomes(1, () => give("Xenia", bos, adas))
  await becomes(2, () => company.write("Wim", { text: "Wim is back" }))
  await becomes(1, () => chooseAvailability(tablet, "Available", "Away"))
  // Under Unassigned, where nobody waits for who is away, but she is mentioned in it.
  const text = `Do you know, ${mentionOf("agent", adas.agentId)}?`
  await becomes(2, () => succeed(company.act(bos, "Wim", "notes", { text })))
  await people.openInbox(laptop, "Mentions")
  await becomes(1, () => people.openConversation(laptop, "Do you know"), READING_TIME)
  await becomes(2, () => chooseAvailability(laptop, "Away", "Available"))
  await people.openInbox(laptop, "Me")
  await becomes(1, () => give("Wim", bos, bos))
  const typical = times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)]
  expect(typical, `Milliseconds: ${times.join(", ")}`).toBeLessThan(1_000)
})

test("who joins a team has unread what came after its last answer; being given something is one more", async () => {
  const cy = await deskOf(cys)
  const { body } = await succeed(
    company.owner.send("POST", "/teams", { name: "Tents", memberIds: [adas.agentId, bos.agentId] }),
  )
  await succeed(company.owner.send("PATCH", `/teams/${String(body.id)}`, { deliveryMode: "queue" }))
  const at = await company.makeSource(String(body.id))
  const write = (text: string) => company.write("Zoe", { at, text })
  for (const text of ["Zoe asks", "Zoe asks about tents"]) await write(text)
  await succeed(company.answer(bos, "Zoe"))
  for (const text of ["And about poles?", "And about ropes?"]) await write(text)

  await people.openSettings(laptop, "Team")
  await laptop.getByRole("button", { name: "Change Tents" }).click()
  const dialog = laptop.getByRole("dialog", { name: "Tents" })
  await dialog.getByRole("checkbox", { name: "Cy Dahl" }).check()
  await dialog.getByRole("button", { name: "Save" }).click()
  await people.openInbox(cy, "Tents")
  await unread(cy, "ropes", 2).waitFor()
  await people.leaveSettings(laptop)
  await people.openInbox(laptop, "Tents")
  await unread(laptop, "ropes", 4).waitFor()
  await people.openConversation(laptop, "ropes")
  await conversation(laptop).getByRole("button", { name: "Assign", exact: true }).click()
  await laptop
    .getByRole("group", { name: "To a colleague", exact: true })
    .getByRole("menuitem", { name: /^Cy Dahl/ })
    .click()
  await unread(cy, "ropes", 3).waitFor()
  await inbox(cy, "Me, 1").waitFor()
  await cy.context().close()
})

test("what comes in is read after a second in a window that is seen and has the focus, and in no other", async () => {
  const page = await deskOf(bos)
  await company.write("Yuri", { text: "Yuri asks about heels" })
  await give("Yuri", bos, bos)
  await unread(page, "heels", 1).waitFor()
  await lookAway(page)
  await people.openConversation(page, "heels")
  await page.waitForTimeout(2 * READING_TIME)
  expect(await unread(page, "heels", 1).count()).toBe(1)
  // A glance is not enough.
  await page.evaluate(
    (glance) =>
      new Promise((resolve) => {
        document.hasFocus = () => true
        dispatchEvent(new Event("focus"))
        setTimeout(() => {
          document.hasFocus = () => false
          resolve(dispatchEvent(new Event("blur")))
        }, glance)
      }),
    READING_TIME / 2,
  )
  await page.waitForTimeout(2 * READING_TIME)
  expect(await unread(page, "heels", 1).count()).toBe(1)
  const begun = Date.now()
  await lookBack(page)
  await read(page, "heels").waitFor()
  expect(Date.now() - begun).toBeGreaterThanOrEqual(READING_TIME)

  await setVisibility(page, "hidden")
  await company.write("Yuri", { text: "Yuri asks again" })
  await log(page).getByText("Yuri asks again").waitFor()
  await page.waitForTimeout(2 * READING_TIME)
  expect(await unread(page, "asks again", 1).count()).toBe(1)
  await setVisibility(page, "visible")
  await read(page, "asks again").waitFor()
  await page.context().close()
})

/** The tab goes behind another one, or comes to the front. */
const setVisibility = (page: Page, state: "hidden" | "visible") =>
  page.evaluate((now) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => now })
    document.dispatchEvent(new Event("visibilitychange"))
  }, state)
