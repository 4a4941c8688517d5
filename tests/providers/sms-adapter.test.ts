import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import twilio from "twilio"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { SMS_REASONS } from "../../protocol/sms.ts"
import { createAdapters } from "../../server/channels/channels.ts"
import type { SourceRecord, WebhookRequest } from "../../server/channels/contract.ts"
import { createSms } from "../../server/channels/sms/sms.ts"
import { newId } from "../../server/db/db.ts"
import { startFakeTwilio, type FakeTwilio } from "./fake-twilio.ts"

const us = "+15005550006"
const customer = "+33612345678"
const publicUrl = "https://chat.example.com"
const sms = createSms({ publicUrl })
let fake: FakeTwilio
let source: SourceRecord

beforeAll(async () => {
  fake = await startFakeTwilio({ pageSize: 2 })
  const { authToken, ...settings } = fake.settings(us)
  source = {
    workspaceId: newId(),
    id: newId(),
    channel: "sms",
    name: "Support number",
    teamId: newId(),
    settings: { ...settings, problem: null },
    secrets: { authToken },
    fetchedUntil: null,
    createdAt: "2026-01-01T00:00:00.000000Z",
  }
})
afterEach(() => fake.setMood("well"))
afterAll(() => fake.stop())

function webhook(
  form: Record<string, string>,
  o: { url?: string; signedUrl?: string; token?: string } = {},
): WebhookRequest {
  const url = o.url ?? `${publicUrl}/webhooks/sms/${source.id}`
  const signature = twilio.getExpectedTwilioSignature(o.token ?? fake.authToken, o.signedUrl ?? url, form)
  return { url, headers: { "x-twilio-signature": signature }, body: String(new URLSearchParams(form)) }
}

// The parameters of a webhook in Twilio's documentation of its security, with a number that is nobody's.
const documented = {
  CallSid: "CA1234567890ABCDE",
  Caller: "+12349013030",
  Digits: "1234",
  From: "+12349013030",
  To: "+18005551212",
}

test("a signature made by Twilio's own library is right, whatever letters the fields hold", () => {
  for (const form of [
    documented,
    { Body: "Ça va? + & = % 😀\n", From: customer, b: "1", B: "2", a: "", Ä: "x" },
  ])
    expect(sms.verify(webhook(form), source)).toBe(true)
})

test("Twilio signs with and without the scheme's own port; both are right", () => {
  const path = `/webhooks/sms/${source.id}/status?entry=${newId()}`
  for (const [url, signedUrl] of [
    [`https://chat.example.com${path}`, `https://chat.example.com:443${path}`],
    [`https://chat.example.com:443${path}`, `https://chat.example.com${path}`],
    [`http://chat.example.com${path}`, `http://chat.example.com:80${path}`],
    [`https://chat.example.com:8443${path}`, `https://chat.example.com${path}`],
    [`https://[2001:db8::1]:8443${path}`, `https://[2001:db8::1]:8443${path}`],
  ] as const)
    expect(sms.verify(webhook(documented, { url, signedUrl }), source)).toBe(true)
})

test("a wrong token, address, field or no signature at all is refused", () => {
  const right = webhook(documented)
  expect(sms.verify(webhook(documented, { token: "another token" }), source)).toBe(false)
  expect(sms.verify(webhook(documented, { signedUrl: "https://evil.example.com/" }), source)).toBe(false)
  expect(sms.verify({ ...right, body: right.body.replace("1234", "1235") }, source)).toBe(false)
  expect(sms.verify({ ...right, body: `${right.body}&Body=more` }, source)).toBe(false)
  expect(sms.verify({ ...right, headers: {} }, source)).toBe(false)
  expect(sms.verify({ ...right, headers: { "x-twilio-signature": ["a", "b"] } }, source)).toBe(false)
})

