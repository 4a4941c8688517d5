/** Whose browser it is, by the website's word. */
import { createHmac, randomBytes } from "node:crypto"
import { sql } from "kysely"
import { beforeAll, describe, expect, test } from "vitest"
import { visitorKeys } from "../../server/customers/customers.ts"
import { newId, stamp, transaction } from "../../server/db/db.ts"
import { settableClock } from "../harness/harness.ts"
import { parleysOf, type RunningParley } from "./parleys.ts"
import { createColleague, createOwner, type Person } from "./person.ts"
import { answerTo, createVisitor, placeOfMessage, type Visitor } from "./visitor-client.ts"

const clock = settableClock()
const startParley = parleysOf(clock)
let parley: RunningParley
let ada: Person & { workspaceId: string }
let sourceId: string
let secret: string

beforeAll(async () => {
  parley = await startParley()
  ada = await createOwner(parley.url)
  const { rows } = await sql<{ id: string }>`select id from sources where channel = 'web-chat'`.execute(
    parley.database.db,
  )
  sourceId = rows[0]?.id ?? ""
  secret = await makeSecret()
})

async function makeSecret(of = sourceId): Promise<string> {
  const { status, body } = await ada.send("POST", `/sources/${of}/identity-secret`, { change: "make" })
  expect(status).toBe(200)
  return String(body.secret)
}

function sign(claims: object, by = secret): { token: string } {
  const exp = clock.now().getTime() / 1_000 + 3_600
  const parts = [{ alg: "HS256" }, { exp, ...claims }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  )
  const mac = createHmac("sha256", by).update(parts.join(".")).digest("base64url")
  return { token: [...parts, mac].join(".") }
}

const link = () => randomBytes(32).toString("base64url")

/** A moment after the one before. */
const browser = (): Visitor => {
  clock.advance(1)
  return createVisitor(parley.url, sourceId)
}

/** The browser with the key it has from now on. */
async function prove(who: Visitor, proof: object): Promise<{ as: Visitor; status: number; body: object }> {
  const key = `j${randomBytes(32).toString("base64url")}`
  const { status, body } = await who.ask("identify", { key, before: who.key, proof })
  return { as: createVisitor(parley.url, sourceId, key), status, body }
}

async function textsOf(who: Visitor): Promise<string[]> {
  const stream = await who.connect()
  const { messages } = await stream.next("welcome")
  stream.close()
  return messages.map(({ text }) => text)
}

test("what a browser wrote comes along, and is there in each browser of the same person", async () => {
  const laptop = browser()
  const asked = (await laptop.say("Before I logged in")).body.id
  await answerTo(parley.database, ada, { messageId: asked, text: "Hello" })
  const claims = { sub: "eve-1", name: "Eve Doe", email: "eve@x.example", fields: { Plan: "Gold" } }
  const proven = await prove(laptop, sign(claims))
  expect(proven).toMatchObject({ status: 200, body: { isKnown: true } })
  await proven.as.say("After it")
  const phone = await prove(browser(), sign({ sub: "eve-1" }))
  expect(phone.body).toEqual({ isKnown: true })
  await phone.as.say("And by phone")
  const all = ["Before I logged in", "Hello", "After it", "And by phone"]
  expect(await textsOf(phone.as)).toEqual(all)
  expect(await textsOf(proven.as)).toEqual(all)
  // One address, one customer; the old key opens nothing.
  expect(await textsOf(laptop)).toEqual([])
  const { conversationId } = await placeOfMessage(parley.database, asked)
  const { body } = await ada.get(`/conversations/${conversationId}`)
  expect(JSON.stringify(body)).toContain('"Eve Doe"')
  const { body: noted } = await ada.get(`/conversations/${conversationId}/customer`)
  expect(JSON.stringify(noted)).toContain(
    '{"name":"E-mail","value":"eve@x.example"},{"name":"Plan","value":"Gold"}',
  )
})

