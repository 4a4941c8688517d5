/** One customer, however he writes: by chat and phone, through another team's website, after a close, written to first. */
import type { Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { conversation, log, row } from "../harness/people.ts"
import { startFakeTwilio, type FakeTwilio } from "../providers/fake-twilio.ts"
import { openStage, type Stage } from "./stage.ts"

const NUMBER = "+46700000001"
const VERAS_PHONE = "+33612345678"
const OTTOS_PHONE = "+46701234567"

let stage: Stage
let company: Company
let twilio: FakeTwilio
let adas: Colleague
let bos: Colleague
let ada: Page
let bo: Page
let vera: Page
/** Everything that reached Vera's browser through sockets and requests. */
const heardByVera: string[] = []
/** What Twilio was told to call. */
let webhook: string
/** Websites of the teams Boots, with Ada and Bo in it, and Tents, of Bo alone. */
let bootShop: string
let tentShop: string

beforeAll(async () => {
  stage = await openStage()
  twilio = await startFakeTwilio()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor")
  bos = await company.hire("Bo Lindqvist")
  const queue = { deliveryMode: "queue" }
  bootShop = await company.makeSource(await company.makeTeam([adas, bos], { name: "Boots", ...queue }))
  tentShop = await company.makeSource(await company.makeTeam([bos], { name: "Tents", ...queue }))
  const settings = twilio.settings(NUMBER)
  const phones = { name: "Phones", teamId: company.everyoneId, settings }
  const { body } = await succeed(company.owner.send("POST", "/sources", phones))
  webhook = `${stage.url}/webhooks/sms/${String(body["id"])}`
  ada = await stage.openBrowserOf(adas)
  bo = await stage.openBrowserOf(bos)
  vera = await stage.openBrowser()
  vera.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => heardByVera.push(String(payload))),
  )
  vera.on("response", (response) => {
    void response.text().then(
      (text) => heardByVera.push(text),
      // A redirect, or a page that has gone: it has no text any more.
      () => undefined,
    )
  })
  for (const page of [ada, bo]) {
    await page.goto(`${stage.url}/inbox/me`)
    await people.openInbox(page, "Everyone")
  }
})
afterAll(async () => {
  await stage?.close()
  await twilio?.stop()
})

const mergeDialog = (page: Page) => page.getByRole("dialog", { name: "Merge with another customer" })

/** Twilio tells us, as it signs it. */
async function textFrom(from: string, body: string): Promise<void> {
  const message = twilio.customerWrites({ from, to: NUMBER, body })
  const response = await twilio.post(webhook, twilio.webhookOf(message))
  expect(response.status).toBe(200)
}

/** Finds the other customer for the one that is open; what is then shown is looked at by the caller. */
async function chooseToMerge(page: Page, typed: string, name: string | RegExp): Promise<Locator> {
  const panel = page.getByRole("complementary", { name: "Customer" })
  await panel.getByRole("button", { name: "Merge with…" }).click()
  const dialog = mergeDialog(page)
  await dialog.getByRole("textbox", { name: "Find the other customer" }).fill(typed)
  await dialog.getByRole("list", { name: "Customers" }).getByRole("button", { name }).click()
  return dialog.getByRole("region", { name: "Afterwards" })
}

async function merge(page: Page): Promise<void> {
  await mergeDialog(page).getByRole("button", { name: "Merge", exact: true }).click()
  await mergeDialog(page).waitFor({ state: "detached" })
}

const whose = (page: Page, words: string) => conversation(page).getByText(words, { exact: true })
const via = (page: Page, channel: string) =>
  conversation(page).getByRole("button", { name: `via ${channel}` })
const texted = () => twilio.sent.map(({ to, body }) => `${to}: ${body}`)
const assignTo = (agent: Colleague, name: string) =>
  succeed(company.assign(agent, name, { kind: "agent", agentId: agent.agentId }))

test("the row says by which way a customer wrote last, and the answer goes back that way, unless another is picked", async () => {
  await people.openShop(vera, stage.url, `/try?source=${company.sourceId}`)
  await people.openChat(vera)
  await people.say(vera, "Vera asks about boots")
  await row(bo, "about boots").waitFor()
  await textFrom(VERAS_PHONE, "It is Vera, by phone")
  await row(bo, "by phone").waitFor()
  await people.openConversation(ada, "about boots")
  await chooseToMerge(ada, VERAS_PHONE, /^Lead France/)
  await merge(ada)
  await log(ada).getByText("It is Vera, by phone").waitFor()
  for (const page of [ada, bo]) {
    await row(page, "by phone").getByText("SMS").waitFor()
    await row(page, "about boots").waitFor({ state: "detached" })
  }
  await via(ada, "SMS").waitFor()
  await people.answer(ada, "Told to the phone.")
  await expect.poll(texted).toEqual([`${VERAS_PHONE}: Told to the phone.`])

  await people.say(vera, "Vera is in the chat again")
  for (const page of [ada, bo]) await row(page, "in the chat again").getByText("Web chat").waitFor()
  await via(ada, "Web chat").waitFor()
  await people.answer(ada, "Said in the chat.")
  await log(vera).getByText("Said in the chat.").waitFor()

  await via(ada, "Web chat").click()
  await ada.getByRole("menuitem", { name: "SMS +33 6 12 34 56 78" }).click()
  await via(ada, "SMS").waitFor()
  await people.answer(ada, "To the phone all the same.")
  await expect.poll(() => texted().at(-1)).toBe(`${VERAS_PHONE}: To the phone all the same.`)
  // What she picked is forgotten when the customer has gone another way.
  await textFrom(VERAS_PHONE, "Vera holds the phone")
  await row(bo, "holds the phone").getByText("SMS").waitFor()
  await people.say(vera, "Vera sits at the desk")
  await row(bo, "at the desk").getByText("Web chat").waitFor()
  await via(ada, "Web chat").waitFor()
})

