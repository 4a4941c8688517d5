/** What becomes of a suggestion: taken, ended by what people do or by the time, and who is suggested nothing at all. */
import { sql } from "kysely"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { conversation, inbox, log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
/** Suggested nothing, as her capacity is nothing: so Boots suggests to Bo. */
let ada: Page
let bo: Page
/** Of the team Boots, which suggests first, with Ada and Bo in it. */
let boots: string
let bootShop: string

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  boots = await company.makeTeam([adas, bos], { name: "Boots", offerSeconds: 300 })
  bootShop = await company.makeSource(boots)
  await succeed(company.owner.send("PATCH", `/agents/${adas.agentId}`, { capacity: 0 }))
  ada = await deskOf(adas)
  bo = await deskOf(bos)
  await people.openInbox(ada, "Unassigned")
})
afterAll(() => stage?.close())

async function deskOf(agent: Colleague): Promise<Page> {
  const page = await stage.openBrowserOf(agent)
  await page.goto(`${stage.url}/inbox/me`)
  await page.getByRole("button", { name: /^Available, / }).waitFor()
  return page
}

const write = (name: string, text: string) => company.write(name, { at: bootShop, text })
const setBoots = (rules: object) => succeed(company.owner.send("PATCH", `/teams/${boots}`, rules))

const suggested = (page: Page, text: string) => row(page, text).getByText(/^Suggested · \d:\d\d$/)
const accept = (page: Page) => conversation(page).getByRole("button", { name: "Accept" })
/** What the head says: whose it is, and of which team. */
const whose = (page: Page, words: string) => conversation(page).getByText(`${words} · Boots`, { exact: true })

/** A customer writes, and it is suggested to Bo, who looks at it. */
async function suggestToBo(name: string, text: string): Promise<void> {
  await people.openInbox(bo, "Me")
  await write(name, text)
  await suggested(bo, text).waitFor()
  await people.openConversation(bo, text)
  await accept(bo).waitFor()
}

/** Under Unassigned on Ada's screen, with the line that says why. */
async function expectUnassigned(text: string, why: string): Promise<void> {
  await people.openInbox(ada, "Unassigned")
  await people.openConversation(ada, text)
  await log(ada).getByText(why).waitFor()
  await whose(ada, "Nobody’s yet").waitFor()
}

async function chooseAvailability(page: Page, now: "Available" | "Away", next: "Available" | "Away") {
  await page.getByRole("button", { name: new RegExp(`^${now}, `) }).click()
  await page.getByRole("menuitemradio", { name: next }).click()
  await page.getByRole("button", { name: new RegExp(`^${next}, `) }).waitFor()
}

/** In minutes and seconds as the row says it, here in seconds. */
async function secondsLeft(page: Page, text: string): Promise<number> {
  const [, minutes, seconds] = /(\d):(\d\d)/.exec(await suggested(page, text).innerText()) ?? []
  return Number(minutes) * 60 + Number(seconds)
}

test("a suggestion is taken by Accept, or by the key m", async () => {
  await suggestToBo("Vera", "Vera asks about boots")
  await accept(bo).click()
  await whose(bo, "Assigned to you").waitFor()
  await suggested(bo, "boots").waitFor({ state: "detached" })
  await suggestToBo("Wim", "Wim asks about laces")
  await bo.keyboard.press("m")
  await whose(bo, "Assigned to you").waitFor()
  await suggested(bo, "laces").waitFor({ state: "detached" })
  await inbox(bo, "Me, 2").waitFor()
  await people.openInbox(ada, "Boots")
  await people.openConversation(ada, "laces")
  await whose(ada, "Assigned to Bo Lindqvist").waitFor()
})

test("the time to accept goes on when the customer writes again", async () => {
  await suggestToBo("Xenia", "Xenia asks about soles")
  await expect.poll(() => secondsLeft(bo, "soles")).toBeLessThan(297)
  const left = await secondsLeft(bo, "soles")
  await write("Xenia", "Xenia is in a hurry")
  await row(bo, "in a hurry").waitFor()
  expect(await secondsLeft(bo, "in a hurry")).toBeLessThanOrEqual(left)
  await expect.poll(() => secondsLeft(bo, "in a hurry")).toBeLessThan(left - 1)
  expect(await log(bo).getByText("Suggested to you").count()).toBe(1)
  await conversation(bo).getByRole("button", { name: "Decline" }).click()
  await inbox(bo, "Me, 2").waitFor()
})

