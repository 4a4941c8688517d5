import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sql } from "kysely"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { z } from "zod"
import {
  conversationRow,
  entryRow,
  sourceRow,
  type ConversationRow,
  type EntryRow,
  type SourceRow,
} from "../../protocol/rows.ts"
import { newId, snapshot } from "../../server/db/db.ts"
import { sourceLoader } from "../../server/channels/channels.ts"
import { start, type Parley } from "../../server/main.ts"
import { createOwner, createPerson, type Person } from "../flows/person.ts"
import { createTestDatabase, settableClock, type TestDatabase } from "../harness/harness.ts"
import { startFakeTwilio, type FakeMessage, type FakeTwilio } from "./fake-twilio.ts"

const number = "+15005550006"
const publicUrl = "https://chat.example.com"
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQI12P4//8/AAX+Av7czFnnAAAAAElFTkSuQmCC",
  "base64",
)

const clock = settableClock()
let database: TestDatabase
let parley: Parley
let fake: FakeTwilio
let ada: Person & { workspaceId: string }
let sourceId: string
let dataFolder: string
let lastDigits = 100

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "parley-sms-"))
  database = await createTestDatabase()
  fake = await startFakeTwilio({ pageSize: 3 })
  // Jobs run when the test says so.
  parley = await start(
    { ...database.config, dataFolder, publicUrl, roles: new Set(["http", "stream"]) },
    { clock },
  )
  ada = await createOwner(parley.url)
  const [team] = await teams()
  const made = await ada.send("POST", "/sources", {
    name: "Support number",
    teamId: team,
    settings: fake.settings(number),
  })
  expect(made.status).toBe(200)
  sourceId = String(made.body["id"])
  await parley.runDueJobs()
})
afterAll(async () => {
  await parley.stop()
  await database.close()
  await fake.stop()
  await rm(dataFolder, { recursive: true, force: true })
})
beforeEach(() => {
  fake.setMood("well")
  clock.advance(1)
})

async function teams(): Promise<string[]> {
  const { rows } = await sql<{
    id: string
  }>`select id from teams where workspace_id = ${ada.workspaceId}`.execute(database.db)
  return rows.map(({ id }) => id)
}

const newCustomer = () => `+33612345${(lastDigits += 1)}`

const writes = (
  from: string,
  body: string,
  more: Partial<Parameters<FakeTwilio["customerWrites"]>[0]> = {},
) => fake.customerWrites({ from, to: number, body, at: clock.now(), ...more })

/** Twilio knows our public address; the test reaches the server by its own. */
function hook(path: string, form: Record<string, string>): Promise<Response> {
  return fake.post(parley.url + path, form, { signedUrl: publicUrl + path })
}
const tell = (message: FakeMessage, more = {}) =>
  hook(`/webhooks/sms/${sourceId}`, fake.webhookOf(message, more))

async function conversationOf(from: string): Promise<ConversationRow> {
  const { body } = await ada.get("/conversations?inbox=all")
  const rows = z.object({ rows: z.array(conversationRow) }).parse(body).rows
  const found = rows.find(({ addresses }) =>
    addresses.some(({ display }) => display.replaceAll(" ", "") === from),
  )
  if (found === undefined) throw new Error(`Nobody wrote from ${from}.`)
  return found
}

type Message = Extract<EntryRow["body"], { type: "message" }> & { id: string }

async function messagesOf(from: string): Promise<Message[]> {
  const { id } = await conversationOf(from)
  const { body } = await ada.get(`/conversations/${id}/entries`)
  return z
    .object({ rows: z.array(entryRow) })
    .parse(body)
    .rows.flatMap((entry) => (entry.body.type === "message" ? [{ ...entry.body, id: entry.id }] : []))
}

async function answer(from: string, text: string) {
  const row = await conversationOf(from)
  const expects = { assigneeId: row.assigneeId, isOpen: row.isOpen, lastAnswerId: row.lastAnswer?.id ?? null }
  return ada.send("POST", `/conversations/${row.id}/answers`, { text, addressId: row.lastAddressId, expects })
}

