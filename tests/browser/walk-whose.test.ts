/** Who sees a conversation of another team, and from when till when; whose it stays, and whom a team's name means. */
import { sql } from "kysely"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { conversation, inbox, log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let bos: Colleague
let cys: Colleague
let dees: Colleague
/** In the team Boots. */
let bo: Page
/** Both in Tents, and not in Boots. */
let cy: Page
let dee: Page
let tents: string
let bootShop: string

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  bos = await company.hire("Bo Lindqvist")
  cys = await company.hire("Cy Marsh")
  dees = await company.hire("Dee Holm")
  const rules = { deliveryMode: "queue", offerSeconds: 300 }
  bootShop = await company.makeSource(await company.makeTeam([bos], { name: "Boots", ...rules }))
  tents = await company.makeTeam([cys, dees], { name: "Tents", ...rules })
  // Everybody sees her.
  await arrive("Nora", "Nora asks about nails", company.sourceId)
  bo = await deskOf(bos)
  cy = await deskOf(cys)
  dee = await deskOf(dees)
})
afterAll(() => stage?.close())

async function deskOf(agent: Colleague): Promise<Page> {
  const page = await stage.openBrowserOf(agent)
  await page.goto(`${stage.url}/inbox/me`)
  await inbox(page, "Me").waitFor()
  return page
}

/** A customer of whom the surname is known, too. */
async function arrive(name: string, text: string, at: string): Promise<void> {
  await company.write(name, { at, text })
  await succeed(company.act(bos, name, "customer", { name: `${name} Lund` }))
}

const MISSING = "There is nothing here that you may see."
const idOf = (name: string) => company.customers.get(name)?.conversationId
const suggested = (page: Page, text: string) => row(page, text).getByText(/^Suggested · \d:\d\d$/)
const whose = (page: Page, words: string) => conversation(page).getByText(words, { exact: true })
const search = (page: Page, q: string) => page.getByRole("searchbox", { name: "Search" }).fill(q)
const found = (page: Page, text: string) =>
  page.getByRole("list", { name: "Messages" }).getByRole("listitem").filter({ hasText: text })

async function openCustomers(page: Page): Promise<ReturnType<Page["getByRole"]>> {
  await page.goto(`${stage.url}/customers`)
  const list = page.getByRole("list", { name: "Customers" })
  await list.getByRole("link", { name: "Nora Lund" }).waitFor()
  return list
}

/** In no list, not by its link, not among the customers and by no search. */
async function expectHidden(page: Page, name: string, word: string): Promise<void> {
  await people.openInbox(page, "Everyone")
  await row(page, "Nora Lund").waitFor()
  for (const title of ["Everyone", "Tents", "Me", "Mentions", "Unassigned"]) {
    await people.openInbox(page, title)
    expect(await row(page, `${name} Lund`).count()).toBe(0)
  }
  const customers = await openCustomers(page)
  expect(await customers.getByRole("link", { name: `${name} Lund` }).count()).toBe(0)
  await search(page, word)
  await page.getByText("Nothing that you may see has all of this in it.").waitFor()
  await page.goto(`${stage.url}/conversations/${idOf(name)}`)
  await page.getByText(MISSING).waitFor()
}

/** Its messages, its customer, and what is found, from the inbox in which it stands. */
async function expectShown(page: Page, title: string, name: string, word: string): Promise<void> {
  const customers = await openCustomers(page)
  await customers.getByRole("link", { name: `${name} Lund` }).click()
  await log(page).getByText(word).first().waitFor()
  await search(page, word)
  await found(page, word).first().getByRole("link").click()
  await log(page).getByText(word).first().waitFor()
  await page.goto(`${stage.url}/inbox/me`)
  await people.openInbox(page, title)
  await row(page, `${name} Lund`).getByRole("link").click()
  await log(page).getByText(word).first().waitFor()
}

/** A conversation of the team Boots, which Bo finds by the word. */
async function arriveInBoots(name: string, text: string, word: string): Promise<void> {
  await arrive(name, text, bootShop)
  await search(bo, word)
  await found(bo, text).waitFor()
  await people.leaveSettings(bo)
}

async function openInBoots(word: string): Promise<void> {
  await people.openInbox(bo, "Boots")
  await people.openConversation(bo, word)
}

async function chooseInAssign(group: string, name: string): Promise<void> {
  await conversation(bo).getByRole("button", { name: "Assign", exact: true }).click()
  await bo
    .getByRole("group", { name: group, exact: true })
    .getByRole("menuitem", { name: new RegExp(`^${name}`) })
    .click()
}

async function mention(typed: string, name: string): Promise<void> {
  await people.note(bo, async (field) => {
    await field.pressSequentially(`Have a look, @${typed}`)
    await bo.getByRole("option", { name }).click()
  })
  await log(bo).getByText(`@${name}`).last().waitFor()
}