describe("who wrote in one browser before he logged in, and in another after it", () => {
  const conversation = async (messageId: unknown) =>
    (await placeOfMessage(parley.database, messageId)).conversationId
  const events = async (of: string) => {
    const { rows } = await sql<{ id: string; event: { what: string; byAgentId: string | null } }>`
      select id, event from entries where conversation_id = ${of} and type = 'event' order by at`.execute(
      parley.database.db,
    )
    return rows
  }

  test("has all of it in both, in one conversation, and is answered in both", async () => {
    const phone = await prove(browser(), sign({ sub: "lea", name: "Lea" }))
    const first = (await phone.as.say("By phone")).body.id
    const laptop = browser()
    const second = (await laptop.say("Who am I?")).body.id
    await answerTo(parley.database, ada, { messageId: second, text: "Nobody yet" })
    const stream = await phone.as.connect()
    await stream.next("welcome")
    const known = await prove(laptop, sign({ sub: "lea" }))
    expect(known).toMatchObject({ status: 200, body: { isKnown: true } })
    const all = ["By phone", "Who am I?", "Nobody yet"]
    expect(await textsOf(known.as)).toEqual(all)
    // The other browser has it without asking; what nobody has seen is unread there.
    const { messages } = await stream.next("messages", (frame) => frame.messages.length === 2)
    expect(messages.map(({ text }) => text)).toEqual(all.slice(1))
    expect(await conversation(second)).toBe(await conversation(first))
    clock.advance(1)
    const third = (await known.as.say("It is me")).body.id
    const answer = await answerTo(parley.database, ada, { messageId: third, text: "Hello Lea" })
    await stream.next("messages", (frame) => frame.messages.some(({ id }) => id === answer.id))
    expect(await textsOf(known.as)).toEqual([...all, "It is me", "Hello Lea"])
    // A browser that was away meanwhile does not go on from what it has of then.
    const [, latest] = messages
    const late = await phone.as.connect({ after: latest?.at, afterId: latest?.id })
    const welcome = await late.next("welcome")
    expect(welcome.isReset).toBe(true)
    expect(welcome.messages.map(({ text }) => text)).toEqual([...all, "It is me", "Hello Lea"])
    late.close()
    const resumed = await phone.as.connect({ after: answer.at, afterId: answer.id })
    expect(await resumed.next("welcome")).toMatchObject({ isReset: false })
    resumed.close()
    // Proved again there is nothing more to bring along, and the old key opens nothing.
    expect((await prove(laptop, sign({ sub: "lea" }))).body).toEqual({ isKnown: true })
    expect(await textsOf(laptop)).toEqual([])
    const merged = (await events(await conversation(first))).filter(({ event }) => event.what === "merged")
    expect(merged).toMatchObject([{ event: { byAgentId: null } }])
    stream.close()
  })

  test("what was not seen in one of them is unread in both, and nothing that was seen before it", async () => {
    const laptop = browser()
    const asked = (await laptop.say("Seen?")).body.id
    const seen = await answerTo(parley.database, ada, { messageId: asked, text: "This was" })
    await laptop.ask("seen", { key: laptop.key, upTo: seen.at })
    const phone = await prove(browser(), sign({ sub: "moe" }))
    const other = (await phone.as.say("Seen here?")).body.id
    await answerTo(parley.database, ada, { messageId: other, text: "This was not" })
    await answerTo(parley.database, ada, { messageId: asked, text: "Nor this" })
    const known = await prove(laptop, sign({ sub: "moe" }))
    const stream = await known.as.connect()
    expect(await stream.next("welcome")).toMatchObject({ unread: 2 })
    stream.close()
  })

  test("whoever was mailed what he wrote without a name, sees nothing of what he wrote elsewhere", async () => {
    const phone = await prove(browser(), sign({ sub: "qia" }))
    await phone.as.say("By phone, in confidence")
    const laptop = browser()
    const asked = (await laptop.say("By laptop")).body.id
    const { db } = parley.database
    const { addressId } = await placeOfMessage(parley.database, asked)
    await sql`update addresses set mail_to = 'anybody@x.example' where id = ${addressId}`.execute(db)
    const { rows } = await sql<{
      value: string
    }>`select value from addresses where id = ${addressId}`.execute(db)
    const [opened, unopened] = [link(), link()]
    const site = { workspaceId: ada.workspaceId, sourceId }
    const [at, until] = [stamp(clock.now()), stamp(new Date(clock.now().getTime() + 3_600_000))]
    for (const one of [opened, unopened])
      await transaction(db, (tx) =>
        visitorKeys.addLink(tx, site, { value: rows[0]?.value ?? "", link: one, at, until }),
      )
    const stranger = createVisitor(parley.url, sourceId, `j${link()}`)
    expect((await stranger.ask("reopen", { link: opened, key: stranger.key })).status).toBe(200)
    expect(await textsOf(stranger)).toEqual(["By laptop"])
    await prove(laptop, sign({ sub: "qia" }))
    expect((await stranger.say("Who else?")).status).toBe(410)
    expect((await stranger.ask("reopen", { link: unopened, key: stranger.key })).status).not.toBe(200)
    const { rows: mailed } = await sql`select 1 from addresses where mail_to = 'anybody@x.example'`.execute(
      db,
    )
    expect(mailed).toEqual([])
    expect(stranger.received.join()).not.toContain("in confidence")
  })

  test("an agent can undo it, and each has what was his", async () => {
    const phone = await prove(browser(), sign({ sub: "nat" }))
    const first = (await phone.as.say("By phone")).body.id
    const laptop = browser()
    const second = (await laptop.say("By laptop")).body.id
    const before = await placeOfMessage(parley.database, second)
    clock.advance(1)
    const known = await prove(laptop, sign({ sub: "nat" }))
    const third = (await known.as.say("As Nat")).body.id
    const into = await conversation(first)
    const merged = (await events(into)).find(({ event }) => event.what === "merged")
    const path = `/conversations/${into}/merges/${merged?.id}/undo`
    expect((await ada.send("POST", path, { id: newId() })).status).toBe(200)
    expect(await placeOfMessage(parley.database, second)).toEqual(before)
    expect(await conversation(third)).toBe(into)
    expect(await textsOf(known.as)).toEqual(["By phone", "As Nat"])
    expect(await textsOf(laptop)).toEqual(["By laptop"])
    // It was a mistake, and yet he proves it again.
    expect((await prove(laptop, sign({ sub: "nat" }))).status).toBe(200)
    expect(await textsOf(known.as)).toEqual(["By phone", "By laptop", "As Nat"])
  })

  test("is undone also where a browser has taken the first name since", async () => {
    const phone = await prove(browser(), sign({ sub: "oli" }))
    const first = (await phone.as.say("By phone")).body.id
    const laptop = browser()
    const second = (await laptop.say("By laptop")).body.id
    await prove(laptop, sign({ sub: "oli" }))
    const late = (await laptop.say("On its way meanwhile")).body.id
    const into = await conversation(first)
    const merged = (await events(into)).find(({ event }) => event.what === "merged")
    const path = `/conversations/${into}/merges/${merged?.id}/undo`
    expect((await ada.send("POST", path, { id: newId() })).status).toBe(200)
    expect(await textsOf(laptop)).toEqual(["On its way meanwhile"])
    const places = await Promise.all([first, second, late].map(conversation))
    expect(new Set(places).size).toBe(3)
  })

  test("of many who prove it at once everything comes along, once", async () => {
    const phone = await prove(browser(), sign({ sub: "pia" }))
    await phone.as.say("0")
    const browsers = Array.from({ length: 6 }, browser)
    for (const [place, one] of browsers.entries()) {
      clock.advance(1)
      await one.say(String(place + 1))
    }
    const all = await Promise.all(browsers.map((one) => prove(one, sign({ sub: "pia" }))))
    expect(all.map(({ status }) => status)).toEqual(browsers.map(() => 200))
    for (const { as } of all) expect(await textsOf(as)).toEqual(["0", "1", "2", "3", "4", "5", "6"])
  })
})