const deliveryOf = async (from: string) => (await messagesOf(from)).at(-1)?.delivery

async function sourceShown(): Promise<Extract<SourceRow["settings"], { channel: "sms" }>> {
  const reader = { workspaceId: ada.workspaceId, agentId: newId(), keys: new Set(["workspace"]) }
  const rows = await snapshot(database.db, (tx) =>
    sourceLoader.load(tx, ada.workspaceId, [sourceId], [reader]),
  )
  const { settings } = sourceRow.parse(rows.get(reader.agentId)?.get(sourceId))
  if (settings.channel !== "sms") throw new Error("It is an SMS number.")
  return settings
}

test("an SMS becomes a conversation with a lead of the number's country, and Twilio is answered with nothing to say", async () => {
  const from = newCustomer()
  const response = await tell(writes(from, "Do you ship to Lyon?"))
  expect(response.status).toBe(200)
  expect(response.headers.get("content-type")).toContain("text/xml")
  expect(await response.text()).toBe('<?xml version="1.0" encoding="UTF-8"?><Response/>')
  const row = await conversationOf(from)
  expect(row).toMatchObject({
    isOpen: true,
    channel: "sms",
    customer: { name: null, country: "FR" },
    last: { text: "Do you ship to Lyon?" },
  })
  expect(row.addresses[0]?.display).toMatch(/^\+33 6 12 /)
})

test("the same webhook four times, at once and again later, is one message; several keep their order", async () => {
  const from = newCustomer()
  const first = writes(from, "one")
  await Promise.all([tell(first), tell(first), tell(first), tell(first)])
  await tell(writes(from, "two"))
  await tell(first)
  expect((await messagesOf(from)).map(({ text }) => text)).toEqual(["one", "two"])
})

test("who is not Twilio is told nothing, whatever he asks for", async () => {
  const message = writes(newCustomer(), "forged")
  const form = fake.webhookOf(message)
  const path = `/webhooks/sms/${sourceId}`
  const answers = await Promise.all([
    fake.post(parley.url + path, form, { signature: "bm90IGEgc2lnbmF0dXJl" }),
    // Signed for the address behind the proxy, not for ours.
    fake.post(parley.url + path, form),
    fake.post(parley.url + path, { ...form, Body: "changed" }, { signature: "" }),
    hook(`/webhooks/sms/${newId()}`, form),
    hook("/webhooks/sms/not-an-id", form),
    hook(`/webhooks/sms/${sourceId}/status`, {}).then(() => fake.post(`${parley.url}${path}/status`, form)),
  ])
  const bodies = await Promise.all(answers.map((response) => response.text()))
  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403])
  expect(new Set(bodies)).toEqual(new Set([""]))
  const tooLong = await hook(path, { ...form, Body: "x".repeat(100_000) })
  expect(tooLong.status).toBe(413)
  await expect(conversationOf(message.from)).rejects.toThrow(/Nobody wrote/)
})

test("behind a proxy that ends https the address is right without PARLEY_URL", async () => {
  const trusting = await start(
    { ...database.config, trustedProxies: ["loopback"], roles: new Set(["http"]) },
    { clock },
  )
  const from = newCustomer()
  const path = `/webhooks/sms/${sourceId}`
  const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "sms.example.com" }
  const form = fake.webhookOf(writes(from, "through a proxy"))
  const signedUrl = `https://sms.example.com${path}`
  expect((await fake.post(trusting.url + path, form, { signedUrl, headers })).status).toBe(200)
  // A server that trusts no proxy believes nobody about his address.
  expect((await fake.post(parley.url + path, form, { signedUrl, headers })).status).toBe(403)
  expect(await messagesOf(from)).toHaveLength(1)
  await trusting.stop()
})

