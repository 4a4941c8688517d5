/** People and teams as admins arrange them: away, out, promoted, in a team, in two workspaces, behind a website. */
import type { Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import { createColleague, type Person } from "../flows/person.ts"
import * as people from "../harness/people.ts"
import { conversation, inbox, log, PASSWORD, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
let ada: Page
let bo: Page
/** Of the team Boots, with Ada and Bo in it. */
let bootShop: string
const CYS_EMAIL = "cy@fjord.test"

beforeAll(async () => {
  stage = await openStage({ signup: "open" })
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await hire("Bo Lindqvist", "bo@fjord.test")
  bootShop = await company.makeSource(
    await company.makeTeam([adas, bos], { name: "Boots", offerSeconds: 300 }),
  )
  // Ada has more to do than Bo from the start.
  await has(adas, "Nils", "Nils asks about nails")
  ada = await deskOf(adas)
  bo = await deskOf(bos)
  await bo.getByRole("button", { name: /^Available, / }).waitFor()
})
afterAll(() => stage?.close())

/** With an address that is known: to sign in by. */
async function hire(name: string, email: string): Promise<Colleague> {
  return { ...(await createColleague(stage.url, company.owner, { name, email })), name }
}

async function deskOf(person: Person): Promise<Page> {
  const page = await stage.openBrowserOf(person)
  await page.goto(`${stage.url}/inbox/me`)
  await inbox(page, "Me").waitFor()
  return page
}

/** The customer writes, and the agent has it. */
async function has(agent: Colleague, name: string, text: string, at?: string): Promise<void> {
  await company.write(name, { text, ...(at !== undefined && { at }) })
  await succeed(company.assign(adas, name, { kind: "agent", agentId: agent.agentId }))
}

async function chooseAvailability(page: Page, now: "Available" | "Away", next: "Available" | "Away") {
  await page.getByRole("button", { name: new RegExp(`^${now}, `) }).click()
  await page.getByRole("menuitemradio", { name: next }).click()
  await page.getByRole("button", { name: new RegExp(`^${next}, `) }).waitFor()
}

async function switchTeam(page: Page, team: string, isOn: boolean): Promise<void> {
  await page.getByRole("button", { name: /^Available, / }).click()
  await page.getByRole("menuitemcheckbox", { name: team, checked: !isOn }).click()
  await page.getByRole("menuitemcheckbox", { name: team, checked: isOn }).waitFor()
  await page.keyboard.press("Escape")
}

async function changeTeam(name: string, change: (dialog: Locator) => Promise<void>) {
  await people.openSettings(ada, "Team")
  await ada.getByRole("button", { name: `Change ${name}` }).click()
  const dialog = ada.getByRole("dialog", { name })
  await change(dialog)
  await dialog.getByRole("button", { name: "Save" }).click()
  await dialog.waitFor({ state: "detached" })
}

const suggested = (page: Page, text: string) => row(page, text).getByText(/^Suggested · \d:\d\d$/)

test("whoever says that he is away is shown so to colleagues, and is suggested nothing", async () => {
  await people.deliverTo(ada, "Suggest to one agent first")
  await people.leaveSettings(ada)
  await chooseAvailability(bo, "Available", "Away")
  await people.openConversation(ada, "nails")
  const toBo = (state: string) =>
    ada
      .getByRole("group", { name: "To a colleague", exact: true })
      .getByRole("menuitem", { name: new RegExp(`^Bo Lindqvist\\s*${state}$`) })
  await conversation(ada).getByRole("button", { name: "Assign", exact: true }).click()
  await toBo("Away").waitFor()
  await company.write("Vera", { text: "Vera asks about boots" })
  await suggested(ada, "boots").waitFor()
  await chooseAvailability(bo, "Away", "Available")
  await toBo("Available").waitFor()
  await ada.keyboard.press("Escape")
  expect(await row(bo, "boots").count()).toBe(0)
})

test("a single team switched off suggests nothing more, and the others do", async () => {
  await switchTeam(bo, "Everyone", false)
  await company.write("Wim", { text: "Wim asks about laces" })
  await suggested(ada, "laces").waitFor()
  await company.write("Xenia", { at: bootShop, text: "Xenia asks about soles" })
  await suggested(bo, "soles").waitFor()
  expect(await row(bo, "laces").count()).toBe(0)
  await switchTeam(bo, "Everyone", true)
  await company.write("Yuri", { text: "Yuri asks about heels" })
  await suggested(bo, "heels").waitFor()
})

test("what an away colleague has is under Unassigned when his customer wrote and he did not come back", async () => {
  await changeTeam("Everyone", async (dialog) => {
    await dialog.getByRole("combobox", { name: "New conversations" }).selectOption("Go to Unassigned")
    await dialog.getByRole("spinbutton", { name: "Time to accept, in seconds" }).fill("5")
  })
  await people.leaveSettings(ada)
  await people.openInbox(ada, "Unassigned")
  await has(bos, "Zoe", "Zoe asks about tents")
  await row(bo, "tents").waitFor()
  await chooseAvailability(bo, "Available", "Away")
  await company.write("Zoe", { text: "Zoe is waiting" })
  await row(ada, "is waiting").waitFor()
  await row(bo, "is waiting").waitFor({ state: "detached" })
  await people.openConversation(ada, "is waiting")
  await log(ada).getByText("Bo Lindqvist went away: back to Unassigned").waitFor()
  await chooseAvailability(bo, "Away", "Available")
})

test("an away colleague keeps what he has where the team wants it so", async () => {
  const returns = "Give back what an away colleague has when his customer writes"
  await changeTeam("Everyone", async (dialog) => {
    await dialog.getByRole("switch", { name: returns, checked: true }).click()
  })
  await changeTeam("Boots", async (dialog) => {
    await dialog.getByRole("spinbutton", { name: "Time to accept, in seconds" }).fill("5")
  })
  await people.leaveSettings(ada)
  await people.openInbox(ada, "Unassigned")
  await has(bos, "Pim", "Pim asks about pegs")
  await has(bos, "Ola", "Ola asks about poles", bootShop)
  await chooseAvailability(bo, "Available", "Away")
  await company.write("Pim", { text: "Pim can wait" })
  await company.write("Ola", { at: bootShop, text: "Ola cannot wait" })
  // Boots gives back what was written later: by then Everyone would have, too.
  await row(ada, "cannot wait").waitFor()
  await row(bo, "cannot wait").waitFor({ state: "detached" })
  await row(bo, "can wait").waitFor()
  expect(await row(ada, "can wait").count()).toBe(0)
  await people.openInbox(ada, "Everyone")
  await people.openConversation(ada, "can wait")
  await conversation(ada).getByText("Assigned to Bo Lindqvist · Everyone").waitFor()
  await chooseAvailability(bo, "Away", "Available")
})

test("a colleague who is disabled is out at once, what he had is under Unassigned; enabled he signs in again", async () => {
  const cys = await hire("Cy Dahl", CYS_EMAIL)
  const cy = await deskOf(cys)
  await has(cys, "Lea", "Lea asks about lamps")
  await row(cy, "lamps").waitFor()
  await people.openSettings(ada, "Team")
  const line = ada.getByRole("listitem").filter({ hasText: CYS_EMAIL })
  await line.getByRole("button", { name: "Disable" }).click()
  await ada.getByText("Cy Dahl has no access any more.").waitFor()
  await line.getByText(`${CYS_EMAIL} · disabled`).waitFor()
  await row(cy, "lamps").waitFor({ state: "detached" })
  await cy.getByRole("button", { name: "Sign in", exact: true }).waitFor()
  await people.leaveSettings(ada)
  await people.openInbox(ada, "Unassigned")
  await people.openConversation(ada, "lamps")
  await log(ada).getByText("Cy Dahl no longer has access: back to Unassigned").waitFor()

  const elsewhere = await stage.openBrowser()
  await elsewhere.goto(stage.url)
  await elsewhere.getByRole("textbox", { name: "E-mail" }).fill(CYS_EMAIL)
  await elsewhere.getByLabel("Password").fill(PASSWORD)
  await elsewhere.getByRole("button", { name: "Sign in", exact: true }).click()
  await elsewhere.getByText(`You are signed in as ${CYS_EMAIL}.`).waitFor()
  expect(await inbox(elsewhere, "Me").count()).toBe(0)
  await elsewhere.context().close()

  await people.openSettings(ada, "Team")
  await line.getByRole("button", { name: "Enable" }).click()
  await ada.getByText("Cy Dahl has access again.").waitFor()
  await people.signIn(cy, stage.url, CYS_EMAIL)
  await people.openInbox(cy, "Unassigned")
  await row(cy, "lamps").waitFor()
  await cy.context().close()
})

test("an owner makes a colleague an admin, who then has All and may change what others only look at", async () => {
  const owner = await deskOf(company.owner)
  await people.openSettings(owner, "Team")
  const role = owner.getByRole("combobox", { name: "Role of Bo Lindqvist" })
  await people.openSettings(bo, "Sources")
  const adminsOnly = bo.getByText("Only admins and owners can change this.")
  const add = bo.getByRole("button", { name: "Add a website" })
  await adminsOnly.waitFor()
  expect(await add.count()).toBe(0)
  await role.selectOption("Admin")
  await add.waitFor()
  await adminsOnly.waitFor({ state: "detached" })
  await people.openSettings(bo, "Team")
  await bo.getByRole("button", { name: "Invite" }).waitFor()
  await bo.getByRole("button", { name: "New team" }).waitFor()
  // Of owners only another owner decides.
  expect(await bo.getByRole("combobox", { name: /^Role of / }).count()).toBe(3)
  await people.leaveSettings(bo)
  await people.openInbox(bo, "All")
  await row(bo, "nails").waitFor()

  await role.selectOption("Agent")
  await inbox(bo, "All").waitFor({ state: "detached" })
  await people.openSettings(bo, "Team")
  await adminsOnly.waitFor()
  expect(await bo.getByRole("button", { name: "Invite" }).count()).toBe(0)
  await people.leaveSettings(bo)
  await owner.context().close()
})

test("a team is made with its members, who have its inbox at once; who is taken out of it has it no more", async () => {
  await people.openSettings(ada, "Team")
  await ada.getByRole("button", { name: "New team" }).click()
  const dialog = ada.getByRole("dialog", { name: "New team" })
  await dialog.getByRole("textbox", { name: "Name" }).fill("Tents")
  await dialog.getByRole("checkbox", { name: "Bo Lindqvist" }).check()
  await dialog.getByRole("button", { name: "Create" }).click()
  await dialog.waitFor({ state: "detached" })
  await inbox(bo, "Tents").waitFor()
  await ada.getByRole("listitem").filter({ hasText: "Tents" }).getByText("1 member").waitFor()
  const member = (form: Locator) => form.getByRole("checkbox", { name: "Bo Lindqvist" })
  await changeTeam("Tents", (form) => member(form).uncheck())
  await inbox(bo, "Tents").waitFor({ state: "detached" })
  await changeTeam("Tents", async (form) => {
    await member(form).check()
    await form.getByRole("combobox", { name: "New conversations" }).selectOption("Go to Unassigned")
  })
  await inbox(bo, "Tents").waitFor()
})

test("a website is added, and what is written on it arrives in its team", async () => {
  await people.openSettings(ada, "Sources")
  await ada.getByRole("button", { name: "Add a website" }).click()
  const dialog = ada.getByRole("dialog", { name: "Add a website" })
  await dialog.getByRole("textbox", { name: "Name" }).fill("Tent shop")
  await dialog.getByRole("combobox", { name: "Handled by" }).selectOption("Tents")
  await dialog.getByRole("button", { name: "Connect" }).click()
  await dialog.waitFor({ state: "detached" })
  const panel = ada.getByRole("region", { name: "Tent shop" })
  const path = await panel.getByRole("link", { name: "Try it on a make-believe shop" }).getAttribute("href")
  const vera = await stage.openBrowser()
  await people.openShop(vera, stage.url, path ?? "")
  await people.openChat(vera)
  await people.say(vera, "Do tents come with pegs?")
  await people.openInbox(bo, "Tents")
  await people.openConversation(bo, "Do tents come with pegs?")
  await conversation(bo).getByText("Nobody’s yet · Tents").waitFor()
  await people.answer(bo, "With twelve of them.")
  await log(vera).getByText("With twelve of them.").waitFor()
  await vera.context().close()
})

test("somebody in two workspaces changes between them, and sees in each only what is its own", async () => {
  const other = await stage.fill()
  await succeed(other.owner.send("PATCH", "/workspace", { name: "Fjell Tents" }))
  await other.write("Greta", { text: "Greta asks about glaciers" })
  const { body } = await succeed(other.owner.send("POST", "/invitations", { role: "agent" }))
  await bo.goto(String(body["link"]))
  await bo.getByText("invites you. You join as bo@fjord.test.").waitFor()
  await bo.getByRole("button", { name: "Join" }).click()
  await people.openInbox(bo, "Unassigned")
  await row(bo, "glaciers").waitFor()
  expect(await row(bo, "lamps").count()).toBe(0)

  const choose = async (from: string, to: string) => {
    await bo.getByRole("button", { name: "Bo Lindqvist" }).click()
    const workspaces = bo.getByRole("group", { name: "Workspaces" })
    await workspaces.getByRole("menuitemradio", { name: from, checked: true }).waitFor()
    await workspaces.getByRole("menuitemradio", { name: to, checked: false }).click()
  }
  await choose("Fjell Tents", "Acme")
  await row(bo, "lamps").waitFor()
  expect(await row(bo, "glaciers").count()).toBe(0)
  // What comes to the one he is not in does not come to his screen.
  await other.write("Gunnar", { text: "Gunnar asks about glaciers" })
  await company.write("Mia", { text: "Mia asks about maps" })
  await row(bo, "maps").waitFor()
  expect(await row(bo, "glaciers").count()).toBe(0)
  await choose("Acme", "Fjell Tents")
  await row(bo, "Gunnar").waitFor()
  expect(await row(bo, "maps").count()).toBe(0)
  expect(await row(bo, "lamps").count()).toBe(0)
})