test("an incoming MMS becomes a message with its files", () => {
  const message = fake.customerWrites({
    from: customer,
    to: us,
    body: "  Look \u0000at this\r\n",
    media: [
      { type: "image/jpeg", bytes: Buffer.from("x") },
      { type: "text/vcard", bytes: Buffer.from("y") },
    ],
  })
  expect(sms.parse(webhook(fake.webhookOf(message)))).toEqual([
    {
      providerId: message.sid,
      addressValue: customer,
      text: "Look at this",
      claimedAt: null,
      files: [
        { name: "mms-1", type: "image/jpeg", remote: `${fake.apiBase}${message.media[0]?.path}` },
        { name: "mms-2", type: "text/vcard", remote: `${fake.apiBase}${message.media[1]?.path}` },
      ],
    },
  ])
})

test("words of consent are whole messages, and Twilio's own verdict counts more", () => {
  const message = (body: string) => fake.customerWrites({ from: customer, to: us, body })
  const consent = (body: string, more = {}) =>
    sms.parse(webhook(fake.webhookOf(message(body), more)))[0]?.consent
  for (const word of ["STOP", " stop\n", "Unsubscribe", "CANCEL", "end", "quit", "StopAll"])
    expect(consent(word)).toBe("opted-out")
  for (const word of ["START", "unstop", "Yes"]) expect(consent(word)).toBe("opted-in")
  for (const text of ["Please stop sending the wrong size", "yes please", "HELP", ""])
    expect(consent(text)).toBeUndefined()
  expect(consent("ARRETER", { OptOutType: "STOP" })).toBe("opted-out")
  expect(consent("REPRENDRE", { OptOutType: "START" })).toBe("opted-in")
  expect(consent("AIDE", { OptOutType: "HELP" })).toBeUndefined()
})

test("what is signed and cannot be read is said to be unreadable", () => {
  expect(() => sms.parse(webhook({ ...documented }))).toThrow(/could not be read/)
  expect(() => sms.parseStatus(webhook({ ...documented }))).toThrow(/could not be read/)
})

const began = "2026-03-01T12:00:00.000000Z"
const statusUrl = (entryId: string) =>
  `${publicUrl}/webhooks/sms/${source.id}/status?${new URLSearchParams({ entry: entryId, since: began })}`

test("a status callback names the sending, its state and why it failed", () => {
  const entry = newId()
  const url = statusUrl(entry)
  const message = {
    sid: `SM${"a".repeat(32)}`,
    to: customer,
    from: us,
    body: "",
    mediaUrls: [],
    statusCallback: url,
    at: new Date(),
  }
  const told = (status: string, code?: number) =>
    sms.parseStatus(webhook(fake.callbackOf(message, status, code), { url }))
  const states = ["queued", "sending", "sent", "delivered", "read", "undelivered", "failed", "canceled"].map(
    (word) => told(word)[0]?.state,
  )
  expect(states).toEqual(["sending", "sending", "sent", "delivered", "read", "failed", "failed", "failed"])
  expect(told("undelivered", 30003)).toEqual([
    {
      providerId: message.sid,
      sending: { entryId: entry, since: began },
      state: "failed",
      reason: "phone-unreachable",
    },
  ])
  expect(told("undelivered", 30005)[0]?.reason).toBe("number-unknown")
  expect(told("failed", 30006)[0]?.reason).toBe("not-mobile")
  expect(told("failed", 30007)[0]?.reason).toBe("filtered")
  expect(told("failed", 99999)[0]?.reason).toBe("refused")
  expect(told("delivered")[0]?.reason).toBeNull()
  expect(told("a-word-of-2030")).toEqual([])
})

const message = (text = "Yes, in two days.") => ({
  id: newId(),
  since: began,
  to: customer,
  text,
  files: [],
})

test("an answer is sent from the number, with the address for its status", async () => {
  const answer = message()
  const outcome = await sms.send(answer, source)
  expect(fake.sent.at(-1)).toMatchObject({
    from: us,
    to: customer,
    body: "Yes, in two days.",
    statusCallback: statusUrl(answer.id),
  })
  expect(outcome).toEqual({ kind: "taken", providerId: fake.sent.at(-1)?.sid })
})

