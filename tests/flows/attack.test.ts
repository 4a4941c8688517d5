import { sql } from "kysely"
import { beforeAll, expect, test } from "vitest"
import { mentionOf } from "../../protocol/text.ts"
import { newId } from "../../server/db/db.ts"
import { settableClock } from "../harness/harness.ts"
import { parleysOf, type RunningParley } from "./parleys.ts"
import { createColleague, createOwner, createPerson, type Person } from "./person.ts"
import { createVisitor, placeOfMessage, type Visitor } from "./visitor-client.ts"

/** What somebody does who means harm or has bad luck, and what came of it once. */

const open = parleysOf(settableClock())
let parley: RunningParley
let ada: Person & { workspaceId: string }
let bo: Person & { agentId: string }
let sourceId: string

beforeAll(async () => {
  parley = await open({ signup: "open" })
  ada = await createOwner(parley.url)
  bo = await createColleague(parley.url, ada, { name: "Bo", email: "bo@acme.example" })
  const { rows } = await sql<{ id: string }>`select id from sources`.execute(parley.database.db)
  sourceId = rows[0]?.id ?? ""
})

/** A conversation of a team that Bo is not in. */
async function hiddenFromBo(): Promise<{ visitor: Visitor; conversationId: string; path: string }> {
  const visitor = createVisitor(parley.url, sourceId)
  const { id } = (await visitor.say("Hello")).body
  const { conversationId } = await placeOfMessage(parley.database, id)
  const path = `/conversations/${conversationId}`
  const team = await ada.send("POST", "/teams", { name: `Team ${newId()}`, memberIds: [] })
  const to = { kind: "team", teamId: team.body.id }
  const { body } = await ada.get(path)
  const [row] = Array.isArray(body.rows) ? body.rows : []
  const moved = await ada.send("POST", `${path}/assign`, {
    to,
    expects: { assigneeId: Object(row).assigneeId },
  })
  expect(moved.status).toBe(200)
  return { visitor, conversationId, path }
}

/** Nobody gets the conversation's row before `work` has begun and this much waits for it. */
async function whileHeld<T>(conversationId: string, starts: (() => Promise<T>)[]): Promise<T[]> {
  const started: Promise<T>[] = []
  await parley.database.db.transaction().execute(async (tx) => {
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx)
    await sql`select id from conversations where id = ${conversationId} for update`.execute(tx)
    for (const start of starts) {
      started.push(start())
      await expect.poll(() => countWaiting()).toBe(started.length)
    }
  })
  return Promise.all(started)
}

async function countWaiting(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`.execute(parley.database.db)
  return rows[0]?.count ?? 0
}

test("who is mentioned while the customer writes is told of both", async () => {
  const { visitor, conversationId, path } = await hiddenFromBo()
  const text = `${mentionOf("agent", bo.agentId)}, look`
  const [note, said] = await whileHeld(conversationId, [
    () => ada.send("POST", `${path}/notes`, { text }),
    () => visitor.say("Are you there?"),
  ])
  expect([note?.status, said?.status]).toEqual([200, 200])
  const { rows } = await sql<{ audience: string[] }>`
    select audience from changes where entity_id in (${conversationId}, ${said?.body.id}::uuid)
     order by number desc limit 2`.execute(parley.database.db)
  for (const { audience } of rows) expect(audience).toContain(`agent:${bo.agentId}`)
})

test.for(["2026-99-99T99:99:99.000000Z", "2026-02-30T00:00:00.000000Z", "0000-01-01T00:00:00.000000Z"])(
  "%s is no time, whoever names it",
  async (at) => {
    const visitor = createVisitor(parley.url, sourceId)
    const { id } = (await visitor.say("Hello")).body
    const { conversationId } = await placeOfMessage(parley.database, id)
    const path = `/conversations/${conversationId}`
    const asked = [
      await ada.get(`${path}/entries?before=${at}`),
      await ada.get(`${path}/entries?after=${at}`),
      await ada.get(`/conversations?inbox=me&beforeAt=${at}`),
      await ada.send("POST", `${path}/read`, { upTo: at }),
      await visitor.ask("history", { key: visitor.key, before: at }),
      await visitor.ask("seen", { key: visitor.key, upTo: at }),
    ]
    expect(asked.map(({ status, body }) => [status, body.refusal])).toEqual(
      asked.map(() => [400, "invalid-input"]),
    )
  },
)

test.for(["\u0000 and more of it", "\ud83d and more of it"])(
  "what the database cannot keep (%j) is mended in a person's words and refused elsewhere",
  async (text) => {
    const { body } = await ada.get("/conversations?inbox=all")
    const [row] = Array.isArray(body.rows) ? body.rows : []
    const { id: conversationId, teamId } = Object(row)
    const sms = { channel: "sms", number: "+15005550006", accountId: `AC${"0".repeat(32)}` }
    const kept = [
      await ada.send("POST", `/conversations/${conversationId}/notes`, { text }),
      await ada.send("PATCH", "/me", { name: text }),
      await ada.send("PATCH", `/sources/${sourceId}`, {
        settings: { channel: "web-chat", greeting: text, proactive: { text, afterSeconds: 1 } },
      }),
    ]
    expect(kept.map(({ status }) => status)).toEqual([200, 200, 200])
    const refused = [
      await ada.send("POST", "/sources", { name: "SMS", teamId, settings: { ...sms, authToken: text } }),
      await ada.send("POST", "/sources", {
        name: "SMS",
        teamId,
        settings: { ...sms, authToken: "a token of it", apiBase: `https://sms.example/${text}` },
      }),
      await ada.send("POST", "/reset-password", { token: text, password: "correct horse" }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400])
  },
)