test("a conversation of another team is seen by who has it, from then on and as long as he has it", async () => {
  await arriveInBoots("Paula", "Paula asks about quokkas", "quokkas")
  await expectHidden(cy, "Paula", "quokkas")
  await openInBoots("quokkas")
  await chooseInAssign("To a colleague", "Cy Marsh")
  await log(cy).getByText("Paula asks about quokkas").waitFor()
  await expectShown(cy, "Me", "Paula", "quokkas")
  await expectHidden(dee, "Paula", "quokkas")

  await openInBoots("quokkas")
  await conversation(bo).getByRole("button", { name: "Assign", exact: true }).click()
  await bo.getByRole("menuitem", { name: "Nobody" }).click()
  await row(cy, "quokkas").waitFor({ state: "detached" })
  await cy.getByText(MISSING).waitFor()
  await expectHidden(cy, "Paula", "quokkas")
})

test("by whom it is suggested to, until the suggestion has ended", async () => {
  await arriveInBoots("Quinn", "Quinn asks about numbats", "numbats")
  await expectHidden(cy, "Quinn", "numbats")
  await cy.goto(`${stage.url}/inbox/me`)
  await openInBoots("numbats")
  await chooseInAssign("Suggest to a colleague", "Cy Marsh")
  await suggested(cy, "numbats").waitFor()
  await expectShown(cy, "Me", "Quinn", "numbats")
  await conversation(cy).getByRole("button", { name: "Accept" }).waitFor()
  await expectHidden(dee, "Quinn", "numbats")

  // As if the five minutes had passed.
  await sql`
    update jobs set run_at = now() where key = ${`end-offer:${idOf("Quinn")}`}`.execute(stage.database.db)
  await row(cy, "numbats").waitFor({ state: "detached" })
  await cy.getByText(MISSING).waitFor()
  await expectHidden(cy, "Quinn", "numbats")
})

test("by whom a note names, and by the team that it names", async () => {
  await arriveInBoots("Rolf", "Rolf asks about kakapos", "kakapos")
  await cy.goto(`${stage.url}/inbox/me`)
  await openInBoots("kakapos")
  await mention("c", "Cy Marsh")
  await inbox(cy, "Mentions, 1").waitFor()
  await expectShown(cy, "Mentions", "Rolf", "kakapos")
  await expectHidden(dee, "Rolf", "kakapos")

  await arriveInBoots("Sara", "Sara asks about axolotls", "axolotls")
  for (const page of [cy, dee]) {
    await expectHidden(page, "Sara", "axolotls")
    await page.goto(`${stage.url}/inbox/me`)
  }
  await openInBoots("axolotls")
  await mention("Te", "Tents")
  await inbox(cy, "Mentions, 2").waitFor()
  await inbox(dee, "Mentions, 1").waitFor()
  for (const page of [cy, dee]) await expectShown(page, "Mentions", "Sara", "axolotls")
})

test("a team's name in a note means who is in it then, and nobody who joins later", async () => {
  const eves = await company.hire("Eve Sand")
  const eve = await deskOf(eves)
  await arrive("Tom", "Tom asks about tapirs", company.sourceId)
  await people.openInbox(bo, "Everyone")
  await people.openConversation(bo, "tapirs")
  await mention("Te", "Tents")
  await inbox(dee, "Mentions, 2").waitFor()
  const memberIds = [cys, dees, eves].map(({ agentId }) => agentId)
  await succeed(company.owner.send("PATCH", `/teams/${tents}`, { memberIds }))
  await inbox(eve, "Tents").waitFor()
  await arrive("Ulla", "Ulla asks about urials", company.sourceId)
  await people.openConversation(bo, "urials")
  await mention("Te", "Tents")
  await inbox(dee, "Mentions, 3").waitFor()
  await inbox(eve, "Mentions, 1").waitFor()
  await people.openInbox(eve, "Mentions")
  await row(eve, "Ulla Lund").waitFor()
  await people.openInbox(eve, "Everyone")
  await row(eve, "Ulla Lund").getByText("Mentioned").waitFor()
  await row(eve, "Tom Lund").waitFor()
  expect(await row(eve, "Tom Lund").getByText("Mentioned").count()).toBe(0)
  await eve.goto(`${stage.url}/conversations/${idOf("Sara")}`)
  await eve.getByText(MISSING).waitFor()
})

test("an answer into a colleague's conversation is sent, and leaves it his", async () => {
  const vera = await stage.openBrowser()
  await people.openShop(vera, stage.url, `/try?source=${company.sourceId}`)
  await people.openChat(vera)
  await people.say(vera, "Vera asks about varnish")
  await people.openInbox(cy, "Unassigned")
  await people.openConversation(cy, "varnish")
  await cy.keyboard.press("m")
  await whose(cy, "Assigned to you · Everyone").waitFor()
  await people.openInbox(dee, "Everyone")
  await people.openConversation(dee, "varnish")
  await whose(dee, "Assigned to Cy Marsh · Everyone").waitFor()
  await people.answer(dee, "It dries within a day.")
  await log(vera).getByText("It dries within a day.").waitFor()
  await log(cy).getByText("It dries within a day.").waitFor()
  await whose(cy, "Assigned to you · Everyone").waitFor()
  await whose(dee, "Assigned to Cy Marsh · Everyone").waitFor()
  await people.openInbox(cy, "Me")
  await row(cy, "Dee: It dries within a day.").waitFor()
  await people.openInbox(dee, "Me")
  expect(await row(dee, "It dries within a day.").count()).toBe(0)
})
