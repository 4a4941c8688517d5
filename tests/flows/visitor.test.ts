import { randomBytes } from "node:crypto"
import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { PROTOCOL } from "../../protocol/stream.ts"
import { newId } from "../../server/db/db.ts"
import { start, type Parley } from "../../server/main.ts"
import { createTestDatabase, type TestDatabase } from "../harness/harness.ts"
import { WebSocket } from "ws"
import { createColleague, createOwner, type Person } from "./person.ts"
import { answerTo, createVisitor, placeOfMessage, textOf, type Visitor } from "./visitor-client.ts"

let database: TestDatabase
let parley: Parley
let ada: Person & { workspaceId: string }
let sourceId: string

beforeAll(async () => {
  database = await createTestDatabase()
  parley = await start(database.config)
  ada = await createOwner(parley.url, "ada.zzmail@acme.example")
  const { rows } = await sql<{ id: string }>`select id from sources where channel = 'web-chat'`.execute(
    database.db,
  )
  sourceId = rows[0]?.id ?? ""
  await sql`update teams set name = 'Zzteam', delivery_mode = 'queue'`.execute(database.db)
})

afterAll(async () => {
  await parley.stop()
  await database.close()
})

const visitor = (): Visitor => createVisitor(parley.url, sourceId)

const placeOf = (messageId: unknown) => placeOfMessage(database, messageId)
const answer = (agent: Person, messageId: unknown, text: string) =>
  answerTo(database, agent, { messageId, text })

async function deliveryOf(entryId: string): Promise<string | null> {
  const { rows } = await sql<{
    delivery: string | null
  }>`select delivery from entries where id = ${entryId}`.execute(database.db)
  return rows[0]?.delivery ?? null
}

async function eventually(check: () => Promise<void>): Promise<void> {
  await expect.poll(async () => check().then(() => "so", String), { timeout: 5_000, interval: 30 }).toBe("so")
}

