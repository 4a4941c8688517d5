/** Webhooks: what is told to another program, in which order, how often, signed by what, and where they never lead. */
import { createHmac } from "node:crypto"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { sql } from "kysely"
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { z } from "zod"
import { webhookEvent } from "../../protocol/programs.ts"
import { newId } from "../../server/db/db.ts"
import { write } from "../../server/sync/sync.ts"
import { trimDeliveries } from "../../server/webhooks/webhooks.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

const letter = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.object({
    workspaceId: z.string().optional(),
    conversation: z.record(z.string(), z.unknown()).optional(),
    entry: z.object({ id: z.string(), body: z.record(z.string(), z.unknown()) }).optional(),
    labelId: z.string().optional(),
  }),
})
type Heard = { headers: Record<string, string>; text: string; letter: z.output<typeof letter> }

let company: Company
let stop: () => Promise<void>
let ada: Colleague
let bo: Colleague
let receiver: Server
let url: string
let heard: Heard[] = []
/** What the receiver answers. */
let answer: { status: number; body?: string; location?: string } = { status: 200 }

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString()
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      )
      heard.push({ headers, text, letter: letter.parse(JSON.parse(text)) })
      response.writeHead(answer.status, answer.location ? { location: answer.location } : {})
      response.end(answer.body ?? "")
    })
  }).listen(0, "127.0.0.1")
  await once(receiver, "listening")
  // Listening, it has an address of the network.
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  const parley = await openParley({ webhooksInside: true })
  stop = parley.stop
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
})
afterAll(async () => {
  await stop()
  receiver.close()
})
beforeEach(async () => {
  answer = { status: 200 }
  for (const { id } of await hooks()) await succeed(ada.send("DELETE", `/webhooks/${id}`))
  await company.runDueJobs()
  heard = []
})

type Hook = { id: string; secret: string; off: string | null; failingSince: string | null }
async function hooks(): Promise<Hook[]> {
  const { body } = await succeed(ada.get("/webhooks"))
  return z
    .array(
      z.object({
        id: z.string(),
        secret: z.string(),
        off: z.string().nullable(),
        failingSince: z.string().nullable(),
      }),
    )
    .parse(body.webhooks)
}

async function make(events: readonly string[] = webhookEvent.options): Promise<string> {
  const id = newId()
  await succeed(ada.send("POST", "/webhooks", { id, url, events: [...events] }))
  return id
}
const hook = async (id: string) => (await hooks()).find((each) => each.id === id)

async function deliveries(id: string): Promise<Record<string, unknown>[]> {
  const { body } = await succeed(ada.get(`/webhooks/${id}/deliveries`))
  return z.array(z.record(z.string(), z.unknown())).parse(body.deliveries)
}