test("an answer goes out from the number; states may come in any order and never go back", async () => {
  const from = newCustomer()
  await tell(writes(from, "Hello?"))
  expect((await answer(from, "Hello!")).status).toBe(200)
  expect(await deliveryOf(from)).toEqual({ state: "sending", reason: null })
  await parley.runDueJobs()
  const sent = fake.sent.at(-1)
  expect(sent).toMatchObject({ to: from, from: number, body: "Hello!" })
  expect(await deliveryOf(from)).toEqual({ state: "sent", reason: null })
  if (sent?.statusCallback === undefined) throw new Error("No address was given for the status.")
  const path = sent.statusCallback.slice(publicUrl.length)
  for (const word of ["delivered", "queued", "sent", "sending"]) {
    expect((await hook(path, fake.callbackOf(sent, word))).status).toBe(204)
    expect(await deliveryOf(from)).toEqual({ state: "delivered", reason: null })
  }
})

test("what the provider does not take goes out when he takes the next, long before its own time", async () => {
  const waiting = Array.from({ length: 5 }, newCustomer)
  for (const from of waiting) {
    await tell(writes(from, "Hello?"))
    await answer(from, "Hello!")
  }
  fake.setMood({ status: 503, code: 20503 })
  for (const seconds of [0, 10, 30]) {
    clock.advance(seconds)
    await parley.runDueJobs()
  }
  fake.setMood("well")
  await parley.runDueJobs()
  const states = async () => (await Promise.all(waiting.map(deliveryOf))).map((delivery) => delivery?.state)
  expect(await states()).toEqual(waiting.map(() => "sending"))
  const next = newCustomer()
  await tell(writes(next, "Hello?"))
  await answer(next, "Hello!")
  await parley.runDueJobs()
  expect(await states()).toEqual(waiting.map(() => "sent"))
})

test("a state that overtakes our own note of the sending is not lost, and why it failed is told", async () => {
  const from = newCustomer()
  await tell(writes(from, "Hello?"))
  const { body } = await answer(from, "Are you there?")
  fake.nextMoods("take-and-cut")
  await parley.runDueJobs()
  expect(await deliveryOf(from)).toEqual({ state: "unsure", reason: null })
  const sent = fake.sent.at(-1)
  if (sent?.statusCallback === undefined) throw new Error("No address was given for the status.")
  await hook(sent.statusCallback.slice(publicUrl.length), fake.callbackOf(sent, "undelivered", 30003))
  expect(await deliveryOf(from)).toEqual({ state: "failed", reason: "phone-unreachable" })
  expect(body).toBeDefined()
  expect(fake.sent.filter((message) => message.to === from)).toHaveLength(1)
})

test("STOP closes the address, START opens it again", async () => {
  const from = newCustomer()
  await tell(writes(from, "Hello"))
  await tell(writes(from, "stop"))
  expect((await conversationOf(from)).addresses[0]?.optedOut).toBe(true)
  expect(await answer(from, "Wait!")).toMatchObject({ body: { refusal: "opted-out" } })
  await tell(writes(from, "START"))
  expect((await conversationOf(from)).addresses[0]?.optedOut).toBe(false)
  expect((await answer(from, "Welcome back")).status).toBe(200)
  await parley.runDueJobs()
  expect(fake.sent.filter((message) => message.to === from).map(({ body }) => body)).toEqual(["Welcome back"])
})

test("error 21610 closes the address, too", async () => {
  const from = newCustomer()
  await tell(writes(from, "Hello"))
  await answer(from, "Hello!")
  fake.nextMoods({ status: 400, code: 21610 })
  await parley.runDueJobs()
  expect(await deliveryOf(from)).toEqual({ state: "failed", reason: "opted-out" })
  expect((await conversationOf(from)).addresses[0]?.optedOut).toBe(true)
})