test("a colleague who answers, takes or closes what is suggested ends the suggestion", async () => {
  const head = (name: string) => conversation(ada).getByRole("button", { name, exact: true })
  const take = async () => {
    await head("Assign").click()
    await ada.getByRole("menuitem", { name: "To me" }).click()
  }
  const ways: [name: string, text: string, act: () => Promise<unknown>, says: string][] = [
    ["Yuri", "Yuri asks about heels", () => people.answer(ada, "We have three."), "Assigned to Ada Okafor"],
    ["Zoe", "Zoe asks about tents", take, "Assigned to Ada Okafor"],
    ["Ines", "Ines asks about ink", () => head("Close").click(), "Closed · Nobody’s yet"],
  ]
  await people.openInbox(ada, "Boots")
  for (const [name, text, act, says] of ways) {
    await suggestToBo(name, text)
    await inbox(bo, "Me, 3").waitFor()
    await people.openConversation(ada, text)
    await conversation(ada).getByText("Suggested to Bo Lindqvist").first().waitFor()
    await act()
    await accept(bo).waitFor({ state: "detached" })
    await whose(bo, says).waitFor()
    await inbox(bo, "Me, 2").waitFor()
  }
  // What was closed is reopened without it.
  await head("Reopen").click()
  await whose(bo, "Nobody’s yet").waitFor()
  expect(await accept(bo).count()).toBe(0)
})

test("what is suggested to one who goes away is under Unassigned at once", async () => {
  await suggestToBo("Pim", "Pim asks about pegs")
  await chooseAvailability(bo, "Available", "Away")
  await expectUnassigned("pegs", "Bo Lindqvist went away")
  await accept(bo).waitFor({ state: "detached" })
  await inbox(bo, "Me, 2").waitFor()
})

test("so is what is suggested to one who is taken out of the team, or has no access any more", async () => {
  const cys = await company.hire("Cy Dahl")
  const member = async () => setBoots({ memberIds: [adas, bos, cys].map(({ agentId }) => agentId) })
  await member()
  const cy = await deskOf(cys)
  await write("Ola", "Ola asks about poles")
  await suggested(cy, "poles").waitFor()
  await people.openConversation(cy, "poles")
  await people.openSettings(ada, "Team")
  await ada.getByRole("button", { name: "Change Boots" }).click()
  const dialog = ada.getByRole("dialog", { name: "Boots" })
  await dialog.getByRole("checkbox", { name: "Cy Dahl" }).uncheck()
  await dialog.getByRole("button", { name: "Save" }).click()
  await dialog.waitFor({ state: "detached" })
  await row(cy, "poles").waitFor({ state: "detached" })
  await cy.getByText("There is nothing here that you may see.").waitFor()
  await people.leaveSettings(ada)
  await expectUnassigned("poles", "Cy Dahl left the team")

  await member()
  await inbox(cy, "Boots").waitFor()
  await write("Quin", "Quin asks about quilts")
  await suggested(cy, "quilts").waitFor()
  await people.openSettings(ada, "Team")
  const line = ada.getByRole("listitem").filter({ hasText: "Cy Dahl" })
  await line.getByRole("button", { name: "Disable" }).click()
  await ada.getByText("Cy Dahl has no access any more.").waitFor()
  await people.leaveSettings(ada)
  await expectUnassigned("quilts", "Cy Dahl no longer has access")
  await cy.context().close()
})

test("who is at his capacity still takes by hand what he wants", async () => {
  await chooseAvailability(bo, "Away", "Available")
  await people.openSettings(ada, "Team")
  const field = ada.getByRole("spinbutton", { name: "Capacity of Bo Lindqvist" })
  await field.fill("2")
  await field.press("Enter")
  await bo.getByRole("button", { name: "Available, 2 of 2 open conversations" }).waitFor()
  await people.openInbox(bo, "Unassigned")
  await write("Rita", "Rita asks about ropes")
  await people.openConversation(bo, "ropes")
  expect(await log(bo).getByText("Suggested").count()).toBe(0)
  await bo.keyboard.press("m")
  await whose(bo, "Assigned to you").waitFor()
  await bo.getByRole("button", { name: "Available, 3 of 2 open conversations" }).waitFor()
  await people.openConversation(bo, "quilts")
  await people.answer(bo, "They are of down.")
  await bo.getByRole("button", { name: "Available, 4 of 2 open conversations" }).waitFor()
  await field.fill("")
  await field.press("Enter")
  await bo.getByRole("button", { name: "Available, 4 open conversations" }).waitFor()
  await people.leaveSettings(ada)
})

/** Was never suggested to anybody: neither its row nor its timeline says so, on the screens of both. */
async function expectNeverSuggested(text: string): Promise<void> {
  for (const page of [ada, bo]) {
    await people.openInbox(page, "Unassigned")
    await people.openConversation(page, text)
    await whose(page, "Nobody’s yet").waitFor()
    expect(await conversation(page).getByText("Suggested").count()).toBe(0)
    expect(await suggested(page, text).count()).toBe(0)
  }
}

test("with nobody there it is under Unassigned at once, and is not suggested to who comes later", async () => {
  for (const page of [ada, bo]) await chooseAvailability(page, "Available", "Away")
  await write("Sven", "Sven asks about skis")
  await expectNeverSuggested("skis")
  await chooseAvailability(bo, "Away", "Available")
  await suggestToBo("Tove", "Tove asks about tyres")
  await expectNeverSuggested("skis")
  await chooseAvailability(ada, "Away", "Available")
})