test("where Twilio cannot reach us a message is sent without an address for its status", async () => {
  fake.nextMoods({ status: 400, code: 21609 })
  const before = fake.sent.length
  expect(await sms.send(message(), source)).toMatchObject({ kind: "taken" })
  expect(fake.sent.slice(before)).toMatchObject([{ statusCallback: undefined }])
})

test.each([
  [400, 21610, "opted-out", true],
  [400, 21211, "number-invalid", true],
  [400, 21614, "not-mobile", true],
  [401, 20003, "sign-in-failed", true],
  [403, 20005, "account-suspended", true],
  [400, 12345, "refused", true],
  [429, 20429, "too-often", false],
  [503, 0, "too-often", false],
])("a refusal with status %i and code %i is %s", async (status, code, reason, isPermanent) => {
  fake.nextMoods({ status, code })
  const outcome = await sms.send(message(), source)
  expect(outcome).toEqual({ kind: "refused", reason, isPermanent, isOptedOut: code === 21610 })
  expect(SMS_REASONS).toContain(reason)
})

test("when Twilio takes a message and dies before it says so, nobody claims it was not sent", async () => {
  fake.nextMoods("take-and-cut")
  const answer = message("only once")
  expect(await sms.send(answer, source)).toEqual({ kind: "unsure" })
  expect(fake.sent.filter(({ body }) => body === "only once")).toHaveLength(1)
  fake.nextMoods({ status: 500, code: 20500 })
  expect(await sms.send(message(), source)).toEqual({ kind: "unsure" })
})

test("when nobody answers the outcome is not known either", async () => {
  fake.nextMoods("hang")
  const began = Date.now()
  expect(await sms.send(message(), source)).toEqual({ kind: "unsure" })
  expect(Date.now() - began).toBeLessThan(15_000)
})