describe("writing", () => {
  test("a message is committed, and said twice it is one", async () => {
    const eve = visitor()
    const id = newId()
    const answers = await Promise.all(Array.from({ length: 8 }, () => eve.say("Do you ship to Norway?", id)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    const stream = await eve.connect()
    const { messages, isKnown, isReset } = await stream.next("welcome")
    expect({ isKnown, isReset }).toEqual({ isKnown: true, isReset: true })
    expect(messages).toEqual([
      { id, at: answers[0]?.body.at, agent: null, text: "Do you ship to Norway?", files: [], isSeen: false },
    ])
    stream.close()
  })

  test("any page may ask without credentials and without a preflight", async () => {
    const { headers } = await visitor().say("hello")
    expect(headers.get("access-control-allow-origin")).toBe("*")
    expect(headers.get("access-control-allow-credentials")).toBeNull()
    expect(headers.get("set-cookie")).toBeNull()
    const refused = await visitor().ask("messages", { key: "short", id: newId(), text: "x" })
    expect(refused).toMatchObject({ status: 400, body: { refusal: "invalid-input" } })
    expect(refused.headers.get("access-control-allow-origin")).toBe("*")
  })

  test("the key is kept nowhere", async () => {
    const eve = visitor()
    await eve.say("remember me")
    const { rows } = await sql<{ value: string }>`select value from addresses`.execute(database.db)
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.map(({ value }) => value)).not.toContain(eve.key)
  })

  test("an unknown website, one of another channel, and a malformed one are not there", async () => {
    const { key } = visitor()
    const message = { key, id: newId(), text: "hello" }
    for (const wrong of [newId(), "nonsense", `${sourceId}x`]) {
      const { status } = await createVisitor(parley.url, wrong).ask("messages", message)
      expect([400, 404]).toContain(status)
    }
  })

  test("hostile text is mended or refused by name", async () => {
    const eve = visitor()
    const kept = await eve.say("a\u0000b \ud800 \u202egnp.exe <img src=x onerror=alert(1)>")
    expect(kept.status).toBe(200)
    for (const [text, refusal] of [
      ["x".repeat(100_000), "text-too-long"],
      ["😀".repeat(20_000), "text-too-long"],
      [" \n\t ", "invalid-input"],
      ["\u200b\u2060", "invalid-input"],
    ])
      expect(await eve.say(text ?? "")).toMatchObject({ status: 400, body: { refusal } })
    expect((await eve.ask("messages", "{not json")).status).toBe(400)
    expect(
      (await eve.ask("messages", { key: eve.key, id: newId(), text: "x".repeat(2_000_000) })).status,
    ).toBe(413)
    expect(
      (await eve.ask("messages", { key: eve.key, id: newId(), text: "hi", language: "\u0000\u0000" })).status,
    ).toBe(200)
    const { messages } = await (await eve.connect()).next("welcome")
    expect(messages.map(({ text }) => text)).toEqual(["ab \ufffd gnp.exe <img src=x onerror=alert(1)>", "hi"])
  })

  test("too many messages of one session are put off, and the neighbour behind the same address is not", async () => {
    const [eve, bob] = [visitor(), visitor()]
    const all = await Promise.all(Array.from({ length: 30 }, (_, step) => eve.say(`message ${step}`)))
    expect(all.filter(({ status }) => status === 200)).toHaveLength(20)
    expect(all.filter(({ status, body }) => status === 429 && body.refusal === "too-often")).toHaveLength(10)
    expect((await bob.say("me too")).status).toBe(200)
  })

  test("an id that names somebody else's message tells nothing about it", async () => {
    const id = newId()
    await visitor().say("mine", id)
    const { status, body } = await visitor().say("probe", id)
    expect(status).toBe(400)
    expect(JSON.stringify(body)).not.toContain("mine")
  })
})

describe("the stream", () => {
  test("brings answers live, and what was missed when it comes back", async () => {
    const eve = visitor()
    const { body } = await eve.say("Is anybody there?")
    const stream = await eve.connect()
    await stream.next("welcome")
    const first = await answer(ada, body.id, "Yes, hello!")
    const live = await stream.next("messages", ({ messages }) => messages.some(({ id }) => id === first.id))
    expect(live.unread).toBe(1)
    expect(live.messages.find(({ id }) => id === first.id)).toMatchObject({
      agent: { name: "Ada", initials: "AB" },
      text: "Yes, hello!",
    })
    stream.close()

    const second = await answer(ada, body.id, "Still there?")
    const third = await answer(ada, body.id, "I will wait.")
    const again = await eve.connect({ after: first.at })
    const welcome = await again.next("welcome")
    expect(welcome).toMatchObject({ isReset: false, hasMore: false, unread: 3 })
    expect(welcome.messages.map(({ id }) => id)).toEqual([second.id, third.id])
    again.close()
  })

  test("starts anew for a browser that has what the server does not know", async () => {
    const eve = visitor()
    const { body } = await eve.say("hello")
    // Its message stands elsewhere, and another one where it stood.
    for (const [afterId, isReset] of [
      [newId(), true],
      [String(body.id), false],
    ] as const) {
      const moved = await eve.connect({ after: String(body.at), afterId })
      expect(await moved.next("welcome")).toMatchObject({ isReset })
      moved.close()
    }
    const stream = await eve.connect({ after: "2099-01-01T00:00:00.000000Z" })
    const welcome = await stream.next("welcome")
    expect(welcome.isReset).toBe(true)
    expect(welcome.messages.map(({ id }) => id)).toEqual([body.id])
    stream.close()
  })

  test("knows nobody behind a key that never wrote, and nothing of other sessions", async () => {
    await visitor().say("a secret")
    const eve = visitor()
    const stream = await eve.connect()
    expect(await stream.next("welcome")).toMatchObject({ isKnown: false, messages: [], unread: 0 })
    await visitor().say("another secret")
    stream.tell({ kind: "ping" })
    await stream.next("pong")
    expect(eve.received.join()).not.toContain("secret")
    stream.close()
  })

  test("older messages come in pages until the first", async () => {
    const eve = visitor()
    const { body } = await eve.say("the very first")
    const { conversationId, addressId } = await placeOf(body.id)
    await sql`
      insert into entries (workspace_id, id, conversation_id, at, type, address_id, source_id, text)
      select ${ada.workspaceId}, gen_random_uuid(), ${conversationId}, ${body.at}::timestamptz - step * interval '1 minute',
             'message', ${addressId}, ${sourceId}, 'old ' || step
        from generate_series(1, 120) as step`.execute(database.db)
    const stream = await eve.connect()
    const welcome = await stream.next("welcome")
    expect(welcome).toMatchObject({ hasMore: true })
    expect(welcome.messages).toHaveLength(50)
    const texts: unknown[] = []
    let [before, hasMore] = [welcome.messages[0]?.at, true]
    while (hasMore && texts.length < 200) {
      const page = await eve.ask("history", { key: eve.key, before })
      const messages: { at: string; text: string }[] = Array.isArray(page.body.messages)
        ? page.body.messages
        : []
      texts.unshift(...messages.map(({ text }) => text))
      before = messages[0]?.at
      hasMore = page.body.hasMore === true
    }
    expect(texts).toHaveLength(71)
    expect(texts[0]).toBe("old 120")
    stream.close()
  })

  test("malformed words and too many of them end it with a code", async () => {
    const eve = visitor()
    await eve.say("hello")
    for (const [talk, code] of [
      [["{"], 1007],
      [[JSON.stringify({ kind: "hello", key: "x" })], 1007],
      [Array.from({ length: 200 }, () => '{"kind":"ping"}'), 4429],
    ] as const) {
      const { socket } = await eve.connect()
      const closed = new Promise((resolve) => socket.once("close", resolve))
      for (const words of talk) socket.send(words)
      expect(await closed).toBe(code)
    }
  })
})

describe("delivered, seen and typing", () => {
  test("an answer is delivered when it has arrived, and read when it was seen, and never goes back", async () => {
    const eve = visitor()
    const { body } = await eve.say("hello")
    const sent = await answer(ada, body.id, "Good day")
    expect(await deliveryOf(sent.id)).toBe("sent")
    const stream = await eve.connect()
    await stream.next("welcome")
    await eventually(async () => expect(await deliveryOf(sent.id)).toBe("delivered"))

    expect((await eve.ask("seen", { key: eve.key, upTo: sent.at })).status).toBe(200)
    expect(await deliveryOf(sent.id)).toBe("read")
    expect(
      (await stream.next("messages", ({ unread }) => unread === 0)).messages.map(({ id }) => id),
    ).toContain(sent.id)
    stream.close()
    const again = await eve.connect()
    expect((await again.next("welcome")).unread).toBe(0)
    expect(await deliveryOf(sent.id)).toBe("read")
    again.close()
  })

  test("a stamp from the future sees nothing that is not written yet", async () => {
    const eve = visitor()
    const { body } = await eve.say("hello")
    await eve.ask("seen", { key: eve.key, upTo: "2099-01-01T00:00:00.000000Z" })
    const later = await answer(ada, body.id, "Good day")
    const stream = await eve.connect()
    expect((await stream.next("welcome")).unread).toBe(1)
    expect(await deliveryOf(later.id)).not.toBe("read")
    stream.close()
  })

  test("the visitor learns that his message was seen", async () => {
    const eve = visitor()
    const { body } = await eve.say("hello")
    const stream = await eve.connect()
    await stream.next("welcome")
    const { conversationId } = await placeOf(body.id)
    await ada.send("POST", `/conversations/${conversationId}/read`, { upTo: body.at })
    const frame = await stream.next("messages", ({ messages }) => messages.some(({ isSeen }) => isSeen))
    expect(frame.messages.map(({ id }) => id)).toContain(body.id)
    stream.close()
  })

  test("agents see the visitor's page and typing, and he sees who types an answer but not a note", async () => {
    const eve = visitor()
    const { body } = await eve.say("hello")
    const { conversationId } = await placeOf(body.id)
    const desk = await openDesk(ada)
    const stream = await eve.connect({
      page: { url: "https://shop.example/pricing?token=secret", title: "Pricing" },
    })
    await stream.next("welcome")
    const presence = (isTyping: boolean) => (text: string) =>
      text.includes('"presence"') &&
      text.includes('"page":"/pricing"') &&
      text.includes(`"isTyping":${isTyping},"page"`)
    await desk.until(presence(false))
    stream.tell({ kind: "typing", isTyping: true })
    await desk.until(presence(true))

    const viewing = (doing: { isTyping: boolean; inNote: boolean }) =>
      JSON.stringify({ kind: "viewing", conversations: [{ conversationId, ...doing }] })
    desk.socket.send(viewing({ isTyping: true, inNote: true }))
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(stream.frames.map(({ kind }) => kind)).not.toContain("typing")
    desk.socket.send(viewing({ isTyping: true, inNote: false }))
    expect((await stream.next("typing")).agent).toMatchObject({ name: "Ada" })
    desk.socket.send(viewing({ isTyping: false, inNote: false }))
    expect((await stream.next("typing")).agent).toBeNull()
    stream.close()
    await desk.until((text) => text.includes('"isOnline":false'))
    expect(desk.texts.join()).not.toContain("token=secret")
    desk.socket.close()
  })
})

test("home tells the truth about who is here and how soon he answers", async () => {
  const home = await visitor().ask("home")
  expect(home.body).toMatchObject({ company: "Acme", faces: [{ name: "Ada", initials: "AB" }] })
  expect(home.body).not.toHaveProperty("agents")
})

test("nothing internal is in any byte a visitor receives", async () => {
  const eve = visitor()
  const bo = await createColleague(parley.url, ada, { name: "Bo Zzsurname", email: "bo.zzmail@acme.example" })
  const { body } = await eve.say("hello")
  const { conversationId } = await placeOf(body.id)
  const stream = await eve.connect()
  await stream.next("welcome")
  await ada.send("POST", `/conversations/${conversationId}/notes`, {
    text: `Zznote: @{agent:${bo.agentId}} is he serious?`,
  })
  const asked = newId()
  await ada.send("POST", `/conversations/${conversationId}/notes`, { id: asked, text: "Zznote: who knows?" })
  const inThread = { text: "Zznote: I do.", thread: asked }
  expect((await bo.send("POST", `/conversations/${conversationId}/notes`, inThread)).status).toBe(200)
  const sent = await answer(bo, body.id, "Certainly")
  await ada.send("POST", `/conversations/${conversationId}/assign`, {
    to: { kind: "nobody" },
    expects: { assigneeId: bo.agentId },
  })
  await ada.send("POST", `/conversations/${conversationId}/close`, { lastCustomerEntryId: body.id })
  await stream.next("messages", ({ messages }) => messages.some(({ id }) => id === sent.id))
  await eve.say("one more thing")
  await eve.ask("home")
  await eve.ask("history", { key: eve.key, before: "2099-01-01T00:00:00.000000Z" })
  const again = await eve.connect()
  await again.next("welcome", ({ messages }) => messages.length === 3)
  for (const path of [`/w/${sourceId}.js`, "/try", "/try/skog"])
    eve.received.push(await (await fetch(parley.url + path)).text())
  const bytes = eve.received.join("\n")
  expect(bytes).toContain("Certainly")
  for (const word of [
    "Zznote",
    "Zzteam",
    "zzmail",
    "Zzsurname",
    "Byron",
    bo.agentId,
    conversationId,
    ada.workspaceId,
    "assigned",
  ])
    expect(bytes).not.toContain(word)
  stream.close()
  again.close()
})

test("two visitors with the same words in the same moment stay two", async () => {
  const keys = Array.from({ length: 6 }, () => randomBytes(32).toString("base64url"))
  const said = await Promise.all(keys.map((key) => createVisitor(parley.url, sourceId, key).say("same")))
  const places = await Promise.all(said.map(({ body }) => placeOf(body.id)))
  expect(new Set(places.map(({ conversationId }) => conversationId)).size).toBe(6)
})

/** An agent's desk as far as presence goes. */
async function openDesk(agent: Person) {
  const socket = new WebSocket(`${parley.url.replace("http", "ws")}/api/v1/stream`, {
    headers: { cookie: agent.cookie(), origin: parley.url },
  })
  const texts: string[] = []
  socket.on("message", (data) => texts.push(textOf(data)))
  await new Promise((resolve) => socket.once("open", resolve))
  socket.send(JSON.stringify({ kind: "hello", protocol: PROTOCOL }))
  return {
    socket,
    texts,
    until: (fits: (text: string) => boolean) =>
      expect.poll(() => texts.some(fits), { timeout: 5_000, interval: 30 }).toBe(true),
  }
}
