/** Pushes to the devices of those who are not looking, up to what the browser's own push service hands over. */
import { sql } from "kysely"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { toldOfEverything } from "../../protocol/notifications.ts"
import { stamp } from "../../server/db/db.ts"
import { startPushService, type Subscribed } from "../harness/push-provider.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

let service: Awaited<ReturnType<typeof startPushService>>
let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let bo: Colleague
let phone: Subscribed
let bosPhone: Subscribed

beforeAll(async () => {
  service = await startPushService()
  parley = await openParley({ pushServices: [service.origin] })
})
afterAll(async () => {
  await parley?.stop()
  await service?.stop()
})
beforeEach(async () => {
  company = await createCompany(parley)
  ada = await company.hire("Ada Okafor")
  bo = await company.hire("Bo Lindqvist")
  phone = await subscribe(ada)
  bosPhone = await subscribe(bo)
})

async function subscribe(agent: Colleague): Promise<Subscribed> {
  const subscribed = service.subscribe()
  await succeed(agent.send("PUT", "/me/devices", subscribed.subscription))
  return subscribed
}

/** Everything that is due some seconds later. */
async function wait(): Promise<void> {
  parley.clock.set(new Date(parley.clock.now().getTime() + 5_000))
  await parley.runDueJobs()
}

const told = ({ received }: Subscribed) =>
  received.map(({ message }) =>
    message["kind"] === "read"
      ? `read ${String(message["badge"])}`
      : [message["what"], message["text"]].join(": "),
  )
const toAda = () => ({ kind: "agent", agentId: ada.agentId })
const read = async (agent: Colleague, name: string) =>
  succeed(company.act(agent, name, "read", { upTo: "2030-01-01T00:00:00.000000Z" }))

test("what waits for somebody is told to all who are available in its team, once", async () => {
  await company.write("Vera", { text: "Where are my boots?" })
  await company.write("Vera", { text: "The brown ones." })
  await wait()
  for (const device of [phone, bosPhone]) {
    expect(told(device)).toEqual(["unassigned: The brown ones."])
    expect(device.received[0]?.message).toMatchObject({ kind: "tell", badge: 1, customer: null, read: [] })
    expect(device.received[0]?.headers).toMatchObject({ ttl: "3600", urgency: "normal" })
  }
})

test("it is told in the language that the agent has chosen, else in the device's", async () => {
  await succeed(bo.send("PUT", "/me/language", { language: "ar" }))
  await company.write("Vera")
  await wait()
  expect([phone, bosPhone].map(({ received }) => received[0]?.message["language"])).toEqual([null, "ar"])
})

test("a message of mine, a mention and an offer are told to me alone, and what I did myself is not", async () => {
  const { conversationId } = await company.write("Vera")
  await succeed(company.assign(ada, "Vera", toAda()))
  await wait()
  expect(told(phone)).toEqual([])
  await company.write("Vera", { text: "Hello?" })
  await company.act(bo, "Vera", "notes", { text: `@{agent:${ada.agentId}} she waits` })
  await wait()
  // The latest that was written is the note.
  expect(told(phone)).toEqual(["mine: ", "mention: @Ada Okafor she waits"])
  expect(phone.received[1]?.message).toMatchObject({ conversationId, author: "Bo Lindqvist", badge: 1 })
  expect(phone.received[1]?.headers).toMatchObject({
    topic: conversationId.replaceAll("-", ""),
    urgency: "high",
    "content-encoding": "aes128gcm",
  })
  await company.write("Wim")
  await read(bo, "Wim")
  await succeed(company.act(bo, "Wim", "offer", { agentId: ada.agentId }))
  await wait()
  expect(told(phone).at(-1)).toBe("offer: Hello from Wim")
  await succeed(company.assign(ada, "Vera", { kind: "nobody" }))
  await wait()
  expect(told(phone)).toHaveLength(3)
  expect(told(bosPhone)).toEqual(["unassigned: "])
})

test("what was read within seconds is not told; what is read later is taken away, also by the next push", async () => {
  const toApple = await subscribe(ada)
  await sql`update devices set endpoint = replace(endpoint, '/push/', '/.push.apple.com/') where endpoint = ${toApple.subscription.endpoint}`.execute(
    parley.database.db,
  )
  await company.write("Vera")
  await succeed(company.assign(bo, "Vera", toAda()))
  await read(ada, "Vera")
  await wait()
  expect(told(phone)).toEqual([])
  const { conversationId } = await company.write("Vera", { text: "And now?" })
  await wait()
  expect(told(phone)).toEqual(["mine: And now?"])
  await read(ada, "Vera")
  await wait()
  expect(phone.received.at(-1)?.message).toEqual({ kind: "read", badge: 0, read: [conversationId] })
  // Twice read is once taken away.
  await company.write("Vera", { text: "Still there?" })
  await wait()
  await read(ada, "Vera")
  await succeed(
    company.act(ada, "Vera", "unread", { fromEntryId: (await company.see(ada, "Vera")).last?.id }),
  )
  await wait()
  expect(told(phone)).toEqual(["mine: And now?", "read 0", "mine: Still there?"])
  await read(ada, "Vera")
  await company.write("Wim", { text: "Another one" })
  await succeed(company.assign(bo, "Wim", toAda()))
  await wait()
  expect(told(phone).toSorted()).toEqual(
    ["mine: And now?", "read 0", "mine: Still there?", "read 1", "mine: Another one"].toSorted(),
  )
})

