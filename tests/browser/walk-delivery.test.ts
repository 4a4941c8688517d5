/** Who gets a conversation: suggested, declined, left, moved and claimed by two at once; and whose unread it is. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, customerService, inbox, log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
let ada: Page
let bo: Page
let cy: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  // Ada has more to do than Bo from the start.
  await has(adas, "Nils", "Nils asks about nails")
  ada = await deskOf(adas)
  bo = await deskOf(bos)
})
afterAll(() => stage?.close())

async function deskOf(agent: Colleague): Promise<Page> {
  const page = await stage.openBrowserOf(agent)
  await page.goto(`${stage.url}/inbox/me`)
  return page
}

/** The customer writes, and the agent has it. */
async function has(agent: Colleague, name: string, text: string): Promise<void> {
  await company.write(name, { text })
  await succeed(company.assign(agent, name, { kind: "agent", agentId: agent.agentId }))
}

const setEveryone = (rules: object) =>
  succeed(company.owner.send("PATCH", `/teams/${company.everyoneId}`, rules))

async function makeTeam(name: string, members: Colleague[], deliveryMode: string): Promise<void> {
  const memberIds = members.map(({ agentId }) => agentId)
  const { body } = await succeed(company.owner.send("POST", "/teams", { name, memberIds }))
  await succeed(company.owner.send("PATCH", `/teams/${String(body["id"])}`, { deliveryMode }))
}

const suggested = (page: Page, text: string) => row(page, text).getByText(/^Suggested · \d:\d\d$/)

/** What the head says, with its team or without; what happened says the time behind it. */
const whose = (page: Page, words: string) =>
  conversation(page).getByText(new RegExp(`^${words}( · [^\\d]+)?$`))

async function chooseInAssign(page: Page, group: string, name: string): Promise<void> {
  await conversation(page).getByRole("button", { name: "Assign", exact: true }).click()
  await page
    .getByRole("group", { name: group, exact: true })
    .getByRole("menuitem", { name: new RegExp(`^${name}`) })
    .click()
}

async function setCapacity(name: string, capacity: string): Promise<void> {
  await people.openSettings(ada, "Team")
  const field = ada.getByRole("spinbutton", { name: `Capacity of ${name}` })
  await field.fill(capacity)
  await field.press("Enter")
  await people.leaveSettings(ada)
}

const newRow = (page: Page, text: string) => row(page, text).getByRole("link", { name: /, \d unread$/ })
const readRow = (page: Page, text: string) => row(page, text).getByRole("link", { name: "Lead", exact: true })

async function badgeOf(page: Page): Promise<number> {
  const link = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Customer Service/ })
  return Number(/\d+/.exec((await link.getAttribute("aria-label")) ?? "")?.[0] ?? 0)
}

test("what is declined is under Unassigned at once, on a colleague's screen, too", async () => {
  await people.deliverTo(ada, "Suggest to one agent first")
  await people.leaveSettings(ada)
  await people.openInbox(ada, "Unassigned")
  await company.write("Vera", { text: "Vera asks about boots" })
  await suggested(bo, "boots").waitFor()
  await people.openConversation(bo, "boots")
  expect(await row(ada, "boots").count()).toBe(0)
  await conversation(bo).getByRole("button", { name: "Decline" }).click()
  // Far sooner than the suggestion would have ended by itself.
  await row(ada, "boots").waitFor({ timeout: 10_000 })
  await row(bo, "boots").waitFor({ state: "detached" })
  await conversation(bo).getByRole("button", { name: "Accept" }).waitFor({ state: "detached" })
  await people.openInbox(bo, "Unassigned")
  await row(bo, "boots").waitFor()
  await people.openConversation(ada, "boots")
  await log(ada).getByText("Bo Lindqvist declined").waitFor()
})

test("what is not accepted in the time the team gives is under Unassigned", async () => {
  await people.openSettings(ada, "Team")
  await ada.getByRole("button", { name: "Change Everyone" }).click()
  const dialog = ada.getByRole("dialog", { name: "Everyone" })
  await dialog.getByRole("spinbutton", { name: "Time to accept, in seconds" }).fill("5")
  await dialog.getByRole("button", { name: "Save" }).click()
  await dialog.waitFor({ state: "detached" })
  await people.leaveSettings(ada)
  await people.openInbox(ada, "Unassigned")
  await people.openInbox(bo, "Unassigned")
  await company.write("Wim", { text: "Wim asks about laces" })
  await row(ada, "laces").waitFor()
  await row(bo, "laces").waitFor()
  await people.openConversation(bo, "laces")
  await log(bo).getByText("Suggested to you").waitFor()
  await log(bo).getByText("You did not answer in time").waitFor()
  await whose(bo, "Nobody’s yet").waitFor()
})