test("the chat shows nothing of what went over the phone, nor the phone of the chat, and neither what is internal", async () => {
  await people.note(ada, (field) => field.fill("She is the zirkonium case"))
  await ada.keyboard.press("Escape")
  await ada.keyboard.press("l")
  const labels = ada.getByRole("dialog", { name: "Labels" })
  await labels.getByRole("combobox", { name: "Find or make a label" }).fill("Vermeil")
  await labels.getByRole("option", { name: "Make “Vermeil”" }).click()
  await ada.keyboard.press("Escape")
  await labels.waitFor({ state: "detached" })
  await row(bo, "zirkonium").waitFor()
  await log(ada).getByText("Vermeil", { exact: true }).waitFor()
  await log(ada).getByText("You took this conversation").waitFor()

  // Last of all a word by either way: by then everything else would have come, too.
  await people.answer(ada, "That is all, dear chat.")
  await log(vera).getByText("That is all, dear chat.").waitFor()
  await via(ada, "Web chat").click()
  await ada.getByRole("menuitem", { name: "SMS +33 6 12 34 56 78" }).click()
  await people.answer(ada, "That is all, dear phone.")
  const all = ["Told to the phone.", "To the phone all the same.", "That is all, dear phone."]
  await expect.poll(texted).toEqual(all.map((text) => `${VERAS_PHONE}: ${text}`))
  await vera.reload()
  await people.openChat(vera)
  await log(vera).getByText("That is all, dear chat.").waitFor()
  const stored = await vera.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
  const heard = `${heardByVera.join("\n")}${stored}${await log(vera).innerText()}`
  expect(heard.includes("Said in the chat.")).toBe(true)
  const hidden = /by phone|the phone|dear phone|33612345678|zirkonium|Vermeil|merged Lead|took this conv/
  expect(heard.match(hidden)).toBeNull()
})

test("merged, what is open stays open, the latest message says whose it is, and stars and unread marks are of both", async () => {
  await company.write("Nils", { text: "Nils asks about nails" })
  await assignTo(adas, "Nils")
  await company.write("Nilsson", { at: bootShop, text: "Nilsson asks about soles" })
  await assignTo(bos, "Nilsson")
  for (const name of ["Nils", "Nilsson"])
    await succeed(company.act(bos, name, "customer", { name: `${name} Berg` }))
  await succeed(company.act(adas, "Nilsson", "star", { isStarred: true }))
  await company.close(bos, "Nilsson")
  await people.openInbox(bo, "Everyone")
  await row(bo, "nails")
    .getByRole("link", { name: /^Nils Berg ?, 1 unread$/ })
    .waitFor()
  await people.openInbox(ada, "Starred")
  await row(ada, "soles").waitFor()
  expect(await row(ada, "nails").count()).toBe(0)

  await people.openInbox(ada, "Me")
  await people.openConversation(ada, "nails")
  await whose(ada, "Assigned to you · Everyone").waitFor()
  expect(await conversation(ada).getByRole("button", { name: "Star", pressed: true }).count()).toBe(0)
  const after = await chooseToMerge(ada, "nilsson", /^Nilsson Berg/)
  for (const text of ["Open", "Bo Lindqvist", "Boots"]) await after.getByText(text, { exact: true }).waitFor()
  await merge(ada)
  await whose(ada, "Assigned to Bo Lindqvist · Boots").waitFor()
  await conversation(ada).getByRole("button", { name: "Close", exact: true }).waitFor()
  await conversation(ada).getByRole("button", { name: "Star", pressed: true }).waitFor()
  expect(await row(ada, "soles").count()).toBe(0)
  await people.openInbox(ada, "Starred")
  await row(ada, "soles").getByRole("img", { name: "Starred" }).waitFor()
  await people.openInbox(bo, "Me")
  await row(bo, "soles")
    .getByRole("link", { name: /^Nils Berg ?, 2 unread$/ })
    .waitFor()
  await people.openInbox(bo, "Boots")
  await row(bo, "soles").waitFor()
  await people.openInbox(bo, "Everyone")
  await row(bo, "dear phone").waitFor()
  expect(await row(bo, "soles").count()).toBe(0)
})