test("when nobody could be connected to, nothing was sent and trying again is right", async () => {
  const closed = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => closed.once("listening", resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  const unreachable: SourceRecord = {
    ...source,
    settings: { ...fake.settings(us), apiBase: `http://127.0.0.1:${port}`, problem: null },
  }
  expect(await sms.send(message(), unreachable)).toMatchObject({ kind: "refused", isPermanent: false })
  await expect(sms.fetchMissed(unreachable, { from: new Date(0), to: new Date() })).rejects.toMatchObject({
    reason: "provider-unreachable",
  })
})

test("where strangers may sign up, what they call their provider is not spoken to inside our network", async () => {
  const here = { publicUrl, signup: "open" } as const
  const port = new URL(fake.apiBase).port
  const span = { from: new Date(0), to: new Date() }
  const before = fake.requests.length
  for (const apiBase of [fake.apiBase, `http://localhost:${port}`, `http://[::1]:${port}`]) {
    const named = { ...source, settings: { ...fake.settings(us), apiBase, problem: null } }
    const adapter = createAdapters(here).get("sms")
    if (adapter === undefined || !("send" in adapter)) throw new Error("There is no SMS.")
    expect(await adapter.send(message(), named)).toMatchObject({ kind: "refused" })
    await expect(adapter.fetchMissed(named, span)).rejects.toMatchObject({ reason: "provider-unreachable" })
  }
  expect(fake.requests.length).toBe(before)
  const closed = createAdapters({ ...here, signup: "closed" }).get("sms")
  expect(closed && "send" in closed && (await closed.send(message(), source)).kind).toBe("taken")
})

test("what was missed is fetched over all pages, oldest first, within the span, with files and states", async () => {
  const number = "+15005550001"
  const { authToken: _, ...settings } = fake.settings(number)
  const here: SourceRecord = { ...source, settings: { ...settings, problem: null } }
  const at = (minute: number) => new Date(Date.UTC(2026, 5, 1, 12, minute))
  for (let minute = 0; minute < 7; minute += 1)
    fake.customerWrites({ from: customer, to: number, body: `message ${minute}`, at: at(minute) })
  fake.customerWrites({ from: customer, to: us, body: "for another number", at: at(3) })
  const withPicture = fake.customerWrites({
    from: customer,
    to: number,
    body: "",
    at: at(8),
    media: [{ type: "image/png", bytes: Buffer.from("x") }],
  })
  const sent = {
    sid: `SM${"b".repeat(32)}`,
    from: number,
    to: customer,
    body: "",
    dateSent: at(2),
    media: [],
  }
  fake.messages.push({ ...sent, direction: "outbound-api", status: "undelivered", errorCode: 30003 })

  const missed = await sms.fetchMissed(here, { from: at(1), to: at(8) })
  expect(missed.messages.map(({ text }) => text)).toEqual([
    ...[1, 2, 3, 4, 5, 6].map((minute) => `message ${minute}`),
    "",
  ])
  expect(missed.messages[0]).toMatchObject({
    addressValue: customer,
    claimedAt: "2026-06-01T12:01:00.000000Z",
  })
  expect(missed.messages.at(-1)?.files).toEqual([
    { name: "mms-1", type: "image/png", remote: `${fake.apiBase}${withPicture.media[0]?.path}` },
  ])
  expect(missed.statuses).toEqual([
    { providerId: sent.sid, sending: null, state: "failed", reason: "phone-unreachable" },
  ])
})

test("what a list of messages is refused for becomes the source's problem", async () => {
  const wrong = { ...source, secrets: { authToken: "not the token" } }
  const span = { from: new Date(0), to: new Date() }
  await expect(sms.fetchMissed(wrong, span)).rejects.toMatchObject({ reason: "sign-in-failed" })
  fake.nextMoods({ status: 500, code: 0 })
  await expect(sms.fetchMissed(source, span)).rejects.toMatchObject({ reason: "provider-unreachable" })
})

test("a list that never ends is given up", async () => {
  let pages = 0
  const endless = createServer((_request, response) => {
    pages += 1
    response.end(JSON.stringify({ messages: [], next_page_uri: `/page/${pages}` }))
  }).listen(0, "127.0.0.1")
  await new Promise((resolve) => endless.once("listening", resolve))
  const { port } = endless.address() as AddressInfo
  const apiBase = `http://127.0.0.1:${port}`
  const here = { ...source, settings: { ...fake.settings(us), apiBase, problem: null } }
  await expect(sms.fetchMissed(here, { from: new Date(0), to: new Date() })).rejects.toMatchObject({
    reason: "provider-unreadable",
  })
  expect(pages).toBe(1_000)
  await new Promise((resolve) => endless.close(resolve))
})

test("a picture goes along where numbers have MMS; every other file is a link that the customer can open", async () => {
  const files = [
    { name: "boots.jpg", type: "image/jpeg", size: 400_000, path: "/files/one" },
    { name: "prices.pdf", type: "application/pdf", size: 9_000, path: "/files/two" },
    { name: "large.png", type: "image/png", size: 4_000_000, path: "/files/three" },
  ]
  const send = async (to: string, text = "Here:") => {
    await sms.send({ id: newId(), since: "2026-01-01T00:00:00.000000Z", to, text, files }, source)
    return fake.sent.at(-1)
  }
  expect(await send("+15005550007")).toMatchObject({
    mediaUrls: [`${publicUrl}/files/one`],
    body: `Here:\n${publicUrl}/files/two\n${publicUrl}/files/three`,
  })
  expect(await send(customer, "")).toMatchObject({
    mediaUrls: [],
    body: `${publicUrl}/files/one\n${publicUrl}/files/two\n${publicUrl}/files/three`,
  })
  // Nobody could fetch them where our address is not known.
  expect(createSms({ publicUrl: undefined }).capabilities.takesFiles).toBe(false)
  expect(sms.capabilities.takesFiles).toBe(true)
})