test("it is suggested to who had the customer last, whatever he has to do, and else to who has fewest", async () => {
  await setEveryone({ deliveryMode: "offer", offerSeconds: 300 })
  await makeTeam("Boots", [adas, bos], "offer")
  await has(adas, "Xenia", "Xenia asks about soles")
  await people.openInbox(ada, "Me")
  await people.openInbox(bo, "Everyone")
  await people.openConversation(bo, "soles")
  await chooseInAssign(bo, "To a team", "Boots")
  await suggested(ada, "soles").waitFor()
  await log(bo).getByText("Suggested to Ada Okafor").waitFor()

  await company.write("Yuri", { text: "Yuri asks about heels" })
  await people.openInbox(bo, "Me")
  await suggested(bo, "heels").waitFor()
  expect(await row(ada, "heels").count()).toBe(0)
  await people.openConversation(bo, "heels")
  await conversation(bo).getByRole("button", { name: "Accept" }).click()
  await whose(bo, "Assigned to you").waitFor()
})

test("who had a customer whose conversation was closed has him at once when he writes again", async () => {
  await people.openConversation(ada, "soles")
  await conversation(ada).getByRole("button", { name: "Accept" }).click()
  await whose(ada, "Assigned to you").waitFor()
  await conversation(ada).getByRole("button", { name: "Close", exact: true }).click()
  await row(ada, "soles").waitFor({ state: "detached" })
  await people.openConversation(ada, "nails")
  await company.write("Xenia", { text: "Xenia is back for more soles" })
  await row(ada, "more soles").waitFor()
  await people.openConversation(ada, "more soles")
  await whose(ada, "Assigned to you").waitFor()
  expect(await row(bo, "more soles").count()).toBe(0)
})

test("an agent at the capacity that an admin has set is suggested nothing", async () => {
  await setCapacity("Bo Lindqvist", "1")
  await bo.getByRole("button", { name: "Available, 1 of 1 open conversations" }).waitFor()
  await company.write("Zoe", { text: "Zoe asks about tents" })
  // Ada has more than Bo, and no limit.
  await suggested(ada, "tents").waitFor()
  expect(await row(bo, "tents").count()).toBe(0)

  await setCapacity("Ada Okafor", "3")
  await ada.getByRole("button", { name: "Available, 3 of 3 open conversations" }).waitFor()
  await people.openInbox(ada, "Unassigned")
  await company.write("Ola", { text: "Ola asks about poles" })
  await row(ada, "poles").waitFor()
  await people.openConversation(ada, "poles")
  await whose(ada, "Nobody’s yet").waitFor()
  expect(await log(ada).getByText("Suggested").count()).toBe(0)
})

test("of two who answer at the same moment one has it; the other is told who, and keeps his text", async () => {
  await setEveryone({ deliveryMode: "queue" })
  await company.write("Pim", { text: "Pim asks about pegs" })
  const two = [
    { page: ada, name: "Ada Okafor", text: "Pegs are in aisle one." },
    { page: bo, name: "Bo Lindqvist", text: "Pegs are in aisle two." },
  ]
  const bothSent = Promise.withResolvers<void>()
  let sent = 0
  for (const { page, text } of two) {
    await people.openInbox(page, "Unassigned")
    await people.openConversation(page, "pegs")
    await answerField(page).fill(text)
    // Neither has heard of the other when he sends, however slow the machine is.
    await page.route("**/answers", async (route) => {
      sent += 1
      if (sent === 2) bothSent.resolve()
      await bothSent.promise
      await route.continue()
    })
  }
  await Promise.all(two.map(({ page }) => answerField(page).press("Enter")))
  const notSent = () =>
    Promise.all(
      two.map(({ page }) =>
        conversation(page)
          .getByText(/^Not sent\./)
          .count(),
      ),
    )
  await expect.poll(async () => (await notSent()).join(" ")).toMatch(/^0 1$|^1 0$/)
  const [late, first] = (await notSent())[0] === 1 ? two : two.toReversed()
  if (!late || !first) throw new Error("There are two.")
  await whose(first.page, "Assigned to you").waitFor()
  expect(await answerField(first.page).inputValue()).toBe("")
  const why = `${first.name} took this conversation meanwhile.`
  await conversation(late.page).getByText(`Not sent. ${why} Send again if it still fits.`).waitFor()
  await whose(late.page, `Assigned to ${first.name}`).waitFor()
  expect(await answerField(late.page).inputValue()).toBe(late.text)
  for (const { page } of two) {
    await log(page).getByText(first.text).waitFor()
    expect(await log(page).getByText("Pegs are in").count()).toBe(1)
    await row(page, "pegs").waitFor({ state: "detached" })
    await page.unroute("**/answers")
  }
  await answerField(late.page).fill("")
})