test("who writes through another team's website stays with his agent, and the timeline says where he wrote", async () => {
  await company.write("Olga", { text: "Olga asks about poles" })
  await assignTo(adas, "Olga")
  await company.introduce("Olga", tentShop)
  await people.openInbox(ada, "Me")
  await people.openInbox(bo, "Unassigned")
  await people.openConversation(ada, "about poles")
  await company.write("Olga", { at: tentShop, text: "Olga is in the other shop" })
  await log(ada).getByText("Olga is in the other shop").waitFor()
  await log(ada).getByText("The customer wrote to Shop (Tents)").waitFor()
  await whose(ada, "Assigned to you · Everyone").waitFor()
  await row(ada, "in the other shop").waitFor()
  // What came later and is nobody's shows that it would have come.
  await company.write("Pia", { at: tentShop, text: "Pia asks about pegs" })
  await row(bo, "about pegs").waitFor()
  expect(await row(bo, "in the other shop").count()).toBe(0)
})

test("closed, it goes to the team he then writes to, and to its last agent only where he is available there", async () => {
  const close = async () => {
    const button = conversation(ada).getByRole("button", { name: "Close", exact: true })
    await people.accepted(ada, /\/close$/, () => button.click())
    await conversation(ada).getByRole("button", { name: "Reopen" }).waitFor()
  }
  await company.introduce("Olga", bootShop)
  await close()
  await company.write("Olga", { at: bootShop, text: "Olga needs boots now" })
  await row(ada, "needs boots").waitFor()
  await whose(ada, "Assigned to you · Boots").waitFor()
  await log(ada).getByText("Moved to Boots").waitFor()
  expect(await row(bo, "needs boots").count()).toBe(0)

  await close()
  await company.write("Olga", { at: tentShop, text: "Olga needs a tent now" })
  await row(bo, "needs a tent").waitFor()
  await people.openConversation(bo, "needs a tent")
  await whose(bo, "Nobody’s yet · Tents").waitFor()
  // Ada is not in Tents.
  await row(ada, "needs a tent").waitFor({ state: "detached" })
  await conversation(ada).waitFor({ state: "detached" })
  await ada.getByText("There is nothing here that you may see.").waitFor()

  await people.openInbox(ada, "Me")
  await company.write("Quin", { text: "Quin asks about quilts" })
  await assignTo(adas, "Quin")
  await company.introduce("Quin", bootShop)
  await people.openConversation(ada, "quilts")
  await close()
  await ada.getByRole("button", { name: /^Available, / }).click()
  await ada.getByRole("menuitemcheckbox", { name: "Boots", checked: true }).click()
  await ada.getByRole("menuitemcheckbox", { name: "Boots", checked: false }).waitFor()
  await ada.keyboard.press("Escape")
  await company.write("Quin", { at: bootShop, text: "Quin needs boots, too" })
  await row(bo, "boots, too").waitFor()
  await whose(ada, "Nobody’s yet · Boots").waitFor()
})

test("whoever answers a closed conversation opens it, and has it", async () => {
  await company.write("Rita", { text: "Rita asks about ropes" })
  await assignTo(adas, "Rita")
  await people.openInbox(ada, "Me")
  await people.openInbox(bo, "Everyone")
  await people.openConversation(bo, "ropes")
  await people.openConversation(ada, "ropes")
  await conversation(ada).getByRole("button", { name: "Close", exact: true }).click()
  await whose(bo, "Closed · Assigned to Ada Okafor · Everyone").waitFor()
  await people.answer(bo, "They are ten metres long.")
  await whose(bo, "Assigned to you · Everyone").waitFor()
  await log(bo).getByText("You reopened this").waitFor()
  await whose(ada, "Assigned to Bo Lindqvist · Everyone").waitFor()
  await people.openInbox(bo, "Me")
  await row(bo, "ten metres").waitFor()
  expect(await row(ada, "ten metres").count()).toBe(0)
})

test("whoever writes to a phone number first has the conversation, and what the customer answers is under his Me", async () => {
  await people.openInbox(bo, "Unassigned")
  await ada.keyboard.press("c")
  const dialog = ada.getByRole("dialog", { name: "New conversation by SMS" })
  await dialog.getByRole("textbox", { name: "Phone number" }).fill(OTTOS_PHONE)
  await dialog.getByRole("textbox", { name: "Message" }).fill("Your skis are waxed.")
  await dialog.getByRole("button", { name: "Send" }).click()
  await log(ada).getByText("Your skis are waxed.").waitFor()
  await whose(ada, "Assigned to you · Everyone").waitFor()
  await expect.poll(() => texted().at(-1)).toBe(`${OTTOS_PHONE}: Your skis are waxed.`)
  await people.openInbox(ada, "Me")
  await row(ada, "You: Your skis").waitFor()
  await textFrom(OTTOS_PHONE, "Otto fetches them at noon")
  await row(ada, "at noon")
    .getByRole("link", { name: /, 1 unread$/ })
    .waitFor()
  await people.openConversation(ada, "at noon")
  await whose(ada, "Assigned to you · Everyone").waitFor()
  await textFrom("+46709999999", "Pelle writes by himself")
  await row(bo, "Pelle").waitFor()
  expect(await row(bo, "at noon").count()).toBe(0)
})
