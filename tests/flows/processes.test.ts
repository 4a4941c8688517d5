import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { SMTPServer } from "smtp-server"
import { sql } from "kysely"
import type { Config, Role } from "../../server/config/config.ts"
import { newId } from "../../server/db/db.ts"
import { start, type Parley } from "../../server/main.ts"
import { createTestDatabase, settableClock, type TestDatabase } from "../harness/harness.ts"
import { lacksNats, startNats, type Nats } from "../harness/nats.ts"
import { connectStream, type StreamClient } from "../harness/stream-client.ts"
import { createColleague, createOwner, createPerson, PASSWORD, type Person } from "./person.ts"
import { answerTo, createVisitor } from "./visitor-client.ts"

const clock = settableClock()
const opened: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of opened.toReversed()) await close()
})

/** A process of its own as far as the database and the bus can tell. */
async function startOne(database: TestDatabase, roles: Role[], more: Partial<Config> = {}): Promise<Parley> {
  const parley = await start({ ...database.config, roles: new Set(roles), ...more }, { clock })
  opened.push(() => parley.stop())
  return parley
}

type Owner = Awaited<ReturnType<typeof createOwner>>

/** The same person, his requests led to that process. */
function at(parley: Parley, { cookie, workspaceId }: Owner): Person {
  const elsewhere = createPerson(parley.url)
  const mine = { cookie: cookie(), "parley-workspace": workspaceId }
  const ask: Person["ask"] = (method, path, body, headers) =>
    elsewhere.ask(method, path, body, { ...mine, ...headers })
  return {
    ...elsewhere,
    ask,
    send: (method, path, body = {}) => ask(method, `/api/v1${path}`, { id: newId(), ...body }),
    get: (path) => ask("GET", `/api/v1${path}`),
    cookie,
  }
}

async function openDesk({ url }: Parley, { cookie, workspaceId }: Owner): Promise<StreamClient> {
  const client = await connectStream({ url, cookie: cookie(), workspaceId })
  await client.until(() => client.snapshots === 1, "a snapshot")
  return client
}

/** The looks each second that make up for lost wake-ups do not come: what arrives has arrived by a wake-up. */
function withoutLooks(): void {
  const real = globalThis.setInterval
  vi.stubGlobal("setInterval", (work: () => void, pause: number) =>
    real(work, pause === 1_000 ? 3_600_000 : pause),
  )
}

/** A mail server; the addresses it got something for. */
async function openMailbox(): Promise<{ smtpUrl: string; mailedTo: string[] }> {
  const mailedTo: string[] = []
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, { envelope }, done) {
      mailedTo.push(...envelope.rcptTo.map(({ address }) => address))
      stream.resume()
      stream.on("end", done)
    },
  })
  await new Promise<void>((resolve) => void smtp.listen(0, "127.0.0.1", resolve))
  opened.push(() => new Promise((resolve) => smtp.close(resolve)))
  const address = smtp.server.address()
  return { smtpUrl: `smtp://127.0.0.1:${typeof address === "object" ? address?.port : ""}`, mailedTo }
}

/** Two that answer people and one that runs the jobs, on a database of their own. */
async function startThree(o: { natsUrls?: string[]; withLooks?: boolean } = {}) {
  const database = await createTestDatabase()
  opened.push(() => database.close())
  const { smtpUrl, mailedTo } = await openMailbox()
  const mailFrom = "Parley <parley@acme.example>"
  const more = { smtpUrl, mailFrom, publicUrl: "http://parley.example", natsUrls: o.natsUrls }
  if (!o.withLooks) withoutLooks()
  const a = await startOne(database, ["http", "stream"], more)
  const b = await startOne(database, ["http", "stream"], more)
  const c = await startOne(database, ["jobs"], more)
  vi.unstubAllGlobals()
  const ada = await createOwner(a.url)
  const { rows } = await sql<{ id: string }>`select id from sources`.execute(database.db)
  return { database, a, b, c, ada, sourceId: rows[0]?.id ?? "", mailedTo }
}

describe.each([
  ["PostgreSQL", undefined],
  ["NATS", lacksNats()],
])("three processes with wake-ups by %s", (engine, lack) => {
  let nats: Nats | undefined
  let three: Awaited<ReturnType<typeof startThree>>

  beforeAll(async () => {
    if (lack !== undefined) return
    if (engine === "NATS") {
      nats = await startNats()
      opened.push(nats.stop)
    }
    three = await startThree(nats ? { natsUrls: [nats.url] } : {})
  })

  test.skipIf(lack)(`show on one what happens on another, without having to look${why(lack)}`, async () => {
    const { a, b, ada, sourceId, database } = three
    const desk = await openDesk(b, ada)
    const visitor = createVisitor(a.url, sourceId)
    const { body } = await visitor.say("Hello from the other side")
    await desk.until(() => desk.texts.some((text) => text.includes("from the other side")), "the message")
    const stream = await visitor.connect()
    await stream.next("welcome")
    await answerTo(database, at(b, ada), { messageId: body.id, text: "I hear you." })
    await stream.next("messages", ({ messages }) => messages.some(({ text }) => text === "I hear you."))
    stream.close()
    desk.close()
  })

  test.skipIf(lack)(
    `run a job on the one that runs jobs as soon as another wants it${why(lack)}`,
    async () => {
      const { a, ada, mailedTo } = three
      const email = "bo@acme.example"
      expect((await at(a, ada).send("POST", "/invitations", { email })).body).toMatchObject({
        isMailed: true,
      })
      await expect.poll(() => mailedTo).toEqual([email])
    },
  )

  test.skipIf(lack)(`let in nobody who signed out on another${why(lack)}`, async () => {
    const { a, b, ada } = three
    const phone = await signIn(a, ada)
    const desk = await openDesk(b, phone)
    expect((await at(b, phone).get("/invitations")).status).toBe(200)
    await at(a, phone).send("POST", "/sign-out")
    // Far below the five seconds for which a session is believed, and the eight after which a socket looks.
    await desk.until(() => desk.bye === "signed-out", "the end of the session", 2_000)
    expect((await at(b, phone).get("/invitations")).status).toBe(401)
  })

  test.skipIf(lack)(`let in nobody who was disabled on another${why(lack)}`, async () => {
    const { a, b, ada } = three
    const bo = await createColleague(a.url, ada, { name: "Bo", email: `bo-${engine}@acme.example` })
    const his = { ...bo, workspaceId: ada.workspaceId }
    const desk = await openDesk(b, his)
    const change = { isDisabled: true }
    expect((await at(a, ada).send("PATCH", `/agents/${bo.agentId}`, change)).status).toBe(200)
    await desk.until(() => desk.bye === "signed-out", "the end of the session", 2_000)
    expect((await at(b, his).get("/session")).body).toMatchObject({ workspaces: [] })
  })
})