test("assigned to another team it is new there, and gone for who is not in it", async () => {
  const cys = await company.hire("Cy Dahl")
  await makeTeam("Tents", [cys], "queue")
  cy = await deskOf(cys)
  await people.openInbox(cy, "Unassigned")
  await has(bos, "Quin", "Quin asks about quilts")
  await people.openInbox(bo, "Me")
  await people.openConversation(bo, "quilts")
  expect(await row(cy, "quilts").count()).toBe(0)
  await chooseInAssign(bo, "To a team", "Tents")
  await newRow(cy, "quilts").waitFor()
  await row(bo, "quilts").waitFor({ state: "detached" })
  await bo.getByText("There is nothing here that you may see. It may have moved to another team.").waitFor()
  await people.openInbox(bo, "Everyone")
  await row(bo, "Pegs are in").waitFor()
  expect(await row(bo, "quilts").count()).toBe(0)
  await people.openConversation(cy, "quilts")
  await whose(cy, "Nobody’s yet").waitFor()
  await log(cy).getByText("Bo Lindqvist moved this to Tents").waitFor()
})

test("suggested to a colleague it stays its agent's until the colleague takes it by answering", async () => {
  await has(bos, "Rita", "Rita asks about ropes")
  await people.openInbox(bo, "Me")
  await people.openInbox(cy, "Me")
  await people.openConversation(bo, "ropes")
  await chooseInAssign(bo, "Suggest to a colleague", "Cy Dahl")
  await bo.getByText("Suggested to Cy Dahl.", { exact: true }).waitFor()
  await suggested(cy, "ropes").waitFor()
  await people.openConversation(cy, "ropes")
  await conversation(cy).getByText("Bo Lindqvist suggests this conversation to you").waitFor()
  await whose(cy, "Assigned to Bo Lindqvist").waitFor()
  await whose(bo, "Assigned to you").waitFor()
  await row(bo, "ropes").waitFor()

  await people.answer(cy, "Ten metres of it are left.")
  await whose(cy, "Assigned to you").waitFor()
  await suggested(cy, "Ten metres").waitFor({ state: "detached" })
  await row(cy, "You: Ten metres").waitFor()
  await row(bo, "ropes").waitFor({ state: "detached" })
  await row(bo, "Ten metres").waitFor({ state: "detached" })
  await whose(bo, "Assigned to Cy Dahl").waitFor()
})

test("unread is each one's own: neither a colleague's looking nor his answer changes it", async () => {
  for (const page of [ada, bo, cy]) await people.openInbox(page, "Everyone")
  await company.write("Sven", { text: "Sven asks about skis" })
  for (const page of [ada, bo, cy]) await newRow(page, "skis").waitFor()
  for (const page of [ada, cy]) {
    await people.openConversation(page, "skis")
    await readRow(page, "skis").waitFor()
  }
  expect(await newRow(bo, "skis").count()).toBe(1)
  await people.openInbox(cy, "Everyone")
  await people.answer(ada, "We wax them, too.")
  await readRow(cy, "Ada: We wax them").waitFor()
  await newRow(bo, "Ada: We wax them").waitFor()
  await people.openConversation(bo, "We wax them")
  await readRow(bo, "We wax them").waitFor()
})

test("a note is in nobody's badge, unless it mentions him and he has not read it", async () => {
  await people.openInbox(ada, "Everyone")
  const before = { ada: await badgeOf(ada), cy: await badgeOf(cy) }
  await people.note(bo, (field) => field.fill("The last pair is in the window"))
  for (const page of [ada, cy]) await readRow(page, "The last pair").waitFor()
  await customerService(ada, before.ada).waitFor()
  await customerService(cy, before.cy).waitFor()

  await people.note(bo, async (field) => {
    await field.pressSequentially("Take it out, @c")
    await bo.getByRole("option", { name: "Cy Dahl" }).click()
    await field.pressSequentially("please")
  })
  await inbox(cy, "Mentions, 1").waitFor()
  await customerService(cy, before.cy + 1).waitFor()
  await readRow(ada, "Take it out").waitFor()
  await customerService(ada, before.ada).waitFor()
  await people.openInbox(cy, "Mentions")
  await people.openConversation(cy, "Take it out")
  await customerService(cy, before.cy).waitFor()
})