test("kinds that are switched off and quiet hours are kept; without texts the words stay here", async () => {
  const set = (preference: object) =>
    succeed(ada.send("PUT", "/me/notifications", { preference: { ...toldOfEverything, ...preference } }))
  await company.write("Vera")
  await succeed(company.assign(bo, "Vera", toAda()))
  await wait()
  phone.received.length = 0
  await set({ kinds: { ...toldOfEverything.kinds, mine: false } })
  await company.write("Vera", { text: "one" })
  await wait()
  await set({ quietHours: { from: 0, to: 1_439, timeZone: "UTC" } })
  await company.write("Vera", { text: "two" })
  await wait()
  expect(told(phone)).toEqual([])
  await set({ showsText: false })
  await company.write("Vera", { text: "three" })
  await wait()
  expect(told(phone)).toEqual(["mine: "])
  expect(JSON.stringify(phone.received)).not.toContain("three")
})

test("whoever has lost sight of it meanwhile is told nothing, and who is disabled neither", async () => {
  const teamId = await company.makeTeam([bo], { deliveryMode: "queue" })
  await company.write("Vera")
  await wait()
  phone.received.length = 0
  await company.write("Vera", { text: "a secret" })
  await succeed(company.assign(bo, "Vera", toAda()))
  await succeed(company.assign(bo, "Vera", { kind: "team", teamId }))
  await wait()
  // What the device shows of it goes.
  expect(told(phone)).toEqual(["read 0"])
  await company.write("Wim")
  await succeed(company.assign(bo, "Wim", toAda()))
  await succeed(company.owner.send("PATCH", `/agents/${ada.agentId}`, { isDisabled: true }))
  await wait()
  expect(told(phone)).toEqual(["read 0"])
})

test("what comes again and again is told again and again, not put off until it ends", async () => {
  await company.write("Vera")
  await succeed(company.assign(bo, "Vera", toAda()))
  await wait()
  for (const text of ["one", "two", "three", "four"]) {
    await company.write("Vera", { text })
    parley.clock.set(new Date(parley.clock.now().getTime() + 2_000))
    await parley.runDueJobs()
  }
  expect(told(phone).slice(1)).toEqual(["mine: two", "mine: three", "mine: four"])
})

test("what was put off is told when its time has come, and what comes while it is put off is not", async () => {
  const { conversationId, lastEntryId } = await company.write("Vera")
  await succeed(company.assign(ada, "Vera", toAda()))
  const until = stamp(new Date(parley.clock.now().getTime() + 60_000))
  const snooze = { snooze: { until }, lastCustomerEntryId: lastEntryId }
  await succeed(ada.send("PUT", `/conversations/${conversationId}/snooze`, snooze))
  await wait()
  expect(told(phone)).toEqual([])
  parley.clock.set(new Date(parley.clock.now().getTime() + 61_000))
  await parley.runDueJobs()
  await wait()
  expect(told(phone)).toEqual(["mine: Hello from Vera"])
})

test("a workspace whose last device has gone is looked through no more, until another comes", async () => {
  const isFollowed = async () => {
    const { rows } = await sql`
      select 1 from push_places where workspace_id = ${company.owner.workspaceId}`.execute(parley.database.db)
    return rows.length > 0
  }
  for (const [agent, { subscription }] of [
    [ada, phone],
    [bo, bosPhone],
  ] as const)
    await succeed(agent.send("DELETE", "/me/devices", { endpoint: subscription.endpoint }))
  await company.write("Vera")
  await wait()
  expect(await isFollowed()).toBe(false)
  const other = await subscribe(ada)
  expect(await isFollowed()).toBe(true)
  await company.write("Wim", { text: "Only this is new" })
  await wait()
  expect(told(other)).toEqual(["unassigned: Only this is new"])
})

const devices = async () => {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from devices where agent_id = ${ada.agentId}`.execute(parley.database.db)
  return rows[0]?.count
}

test("signing out ends the device, and so does a browser that takes no more", async () => {
  const other = await subscribe(ada)
  expect(await devices()).toBe(2)
  other.answer = { status: 410 }
  await company.write("Vera")
  await succeed(company.assign(bo, "Vera", toAda()))
  await wait()
  expect(told(phone)).toHaveLength(1)
  expect(await devices()).toBe(1)
  await ada.send("POST", "/sign-out")
  expect(await devices()).toBe(0)
  await company.write("Vera", { text: "Hello?" })
  await wait()
  expect(told(phone)).toHaveLength(1)
})

test("a push service that is busy or down is asked again, and the answer is then of that moment", async () => {
  phone.answer = { status: 429, headers: { "retry-after": "60" } }
  await company.write("Vera", { text: "one" })
  await succeed(company.assign(bo, "Vera", toAda()))
  await wait()
  await company.write("Vera", { text: "two" })
  phone.answer = { status: 201 }
  parley.clock.set(new Date(parley.clock.now().getTime() + 61_000))
  await parley.runDueJobs()
  expect(new Set(told(phone))).toEqual(new Set(["mine: two"]))
})

test("an address that is no push service's is refused, and one of ours is never reached", async () => {
  const { subscription } = service.subscribe()
  const put = (endpoint: string) => ada.send("PUT", "/me/devices", { ...subscription, endpoint })
  expect((await put("http://push.example/x")).status).toBe(403)
  expect((await put("https://user@push.example/x")).status).toBe(403)
  expect((await put("ftp://push.example/x")).status).toBe(400)
  expect((await put("https://127.0.0.1:1/x")).status).toBe(200)
  await company.write("Vera")
  await succeed(company.assign(bo, "Vera", toAda()))
  await wait()
  expect(told(phone)).toHaveLength(1)
  // Ten at most; the oldest goes.
  for (let place = 0; place < 12; place += 1) await subscribe(ada)
  expect(await devices()).toBe(10)
  const { body } = await succeed(ada.get("/me/devices"))
  expect(body["publicKey"]).toMatch(/^B[\w-]{86}$/)
  expect(body["endpoints"]).not.toContain(phone.subscription.endpoint)
})