test.skipIf(lacksNats())(`nothing is lost while NATS is gone, and after it${why(lacksNats())}`, async () => {
  const nats = await startNats()
  opened.push(nats.stop)
  const { a, b, ada, sourceId } = await startThree({ natsUrls: [nats.url], withLooks: true })
  const desk = await openDesk(b, ada)
  const visitor = createVisitor(a.url, sourceId)
  const texts = ["before", "meanwhile", "afterwards"].map((when) => `said ${when}`)
  for (const text of texts) {
    if (text === "said meanwhile") await nats.kill()
    if (text === "said afterwards") await nats.start()
    await visitor.say(text)
    await desk.until(() => desk.texts.some((heard) => heard.includes(text)), text)
  }
  desk.close()
})

test("a database that became another one while desks were open makes each of them start anew", async () => {
  const { a, ada, sourceId, database } = await startThree({ withLooks: true })
  const visitor = createVisitor(a.url, sourceId)
  await visitor.say("Hello")
  const desk = await openDesk(a, ada)
  const { epoch, cursor } = desk
  await sql`update installation set restore_id = gen_random_uuid()`.execute(database.db)
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()`.execute(database.db)
  await desk.until(() => desk.isClosed, "a goodbye")
  // Nothing of the other history was shown before it.
  expect({ bye: desk.bye, cursor: desk.cursor }).toEqual({ bye: "stopping", cursor })
  const again = await connectStream({ url: a.url, cookie: ada.cookie(), workspaceId: ada.workspaceId }, desk)
  await again.until(() => again.snapshots === 2, "another snapshot")
  expect(again.welcome?.resumed).toBe(false)
  expect(again.epoch).not.toBe(epoch)
  again.close()
})

test("guesses at a password are counted by all processes together", async () => {
  const { a, b, ada } = await startThree()
  const guess = (parley: Parley, password: string) =>
    createPerson(parley.url).send("POST", "/sign-in", { email: "ada@acme.example", password })
  for (let round = 0; round < 5; round += 1)
    for (const parley of [a, b]) expect((await guess(parley, "a wrong guess")).status).toBe(401)
  for (const parley of [a, b])
    expect(await guess(parley, PASSWORD)).toMatchObject({ status: 429, body: { refusal: "too-often" } })
  expect((await at(b, ada).get("/invitations")).status).toBe(200)
})

test("a request that came to a process without the role for it is answered 503, and does nothing", async () => {
  const { a, c, ada, sourceId, database } = await startThree()
  const streamOnly = await startOne(database, ["stream"])
  const httpOnly = await startOne(database, ["http"])
  const ask = async (parley: Parley, path: string) => (await fetch(parley.url + path)).status
  for (const path of ["/", "/api/v1/session", "/api/v1/nothing", `/w/${sourceId}.js`])
    expect([path, await ask(c, path), await ask(streamOnly, path)]).toEqual([path, 503, 503])
  for (const parley of [a, c, streamOnly, httpOnly])
    expect([await ask(parley, "/healthz"), await ask(parley, "/livez")]).toEqual([200, 200])
  for (const parley of [c, httpOnly]) {
    await expect(openDesk(parley, ada)).rejects.toThrow("answered 503")
    const visitor = createVisitor(parley.url, sourceId)
    await expect(visitor.connect()).rejects.toThrow("503")
  }
  expect((await createVisitor(streamOnly.url, sourceId).say("Is anybody there?")).status).toBe(503)
  expect((await sql`select 1 from entries`.execute(database.db)).rows).toEqual([])
  const desk = await openDesk(streamOnly, ada)
  await createVisitor(httpOnly.url, sourceId).say("Each of them does its part")
  await desk.until(() => desk.texts.some((text) => text.includes("does its part")), "the message")
  desk.close()
})

/** Signed in once more, on that process. */
async function signIn({ url }: Parley, { workspaceId }: Owner): Promise<Owner> {
  const person = createPerson(url)
  await person.send("POST", "/sign-in", { email: "ada@acme.example", password: PASSWORD })
  person.enter(workspaceId)
  return { ...person, workspaceId }
}

function why(lack: string | undefined): string {
  return lack === undefined ? "" : ` (${lack})`
}