test("out of hours nothing is suggested, nor when the hours begin", async () => {
  const hours = { timeZone: "UTC", days: Array.from({ length: 7 }, () => []), holidays: [] }
  await setBoots({ hours })
  await bo.getByRole("button", { name: /^Available, / }).click()
  await bo.getByRole("menuitemcheckbox", { name: "Boots (out of hours)" }).waitFor()
  await bo.keyboard.press("Escape")
  await write("Ulf", "Ulf asks about umbrellas")
  await expectNeverSuggested("umbrellas")
  await setBoots({ hours: null })
  await suggestToBo("Wilma", "Wilma asks about wax")
  await expectNeverSuggested("umbrellas")
})

test("a colleague who does not accept in time: the one who suggested it keeps it, and reads so", async () => {
  const dees = await company.hire("Dee Holm")
  const dee = await deskOf(dees)
  await setBoots({ offerSeconds: 5 })
  await people.openInbox(bo, "Me")
  await people.openConversation(bo, "about boots")
  const unread = async () => {
    const name = await row(bo, "boots").getByRole("link").innerText()
    return Number(/(\d+) unread/.exec(name)?.[1] ?? 0)
  }
  await bo.bringToFront()
  await expect.poll(unread).toBe(0)
  await conversation(bo).getByRole("button", { name: "Assign", exact: true }).click()
  const suggest = bo.getByRole("group", { name: "Suggest to a colleague", exact: true })
  await suggest.getByRole("menuitem", { name: /^Dee Holm/ }).click()
  await suggested(dee, "boots").waitFor()
  // He looks at something else, and is told as of what is given to him.
  await bo.goto(`${stage.url}/inbox/me`)
  await expect.poll(unread, { timeout: 20_000 }).toBe(1)
  await people.openConversation(bo, "about boots")
  await log(bo).getByText("Dee Holm did not answer in time").waitFor()
  await whose(bo, "Assigned to you").waitFor()
  await row(dee, "boots").waitFor({ state: "detached" })
  await dee.context().close()
})

test("who has had no window open for five minutes is shown away, and has no suggestion any more", async () => {
  const { db } = stage.database
  const cleo = await company.hire("Cleo Marsh")
  const window = await deskOf(cleo)
  await setBoots({ offerSeconds: 300 })
  await people.openConversation(bo, "about boots")
  await succeed(company.act(bos, "Vera", "offer", { agentId: cleo.agentId }))
  await conversation(bo)
    .getByText(/^Suggested to Cleo Marsh · \d:\d\d$/)
    .waitFor()
  await suggested(window, "about boots").waitFor()
  await window.context().close()
  const until = async () => {
    const { rows } = await sql<{ isLeaving: boolean }>`
      select connected_until <= now() + interval '5 minutes' as "isLeaving"
        from agents where id = ${cleo.agentId}`.execute(db)
    return rows[0]?.isLeaving
  }
  await expect.poll(until).toBe(true)
  const inMenu = (state: string) =>
    bo
      .getByRole("group", { name: "To a colleague", exact: true })
      .getByRole("menuitem", { name: new RegExp(`^Cleo Marsh\\s*${state}$`) })
  await conversation(bo).getByRole("button", { name: "Assign", exact: true }).click()
  await inMenu("Available").waitFor()
  // As if the five minutes had passed.
  await sql`update agents set connected_until = now() where id = ${cleo.agentId}`.execute(db)
  await sql`update jobs set run_at = now() where key = ${`auto-away:${cleo.agentId}`}`.execute(db)
  await inMenu("Away").waitFor()
  await log(bo).getByText("Cleo Marsh went away").waitFor()
  await whose(bo, "Assigned to you").waitFor()
  const again = await deskOf(cleo)
  await inMenu("Available").waitFor()
  await bo.keyboard.press("Escape")
  expect(await row(again, "about boots").count()).toBe(0)
})

test("a suggestion whose time ran out while the server was down has ended when it is back", async () => {
  await people.openInbox(ada, "Unassigned")
  await suggestToBo("Ylva", "Ylva asks about yarn")
  const id = company.customers.get("Ylva")?.conversationId
  await stage.restart(async () => {
    const { db } = stage.database
    await sql`
      update conversations set offer_ends_at = offer_ends_at - interval '1 hour' where id = ${id}`.execute(db)
    await sql`
      update jobs set run_at = run_at - interval '1 hour' where key = ${`end-offer:${id}`}`.execute(db)
  })
  await row(ada, "yarn").waitFor({ timeout: 40_000 })
  await expectUnassigned("yarn", "Bo Lindqvist did not answer in time")
  await accept(bo).waitFor({ state: "detached", timeout: 40_000 })
  await row(bo, "yarn").waitFor({ state: "detached" })
})