function signed({ headers, text }: Heard, secret: string): string {
  const key = Buffer.from(secret.slice("whsec_".length), "base64")
  const about = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${text}`
  return `v1,${createHmac("sha256", key).update(about).digest("base64")}`
}

test("what happens in a conversation is told once each, in its order, with the conversation and the message", async () => {
  await make()
  const { conversationId, lastEntryId } = await company.write("Ines", { text: "Do you ship to Oslo?" })
  await succeed(company.answer(bo, "Ines"))
  company.clock.advance(1)
  const labelId = newId()
  const label = { isOn: true, make: { name: "shipping", color: "blue" } }
  await succeed(company.act(bo, "Ines", `entries/${lastEntryId}/labels/${labelId}`, label))
  await succeed(company.act(bo, "Ines", "notes", { text: "Asks often." }))
  await company.close(bo, "Ines")
  await company.write("Ines", { text: "And to Bergen?" })
  await company.runDueJobs()
  expect(heard.map((each) => each.letter.type)).toEqual([
    "conversation.opened",
    "message.received",
    "conversation.assigned",
    "answer.sent",
    "label.put",
    "note.written",
    "conversation.closed",
    "conversation.reopened",
    "message.received",
    "conversation.assigned",
  ])
  const [, first] = heard
  expect(first?.letter.data).toMatchObject({
    workspaceId: company.workspaceId,
    conversation: { id: conversationId },
    entry: { id: lastEntryId, body: { type: "message", agentId: null, text: "Do you ship to Oslo?" } },
  })
  // What is one agent's own is nobody else's business.
  expect(heard.every((each) => each.letter.data.conversation?.["own"] === undefined)).toBe(true)
  expect(heard[4]?.letter.data.labelId).toBe(labelId)
  expect(new Set(heard.map((each) => each.headers["webhook-id"])).size).toBe(heard.length)
  await company.runDueJobs()
  expect(heard).toHaveLength(10)
})

test("an answer in a note's thread is told once, with the note that it answers, which is not told again", async () => {
  await company.write("Thea")
  await make(["note.written"])
  const asked = newId()
  await succeed(company.act(bo, "Thea", "notes", { id: asked, text: "Who knows her?" }))
  company.clock.advance(1)
  await succeed(company.act(ada, "Thea", "notes", { text: "I do.", thread: asked }))
  await company.runDueJobs()
  expect(heard.map((each) => each.letter.data.entry?.body)).toMatchObject([
    { text: "Who knows her?", thread: null },
    { text: "I do.", thread: { id: asked, agentId: bo.agentId } },
  ])
})

test("only what a webhook wants is told to it, and only from when it was made", async () => {
  await company.write("Early")
  const id = await make(["note.written"])
  await company.write("Late")
  await succeed(company.act(bo, "Late", "notes", { text: "Only this." }))
  await company.runDueJobs()
  expect(heard.map((each) => each.letter.type)).toEqual(["note.written"])
  await succeed(ada.send("PATCH", `/webhooks/${id}`, { events: ["message.received"] }))
  await company.write("Late")
  await company.runDueJobs()
  expect(heard.map((each) => each.letter.type)).toEqual(["note.written", "message.received"])
})

test("it is signed as Standard Webhooks has it, with the old secret, too, for a day", async () => {
  const id = await make()
  await succeed(ada.send("POST", `/webhooks/${id}/test`))
  await company.runDueJobs()
  const before = (await hook(id))?.secret ?? ""
  expect(before).toMatch(/^whsec_[\w+/]{43}=$/)
  const [tested] = heard
  if (tested === undefined) throw new Error("Nothing was heard.")
  expect(tested.letter).toMatchObject({ type: "test" })
  expect(tested.headers).toMatchObject({
    "webhook-signature": signed(tested, before),
    "webhook-timestamp": String(company.clock.now().getTime() / 1_000),
    "content-type": "application/json",
  })
  // The function that docs/api.md shows, as it stands there; it looks at the time, too.
  const shown = /```js\n([^]*?)\n```/.exec(readFileSync("docs/api.md", "utf8"))?.[1] ?? ""
  const { isFromParley } = await import(`data:text/javascript,${encodeURIComponent(shown)}`)
  vi.setSystemTime(company.clock.now())
  expect(isFromParley(tested.headers, tested.text, before)).toBe(true)
  expect(isFromParley(tested.headers, `${tested.text} `, before)).toBe(false)
  vi.setSystemTime(company.clock.now().getTime() + 6 * 60_000)
  expect(isFromParley(tested.headers, tested.text, before)).toBe(false)
  vi.useRealTimers()
  await succeed(ada.send("POST", `/webhooks/${id}/secret`))
  await succeed(ada.send("POST", `/webhooks/${id}/test`))
  await company.runDueJobs()
  const after = (await hook(id))?.secret ?? ""
  expect(after).not.toBe(before)
  const [, both] = heard
  if (both === undefined) throw new Error("Nothing was heard.")
  expect(both.headers["webhook-signature"]).toBe(`${signed(both, after)} ${signed(both, before)}`)
  company.clock.advance(24 * 60 * 60 + 1)
  await succeed(ada.send("POST", `/webhooks/${id}/test`))
  await company.runDueJobs()
  const last = heard.at(-1)
  expect(last?.headers["webhook-signature"]).toBe(last && signed(last, after))
})

test("what failed is tried again later, first come first told, and ends as dead after a day; one click sends it again", async () => {
  const id = await make(["message.received"])
  answer = { status: 500, body: "We are broken." }
  await company.write("Max", { text: "one" })
  await company.write("Max", { text: "two" })
  await company.runDueJobs()
  expect(heard).toHaveLength(1)
  await company.pass(5)
  expect(heard).toHaveLength(2)
  expect(heard.map((each) => each.letter.data.entry?.body["text"])).toEqual(["one", "one"])
  expect(heard[1]?.headers["webhook-id"]).toBe(heard[0]?.headers["webhook-id"])
  expect(await deliveries(id)).toMatchObject([
    { state: "waiting", attempts: 0 },
    { state: "waiting", attempts: 2, status: 500, answer: "We are broken." },
  ])
  // A test does not stand in line.
  answer = { status: 204 }
  await succeed(ada.send("POST", `/webhooks/${id}/test`))
  await company.runDueJobs()
  expect(heard.pop()?.letter.type).toBe("test")
  await company.pass(30)
  expect(heard.map((each) => each.letter.data.entry?.body["text"])).toEqual(["one", "one", "one", "two"])
  expect(await hook(id)).toMatchObject({ off: null, failingSince: null })

  answer = { status: 503 }
  await company.write("Max", { text: "three" })
  await company.runDueJobs()
  for (let hours = 0; hours < 25; hours += 1) await company.pass(3_600)
  const [dead] = await deliveries(id)
  expect(dead).toMatchObject({ state: "failed", status: 503 })
  expect(Number(dead?.attempts)).toBeGreaterThan(8)
  answer = { status: 200 }
  await succeed(ada.send("POST", `/webhooks/${id}/deliveries/${String(dead?.id)}/resend`))
  await company.runDueJobs()
  expect(heard.at(-1)?.letter.data.entry?.body["text"]).toBe("three")
  expect((await deliveries(id))[0]).toMatchObject({ state: "delivered", attempts: 1 })
})

test("one that fails for three days is switched off and says so; switched on it is told what happens then", async () => {
  const id = await make(["message.received"])
  answer = { status: 404 }
  for (let day = 0; day < 4; day += 1) {
    await company.write("Tom", { text: `day ${day}` })
    await company.runDueJobs()
    for (let hours = 0; hours < 24; hours += 4) await company.pass(4 * 3_600)
  }
  expect(await hook(id)).toMatchObject({ off: "failing" })
  expect((await deliveries(id)).filter(({ state }) => state === "waiting")).toEqual([])
  const count = heard.length
  await company.write("Tom", { text: "unheard" })
  await company.pass(3_600)
  expect(heard).toHaveLength(count)
  answer = { status: 200 }
  await succeed(ada.send("PATCH", `/webhooks/${id}`, { isOn: true }))
  await company.write("Tom", { text: "heard" })
  await company.runDueJobs()
  expect(heard.slice(count).map((each) => each.letter.data.entry?.body["text"])).toEqual(["heard"])
})

test("one that answers that it is gone is not asked again", async () => {
  const id = await make(["message.received"])
  answer = { status: 410 }
  await company.write("Una")
  await company.write("Una")
  await company.runDueJobs()
  await company.pass(3_600)
  expect(heard).toHaveLength(1)
  expect(await hook(id)).toMatchObject({ off: "gone" })
})

test("where the receiver sends us on to nobody goes", async () => {
  const id = await make(["message.received"])
  answer = { status: 307, location: url }
  await company.write("Pia")
  await company.runDueJobs()
  expect(heard).toHaveLength(1)
  expect((await deliveries(id))[0]).toMatchObject({ state: "waiting", status: 307 })
})

test("a deleted one hears nothing, and its deletion can be undone", async () => {
  const id = await make(["message.received"])
  await succeed(ada.send("DELETE", `/webhooks/${id}`))
  await company.write("Quinn", { text: "meanwhile" })
  await company.runDueJobs()
  expect(heard).toEqual([])
  expect(await hook(id)).toBeUndefined()
  await succeed(ada.send("POST", `/webhooks/${id}/restore`))
  await company.runDueJobs()
  expect(heard.map((each) => each.letter.data.entry?.body["text"])).toEqual(["meanwhile"])
})

test("what is long forgotten is not told again when something of it changes", async () => {
  const id = await make()
  const { lastEntryId } = await company.write("Old")
  await company.runDueJobs()
  expect(await deliveries(id)).toHaveLength(2)
  company.clock.advance(31 * 24 * 60 * 60)
  await trimDeliveries(company.sync)
  expect(await deliveries(id)).toEqual([])
  heard = []
  const label = { isOn: true, make: { name: "late", color: "red" } }
  await succeed(company.act(bo, "Old", `entries/${lastEntryId}/labels/${newId()}`, label))
  await company.runDueJobs()
  expect(heard.map((each) => each.letter.type)).toEqual(["label.put"])
})

test("an answer that could not be delivered is told each time it failed, and never for another change of it", async () => {
  await make(["delivery.failed"])
  await company.write("Rut")
  const id = newId()
  const { lastAddressId: addressId } = await company.see(bo, "Rut")
  const expects = { assigneeId: null, isOpen: true, lastAnswerId: null }
  await succeed(company.act(bo, "Rut", "answers", { id, text: "Yes.", addressId, expects }))
  const fail = () =>
    write(company.sync, { workspaceId: company.workspaceId }, async ({ tx, changed }) => {
      await sql`update entries set delivery = 'failed', delivery_reason = 'refused' where id = ${id}`.execute(
        tx,
      )
      changed("entry", id, ["workspace"])
      return {}
    })
  await fail()
  await company.runDueJobs()
  const label = { isOn: true, make: { name: "undelivered", color: "red" } }
  await succeed(company.act(bo, "Rut", `entries/${id}/labels/${newId()}`, label))
  await company.runDueJobs()
  expect(heard).toHaveLength(1)
  expect(heard[0]?.letter.data.entry).toMatchObject({ id, body: { delivery: { state: "failed" } } })
  await fail()
  await company.runDueJobs()
  expect(heard).toHaveLength(2)
})

test("addresses that are none, or carry a password, are refused", async () => {
  for (const wrong of [
    "ftp://acme.example/",
    "acme",
    "https://me:secret@acme.example/",
    "https://a.example/\u0000",
  ])
    expect(
      (await ada.send("POST", "/webhooks", { url: wrong, events: ["note.written"] })).status,
      wrong,
    ).toBe(400)
  expect((await ada.send("POST", "/webhooks", { url, events: [] })).status).toBe(400)
})

test("our own network is out of reach unless the operator allows it, by whatever name it is called", async () => {
  const parley = await openParley()
  try {
    const outside = await createCompany(parley)
    const { port } = new URL(url)
    for (const inside of [
      url,
      `http://localhost:${port}/`,
      `http://[::1]:${port}/`,
      `http://2130706433:${port}/`,
    ]) {
      const id = newId()
      await succeed(outside.owner.send("POST", "/webhooks", { id, url: inside, events: ["note.written"] }))
      await succeed(outside.owner.send("POST", `/webhooks/${id}/test`))
      await parley.runDueJobs()
      const { body } = await succeed(outside.owner.get(`/webhooks/${id}/deliveries`))
      expect(body.deliveries, inside).toMatchObject([
        { state: "waiting", status: null, answer: "The address lies inside our network." },
      ])
    }
    expect(heard).toEqual([])
  } finally {
    await parley.stop()
  }
})
