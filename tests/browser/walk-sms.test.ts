/** The loop once more with a customer on a phone: Twilio's own signatures in, the answer out, nothing else new. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import * as people from "../harness/people.ts"
import { answerField, conversation, customerService, inbox, log, row } from "../harness/people.ts"
import { startFakeTwilio, type FakeTwilio } from "../providers/fake-twilio.ts"
import { openStage, type Stage } from "./stage.ts"

const NUMBER = "+15005550006"
const CUSTOMER = "+33612345678"

let stage: Stage
let twilio: FakeTwilio
let ada: Page
let bo: Page
/** What Twilio was told to call. */
let webhook: string

beforeAll(async () => {
  stage = await openStage()
  twilio = await startFakeTwilio()
  ada = await stage.openBrowser()
  bo = await stage.openBrowser()
  await people.firstStart(ada, stage.url, { name: "Ada Okafor", email: "ada@fjord.test", company: "Fjord" })
  await people.invite(ada, bo, { name: "Bo Lindqvist", email: "bo@fjord.test" })
  await people.deliverTo(ada, "Go to Unassigned")
})

afterAll(async () => {
  await stage?.close()
  await twilio?.stop()
})

test("an owner connects a number in Settings", async () => {
  await people.openSettings(ada, "Sources")
  await ada.getByRole("button", { name: "Add an SMS number" }).click()
  const dialog = ada.getByRole("dialog", { name: "Add an SMS number" })
  await dialog.getByRole("textbox", { name: "Name" }).fill("Support number")
  await dialog.getByRole("textbox", { name: "Phone number" }).fill(NUMBER)
  await dialog.getByRole("textbox", { name: "Account SID" }).fill(twilio.accountId)
  await dialog.getByLabel("Auth token").fill(twilio.authToken)
  await dialog.getByRole("textbox", { name: "Address of the API" }).fill(twilio.apiBase)
  await dialog.getByRole("button", { name: "Connect" }).click()
  await dialog.waitFor({ state: "detached" })
  webhook = await ada.getByRole("textbox", { name: "Webhook for incoming messages" }).inputValue()
  expect(webhook).toMatch(new RegExp(`^${stage.url}/webhooks/sms/[0-9a-f-]{36}$`))
})

test("a text message stands under Unassigned within a second, a forged one nowhere", async () => {
  await people.leaveSettings(ada)
  await people.openInbox(ada, "Unassigned")
  await people.openInbox(bo, "Unassigned")
  const forged = twilio.customerWrites({ from: "+33699999999", to: NUMBER, body: "I was never here" })
  const refused = await twilio.post(webhook, twilio.webhookOf(forged), { signature: "c2lnbmVkIGJ5IG1l" })
  expect(refused.status).toBe(403)
  twilio.messages.pop()

  const tries: number[] = []
  for (const text of ["Is my order on its way?", "Number 10482.", "Hello?"]) {
    const seen = people.listed(ada, text)
    await ada.evaluate(() => undefined)
    const sent = Date.now()
    await customerTexts(text)
    tries.push((await seen) - sent)
  }
  expect(Math.min(...tries), `Milliseconds: ${tries.join(", ")}`).toBeLessThan(1_000)
  await row(ada, "Hello?")
    .getByRole("link", { name: /^Lead France/ })
    .waitFor()
  await row(ada, "Hello?").getByText("SMS").waitFor()
  await row(bo, "Hello?").waitFor()
  expect(await row(ada, "never here").count()).toBe(0)
})

test("looked at as a preview, it shows who looks, and whose number it is", async () => {
  await people.openConversation(ada, "Hello?")
  await ada.getByRole("region", { name: "Conversation with Lead France" }).waitFor()
  await row(bo, "Hello?").getByRole("img", { name: "Ada Okafor" }).waitFor()
  await log(ada).getByText("Is my order on its way?").waitFor()
  await ada.getByText("+33 6 12 34 56 78").waitFor()
  await people.openInbox(ada, "Unassigned")
  await row(bo, "Hello?").getByRole("img", { name: "Ada Okafor" }).waitFor({ state: "detached" })
})

test("an answer arrives at the phone, takes the conversation, and its fate is shown", async () => {
  await people.openConversation(ada, "Hello?")
  await answerField(ada).fill("It is: it left this morning.")
  await conversation(ada).getByText("132 left").waitFor()
  await answerField(ada).press("Enter")
  await inbox(ada, "Me, 1").waitFor()
  await row(bo, "Hello?").waitFor({ state: "detached" })
  await expect.poll(() => twilio.sent, { timeout: 20_000 }).toHaveLength(1)
  expect(twilio.sent[0]).toMatchObject({ to: CUSTOMER, from: NUMBER, body: "It is: it left this morning." })
  await log(ada).getByText("· sent").waitFor()
  await report(0, "delivered")
  await log(ada).getByText("· delivered").waitFor()
  // Callbacks come in any order; the state never goes back.
  await report(0, "sent")
  await people.note(ada, (field) => field.fill("He sounded hurried."))
  await log(ada).getByText("He sounded hurried.").waitFor()
  await log(ada).getByText("· delivered").waitFor()
})