test("a picture of an MMS is fetched and shown to who may see the conversation, and to nobody else", async () => {
  const from = newCustomer()
  await tell(writes(from, "", { media: [{ type: "image/png", bytes: png }] }))
  const [waiting] = (await messagesOf(from)).flatMap(({ files }) => files)
  expect(waiting).toMatchObject({ state: "waiting" })
  await parley.runDueJobs()
  const [file] = (await messagesOf(from)).flatMap(({ files }) => files)
  expect(file).toMatchObject({
    id: waiting?.id,
    state: "stored",
    type: "image/png",
    size: png.length,
    name: "mms-1.png",
  })

  const read = (cookie: string, query = "") =>
    fetch(`${parley.url}/api/v1/files/${file?.id}${query}`, { headers: { cookie } })
  const shown = await read(ada.cookie(), "?as=small")
  expect(Object.fromEntries(shown.headers)).toMatchObject({
    "content-type": "image/png",
    "content-disposition": "inline; filename=\"mms-1.png\"; filename*=UTF-8''mms-1.png",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "private, max-age=3600",
  })
  expect(Buffer.from(await (await read(ada.cookie())).arrayBuffer())).toEqual(png)
  expect((await read("")).status).toBe(401)
  expect((await createPerson(parley.url).get(`/files/${file?.id}`)).status).toBe(401)
  expect((await ada.get(`/files/${newId()}`)).status).toBe(404)
})

test("an SVG that claims to be a picture is handed out as a download of no type; one too large is failed", async () => {
  const from = newCustomer()
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  const large = Buffer.alloc(11 * 1024 * 1024, 1)
  await tell(
    writes(from, "look", {
      media: [
        { type: "image/svg+xml", bytes: svg },
        { type: "image/jpeg", bytes: large },
      ],
    }),
  )
  await parley.runDueJobs()
  const files = (await messagesOf(from)).flatMap((message) => message.files)
  expect(files.map(({ state }) => state)).toEqual(["stored", "failed"])
  const shown = await fetch(`${parley.url}/api/v1/files/${files[0]?.id}`, {
    headers: { cookie: ada.cookie() },
  })
  expect(shown.headers.get("content-type")).toBe("application/octet-stream")
  expect(shown.headers.get("content-disposition")).toMatch(/^attachment;/)
  await shown.arrayBuffer()
})

test("what came while the server was down is fetched, once, in order, whatever came by webhook meanwhile", async () => {
  const from = newCustomer()
  await tell(writes(from, "before"))
  clock.advance(3 * 24 * 60 * 60)
  for (const body of ["while down 1", "while down 2", "while down 3", "while down 4"]) {
    writes(from, body)
    clock.advance(20 * 60)
  }
  writes(from, "", { media: [{ type: "image/png", bytes: png }] })
  clock.advance(1)
  await tell(writes(from, "after"))
  await parley.runDueJobs()
  clock.advance(61)
  await parley.runDueJobs()
  const all = await messagesOf(from)
  expect(all.map(({ text }) => text)).toEqual([
    "before",
    "after",
    "while down 1",
    "while down 2",
    "while down 3",
    "while down 4",
    "",
  ])
  expect(all.at(-1)?.files).toMatchObject([{ state: "stored" }])
})

test("a state that nobody told us while we were down is fetched, too", async () => {
  const from = newCustomer()
  await tell(writes(from, "Hello?"))
  await answer(from, "Hello!")
  await parley.runDueJobs()
  const sent = fake.messages.at(-1)
  if (sent !== undefined) Object.assign(sent, { status: "delivered", dateSent: clock.now() })
  clock.advance(61)
  await parley.runDueJobs()
  expect(await deliveryOf(from)).toEqual({ state: "delivered", reason: null })
})

test("a token that is wrong is the source's problem, shown in its row, until it is put right", async () => {
  const right = fake.authToken
  fake.changeToken("changed at Twilio")
  clock.advance(61)
  await parley.runDueJobs()
  expect((await sourceShown()).problem).toBe("sign-in-failed")
  const put = await ada.send("PATCH", `/sources/${sourceId}`, {
    settings: { channel: "sms", authToken: "changed at Twilio" },
  })
  expect(put.status).toBe(200)
  await parley.runDueJobs()
  expect(await sourceShown()).toMatchObject({ problem: null, number })
  fake.changeToken(right)
  await ada.send("PATCH", `/sources/${sourceId}`, { settings: { channel: "sms", authToken: right } })
})