test("whoever never wrote is nobody's customer before he does, and then has his name", async () => {
  const { rows: before } = await sql`select 1 from customers`.execute(parley.database.db)
  const { as, body } = await prove(browser(), sign({ sub: "fay", name: "Fay" }))
  expect(body).toEqual({ isKnown: false })
  const { rows: after } = await sql`select 1 from customers`.execute(parley.database.db)
  expect(after).toHaveLength(before.length)
  const said = await as.say("My first")
  const { conversationId } = await placeOfMessage(parley.database, said.body.id)
  expect(JSON.stringify((await ada.get(`/conversations/${conversationId}`)).body)).toContain('"Fay"')
})

test("what proves nothing is refused, with a word why, and changes nothing", async () => {
  const eve = browser()
  await eve.say("Just me")
  const other = await ada.send("POST", "/sources", {
    name: "Other",
    teamId: (await sql<{ id: string }>`select id from teams`.execute(parley.database.db)).rows[0]?.id,
    settings: { channel: "web-chat" },
  })
  const elsewhere = await makeSecret(String(other.body.id))
  const hash = createHmac("sha256", secret).update("gus").digest("hex")
  for (const [proof, why] of [
    [sign({ sub: "eve-1" }, elsewhere), "signature"],
    [sign({ sub: "eve-1", exp: 1 }), "expired"],
    [sign({ sub: "eve-1", aud: String(other.body.id) }), "audience"],
    [{ token: "eve-1" }, "malformed"],
    [{ userId: "eve-1", hash }, "signature"],
  ] as const) {
    const { status, body, as } = await prove(eve, proof)
    expect({ status, body }).toMatchObject({ status: 403, body: { refusal: "not-proven", details: { why } } })
    expect((await as.say("Am I her?")).status).toBe(410)
  }
  expect(await textsOf(eve)).toEqual(["Just me"])
  expect((await prove(browser(), { userId: "gus", hash })).status).toBe(200)
})