test("what the carrier refuses is said in words and can be sent again", async () => {
  await people.answer(ada, "You get a mail when it is near.")
  await expect.poll(() => twilio.sent, { timeout: 20_000 }).toHaveLength(2)
  // Without an address of ours in it, a callback can be told from others only once the answer's own is known.
  await log(ada).getByText("· sent").waitFor()
  await report(1, "undelivered", 30003)
  await log(ada).getByText("Not delivered: the phone is switched off or out of reach.").waitFor()
  await log(ada).getByRole("button", { name: "Send again" }).click()
  await expect.poll(() => twilio.sent, { timeout: 20_000 }).toHaveLength(3)
  await log(ada).getByText("Not delivered").waitFor({ state: "detached" })
  expect(twilio.sent[2]?.body).toBe("You get a mail when it is near.")
})

test("a note with a mention reaches the colleague and not the phone", async () => {
  await people.openInbox(bo, "Me")
  await customerService(bo, 0).waitFor()
  await people.note(ada, async (field) => {
    await field.pressSequentially("Ask the depot, @b")
    await ada.getByRole("option", { name: "Bo Lindqvist" }).click()
  })
  await inbox(bo, "Mentions, 1").waitFor()
  await customerService(bo, 1).waitFor()
  await expect.poll(() => bo.title()).toBe("(1) Me · Parley")
  await people.answer(ada, "Anything else?")
  await expect.poll(() => twilio.sent, { timeout: 20_000 }).toHaveLength(4)
  expect(twilio.sent.map(({ body }) => body).join()).not.toMatch(/hurried|depot/)
})

test("closed, and back under the same agent's Me with everything above it when the customer texts again", async () => {
  await people.openInbox(ada, "Me")
  await conversation(ada).waitFor({ state: "detached" })
  await people.openConversation(ada, "Anything else?")
  await conversation(ada).getByRole("button", { name: "Close", exact: true }).click()
  await row(ada, "Anything else?").waitFor({ state: "detached" })
  await customerTexts("Yes: where is the depot?")
  await inbox(ada, "Me, 1").waitFor()
  await inbox(ada, "Unassigned").waitFor()
  await people.openConversation(ada, "where is the depot?")
  for (const text of ["Is my order on its way?", "It is: it left this morning.", "Anything else?"])
    await log(ada).getByText(text).waitFor()
  await conversation(ada).getByText("Assigned to you", { exact: true }).waitFor()
})

test("STOP closes the composer for this address, START opens it again", async () => {
  await answerField(ada).fill("Half an answer")
  await customerTexts("STOP", { OptOutType: "STOP" })
  await conversation(ada).getByText("opted out of messages. You can write again when").waitFor()
  await expect.poll(() => answerField(ada).isDisabled()).toBe(true)
  expect(await conversation(ada).getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true)
  // Neither is what is typed here written, nor is it obeyed as shortcuts.
  await ada.keyboard.press("r")
  await ada.keyboard.type("see")
  expect(await answerField(ada).inputValue()).toBe("Half an answer")
  await ada.keyboard.press("Escape")
  await ada.keyboard.press("n")
  await ada.keyboard.press("End")
  await ada.keyboard.type("!")
  const noted = ada.getByRole("textbox", { name: "Internal note" })
  await expect.poll(() => noted.inputValue()).toBe("Half an answer!")
  await ada.keyboard.press("Backspace")
  await ada.getByRole("switch", { name: "Internal note" }).click()
  await log(ada).getByText("The customer opted out of messages to +33 6 12 34 56 78").waitFor()
  await customerTexts("START", { OptOutType: "START" })
  await expect.poll(() => answerField(ada).isDisabled()).toBe(false)
  expect(await answerField(ada).inputValue()).toBe("Half an answer")
  await answerField(ada).press("Enter")
  await expect.poll(() => twilio.sent.at(-1)?.body, { timeout: 20_000 }).toBe("Half an answer")
})

/** Twilio tells us, as it signs it. */
async function customerTexts(body: string, more: Record<string, string> = {}): Promise<void> {
  const message = twilio.customerWrites({ from: CUSTOMER, to: NUMBER, body })
  const response = await twilio.post(webhook, twilio.webhookOf(message, more))
  expect(response.status).toBe(200)
}

async function report(at: number, status: string, errorCode?: number): Promise<void> {
  const message = twilio.sent[at]
  if (message === undefined) throw new Error(`Only ${twilio.sent.length} messages were sent.`)
  const response = await twilio.post(`${webhook}/status`, twilio.callbackOf(message, status, errorCode))
  expect(response.status).toBe(204)
}