test("the id of one command does not stand for another one, and the first is repeated as ever", async () => {
  const { conversationId, path } = await hiddenFromBo()
  const other = (await hiddenFromBo()).path
  const [id, text] = [newId(), "One note"]
  const first = await ada.send("POST", `${path}/notes`, { id, text })
  expect(first.status).toBe(200)
  const reused = [
    await ada.send("POST", `${other}/notes`, { id, text }),
    await ada.send("POST", `${path}/close`, { id, lastCustomerEntryId: null }),
    await ada.send("PUT", `${path}/star`, { id, isStarred: true }),
    await ada.send("POST", "/teams", { id, name: "Team", memberIds: [] }),
    await ada.send("POST", "/invitations", { id, role: "agent" }),
    await ada.send("PATCH", "/me", { id, name: "Ada" }),
    await ada.send("POST", "/sources", { id, name: "S", teamId: newId(), settings: { channel: "web-chat" } }),
  ]
  expect(reused.map(({ status, body }) => [status, body.refusal])).toEqual(
    reused.map(() => [400, "invalid-input"]),
  )
  const again = await ada.send("POST", `${path}/notes`, { id, text })
  expect([again.status, again.body]).toEqual([200, first.body])
  const { rows } = await sql`select 1 from entries where text = ${text}`.execute(parley.database.db)
  expect([rows.length, conversationId]).toEqual([1, expect.any(String)])
})

test("an id that names something of another workspace is refused and says nothing", async () => {
  const eve = await createOwner(parley.url, "eve@evil.example")
  const { rows } = await sql<{ id: string }>`
    select id from teams where workspace_id = ${eve.workspaceId}`.execute(parley.database.db)
  const website = { name: "Website", teamId: rows[0]?.id, settings: { channel: "web-chat" } }
  const tried = [
    await eve.send("POST", "/sources", { id: sourceId, ...website }),
    await eve.send("POST", "/workspaces", { id: ada.workspaceId, company: "Acme" }),
    await eve.send("PUT", `/me/inboxes/team:${newId()}`, { preference: {} }),
  ]
  expect(tried.map(({ status, body }) => [status, body.refusal])).toEqual([
    [400, "invalid-input"],
    [400, "invalid-input"],
    [404, "not-found"],
  ])
})

test("guesses that come all at once are counted, and nobody else has to wait for them", async () => {
  const guess = (email: string) =>
    createPerson(parley.url).send("POST", "/sign-in", { email, password: "a guess of many" })
  const guesses = Array.from({ length: 40 }, () => guess("ada@acme.example"))
  const others = Array.from({ length: 60 }, (_, index) => guess(`${index}@acme.example`))
  expect((await createVisitor(parley.url, sourceId).say("Hello")).status).toBe(200)
  const statuses = (await Promise.all(guesses)).map(({ status }) => status)
  const tried = statuses.filter((status) => status === 401).length
  expect(tried).toBeGreaterThan(0)
  // Two at a time may be on their way when the tenth has failed.
  expect(tried).toBeLessThanOrEqual(11)
  expect(statuses.filter((status) => status === 429)).toHaveLength(40 - tried)
  for (const { status } of await Promise.all(others)) expect([401, 429]).toContain(status)
})

test("one visitor cannot open streams without end, and gets his place back when he closes one", async () => {
  const visitor = createVisitor(parley.url, sourceId)
  await visitor.say("Hello")
  const streams = await Promise.all(Array.from({ length: 50 }, () => visitor.connect()))
  for (const stream of streams) await stream.next("welcome")
  const more = await visitor.connect()
  expect(await more.next("bye")).toEqual({ kind: "bye", why: "slow" })
  for (const stream of streams) stream.close()
  await expect
    .poll(
      async () => {
        const stream = await visitor.connect()
        const first = await Promise.race([stream.next("welcome"), stream.next("bye")])
        stream.close()
        return first.kind
      },
      { interval: 1_000, timeout: 15_000 },
    )
    .toBe("welcome")
})

test.for([{ isDisabled: true }, { role: "agent" }])(
  "an admin who is one no longer (%o) lets nobody in by a link he has kept",
  async (change) => {
    const email = `${newId()}@acme.example`
    const admin = await createColleague(parley.url, ada, { name: "Cy", email, role: "admin" })
    const { body } = await admin.send("POST", "/invitations", { role: "admin" })
    const token = String(body.link).split("/").at(-1)
    expect((await ada.get(`/invitations/${token}`)).status).toBe(200)
    expect((await ada.send("PATCH", `/agents/${admin.agentId}`, change)).status).toBe(200)
    const again = { name: "Cy", email: `${newId()}@acme.example`, password: "correct horse" }
    const back = await createPerson(parley.url).send("POST", `/invitations/${token}/accept`, again)
    expect(back).toMatchObject({ status: 410, body: { refusal: "invitation-over" } })
  },
)