test("whoever knows a person's new key cannot take another person's messages along", async () => {
  const mine = await prove(browser(), sign({ sub: "hal" }))
  await mine.as.say("Hal's secret")
  const thief = await prove(mine.as, sign({ sub: "ida" }))
  expect(await textsOf(thief.as)).toEqual([])
  expect(await textsOf(mine.as)).toEqual(["Hal's secret"])
})

test("logged out, the key opens nothing any more; a month later neither", async () => {
  const { as } = await prove(browser(), sign({ sub: "jim" }))
  await as.say("Mine")
  await as.ask("leave", { key: as.key })
  expect((await as.say("Still me?")).body).toMatchObject({ refusal: "session-over" })
  const again = await prove(as, sign({ sub: "jim" }))
  expect(await textsOf(again.as)).toEqual(["Mine"])
  clock.advance(31 * 24 * 60 * 60)
  expect((await again.as.say("Still me?")).status).toBe(410)
})

test("a new secret stands beside the one before until that is ended; only admins see one, once", async () => {
  const old = secret
  secret = await makeSecret()
  expect((await prove(browser(), sign({ sub: "kim" }, old))).status).toBe(200)
  expect((await prove(browser(), sign({ sub: "kim" }))).status).toBe(200)
  const path = `/sources/${sourceId}/identity-secret`
  expect((await ada.send("POST", path, { change: "end-earlier" })).body).toMatchObject({ secret: null })
  expect((await prove(browser(), sign({ sub: "kim" }, old))).status).toBe(403)
  expect((await prove(browser(), sign({ sub: "kim" }))).status).toBe(200)
  const bo = await createColleague(parley.url, ada, { name: "Bo", email: "bo@acme.example" })
  expect((await bo.send("POST", path, { change: "make" })).status).toBe(403)
  const { rows } = await sql<{ all: string }>`
    select string_agg(answer::text, '') || (select string_agg(settings::text, '') from sources) as all from commands`.execute(
    parley.database.db,
  )
  expect(rows[0]?.all).not.toContain(secret)
})

test("who has as many fields as there may be logs in all the same, and what has no room is left out", async () => {
  const first = browser()
  const asked = (await first.say("I have filled everything in")).body.id
  const { conversationId } = await placeOfMessage(parley.database, asked)
  for (let number = 1; number <= 50; number += 1) {
    const field = { name: `Field ${number}`, value: "full" }
    const { status } = await ada.send("PUT", `/conversations/${conversationId}/customer/fields`, field)
    expect(status).toBe(200)
  }
  const claims = { sub: "full-1", fields: { "Field 7": "changed", "One more": "too many" } }
  expect(await prove(first, sign(claims))).toMatchObject({ status: 200, body: { isKnown: true } })
  const { body } = await ada.get(`/conversations/${conversationId}/customer`)
  const noted = JSON.stringify(body)
  expect(noted).toContain('"Field 7","value":"changed"')
  expect(noted).not.toContain("One more")
})
