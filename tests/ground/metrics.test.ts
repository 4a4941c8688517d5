import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { sql } from "kysely"
import { afterAll, expect, test, vi } from "vitest"
import { WebSocket } from "ws"
import { PROTOCOL } from "../../protocol/stream.ts"
import { newId } from "../../server/db/db.ts"
import { systemClock } from "../../server/db/time.ts"
import { parleysOf, type RunningParley } from "../flows/parleys.ts"
import { createOwner, createPerson } from "../flows/person.ts"
import { answerTo, createVisitor } from "../flows/visitor-client.ts"
import { createTestDatabase } from "../harness/harness.ts"
import { enqueue } from "../../server/jobs/jobs.ts"
import { start } from "../../server/main.ts"

const startParley = parleysOf(systemClock)
const metricsToken = "a token for whoever scrapes"
const bearer = { authorization: `Bearer ${metricsToken}` }

/** Series → value, as Prometheus reads them. */
async function scrape({ url }: { url: string }): Promise<Map<string, number>> {
  const response = await fetch(`${url}/metrics`, { headers: bearer })
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/)
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ")
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

async function websiteOf({ database }: RunningParley): Promise<string> {
  const { rows } = await sql<{ id: string }>`select id from sources`.execute(database.db)
  return rows[0]?.id ?? ""
}

test("figures are nobody's business unless there is a token, and then of whoever has it", async () => {
  const without = await startParley()
  const asked: Record<string, string>[] = [{}, bearer, { accept: "text/html" }]
  for (const headers of asked) expect((await fetch(`${without.url}/metrics`, { headers })).status).toBe(404)
  const parley = await startParley({ metricsToken })
  expect((await fetch(`${parley.url}/metrics`)).status).toBe(401)
  for (const authorization of [metricsToken, "Bearer ", `Bearer ${metricsToken}x`, `bearer ${metricsToken}`])
    expect((await fetch(`${parley.url}/metrics`, { headers: { authorization } })).status).toBe(401)
  expect((await fetch(`${parley.url}/metrics`, { headers: bearer })).status).toBe(200)
})

test("every process tells its figures, whatever it does", async () => {
  const parley = await startParley({ metricsToken, roles: new Set(["jobs"] as const) })
  const figures = await scrape(parley)
  expect(figures.get("process_resident_memory_bytes")).toBeGreaterThan(1_000_000)
  expect([...figures.keys()]).toContain("nodejs_eventloop_lag_seconds")
})

test("what happens is counted, once it is committed and only once", async () => {
  const parley = await startParley({ metricsToken })
  const ada = await createOwner(parley.url)
  const eve = createVisitor(parley.url, await websiteOf(parley))
  const stream = await eve.connect()
  await stream.next("welcome")
  const address = `${parley.url.replace("http", "ws")}/api/v1/stream?workspace=${ada.workspaceId}`
  const desk = new WebSocket(address, { headers: { cookie: ada.cookie(), origin: parley.url } })
  await once(desk, "open")
  const heard: Record<string, unknown>[] = []
  desk.on("message", (data: Buffer) => heard.push(Object(JSON.parse(data.toString()))))
  desk.send(JSON.stringify({ kind: "hello", protocol: PROTOCOL }))
  await vi.waitFor(() => expect(heard.some(({ isLast }) => isLast === true)).toBe(true), 5_000)

  const messageId = newId()
  await Promise.all(Array.from({ length: 5 }, () => eve.say("Is it open?", messageId)))
  stream.tell({ kind: "hello", key: eve.key })
  await stream.next("welcome", ({ isKnown }) => isKnown)
  await answerTo(parley.database, ada, { messageId, text: "It is." })
  await stream.next("messages", ({ messages }) => messages.some(({ text }) => text === "It is."))

  const secret = newId()
  await createPerson(parley.url).get(`/files/${secret}`)
  await createPerson(parley.url).ask("GET", `/${secret}`)

  await vi.waitFor(async () => {
    const figures = await scrape(parley)
    expect(Object.fromEntries(figures)).toMatchObject({
      'parley_messages_total{channel="web-chat",direction="in"}': 1,
      'parley_messages_total{channel="web-chat",direction="out"}': 1,
      'parley_sockets_open{kind="agent"}': 1,
      'parley_sockets_open{kind="visitor"}': 1,
      'parley_streams_joined_total{kind="agent",how="first"}': 1,
      'parley_streams_joined_total{kind="visitor",how="first"}': 1,
      'parley_http_request_seconds_count{method="POST",route="/visitor/v1/:sourceId/messages",status="2xx"}': 5,
      'parley_http_request_seconds_count{method="GET",route="/api/v1/files/:fileId",status="4xx"}': 1,
      parley_database_reachable: 1,
    })
    expect(figures.get('parley_database_connections{state="idle"}')).toBeGreaterThan(0)
    for (const kind of ["agent", "visitor"]) {
      expect(figures.get(`parley_change_told_seconds_count{kind="${kind}"}`)).toBeGreaterThan(0)
      expect(figures.get(`parley_change_told_seconds_bucket{le="2.5",kind="${kind}"}`)).toBeGreaterThan(0)
    }
    // No label holds what comes from outside.
    expect([...figures.keys()].filter((series) => /[0-9a-f]{8}-|acme/.test(series))).toEqual([])
  }, 5_000)

  desk.close()
  stream.close()
  await vi.waitFor(async () => {
    const figures = await scrape(parley)
    expect(figures.get('parley_sockets_open{kind="agent"}')).toBe(0)
    expect(figures.get('parley_sockets_open{kind="visitor"}')).toBe(0)
  }, 5_000)
})

test("jobs are told as they stand in the database", async () => {
  const parley = await startParley({ metricsToken })
  const job = (o: { name: string; due: string; leased?: string; failed?: boolean }) =>
    sql`
    insert into jobs (workspace_id, id, name, payload, run_at, lease_id, leased_until, failed_at)
    values (${newId()}, ${newId()}, ${o.name}, '{}', now() + ${o.due}::interval,
            case when ${o.leased ?? null}::text is not null then ${newId()}::uuid end,
            now() + ${o.leased ?? null}::interval, case when ${o.failed ?? false} then now() end)`.execute(
      parley.database.db,
    )
  await job({ name: "deliver", due: "-90 seconds" })
  await job({ name: "deliver", due: "-200 seconds", leased: "10 seconds" })
  await job({ name: "deliver", due: "-100 seconds", leased: "-1 second" })
  await job({ name: "send-mail", due: "-1 hour", failed: true })
  await job({ name: "trim", due: "1 hour" })
  // As soon as possible, which has no time of its own; the second waits in its lane for the first, which is put off.
  await enqueue(parley.database.db, {
    name: "auto-away",
    workspaceId: newId(),
    payload: { agentId: newId() },
  })
  const inLane = { name: "release-agent", workspaceId: newId(), lane: "one" } as const
  const payload = { agentId: newId(), why: "away", teamId: null } as const
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
  await enqueue(parley.database.db, { ...inLane, payload, runAt: inAnHour })
  await enqueue(parley.database.db, { ...inLane, payload })
  await sql`update jobs set enqueued_at = now() - interval '40 s' where run_at = '-infinity'`.execute(
    parley.database.db,
  )
  const figures = await scrape(parley)
  const count = (name: string, state: string) => figures.get(`parley_jobs{name="${name}",state="${state}"}`)
  expect(["waiting", "running", "failed"].map((state) => count("deliver", state))).toEqual([2, 1, 0])
  expect(["waiting", "running", "failed"].map((state) => count("send-mail", state))).toEqual([0, 0, 1])
  expect(count("trim", "waiting")).toBe(1)
  const due = (name: string) => figures.get(`parley_jobs_longest_due_seconds{name="${name}"}`)
  expect(due("deliver")).toBeGreaterThanOrEqual(100)
  expect(due("deliver")).toBeLessThan(150)
  expect([due("send-mail"), due("trim"), due("release-agent")]).toEqual([0, 0, 0])
  expect(due("auto-away")).toBeGreaterThanOrEqual(40)
  expect(due("auto-away")).toBeLessThan(90)
})

const hanging = { timeout: 15_000 }
const releases: (() => void)[] = []
afterAll(() => releases.forEach((release) => release()))

test("a database that hangs makes a process unready, not dead, and gathers no askers", hanging, async () => {
  const parley = await startParley({ metricsToken, databaseConnections: 2 })
  const status = async (path: string) => (await fetch(parley.url + path, { headers: bearer })).status
  expect(await status("/healthz")).toBe(200)
  // Every connection is held: the next query waits for one.
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  releases.push(release)
  let holding = 0
  const transactions = [1, 2].map(() =>
    parley.sync.db.transaction().execute(async (tx) => {
      await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx)
      holding += 1
      await held
    }),
  )
  await vi.waitFor(() => expect(holding).toBe(2))
  const begun = Date.now()
  const asked = await Promise.all(Array.from({ length: 30 }, () => status("/healthz")))
  expect(new Set(asked)).toEqual(new Set([503]))
  expect(Date.now() - begun).toBeLessThan(4_000)
  expect(parley.sync.database.connections().waiting).toBeLessThanOrEqual(1)
  expect(await status("/livez")).toBe(200)
  const figures = await scrape(parley)
  expect(figures.get("parley_database_reachable")).toBe(0)
  expect([...figures.keys()].filter((series) => series.startsWith("parley_jobs"))).toEqual([])
  release()
  await Promise.all(transactions)
  await vi.waitFor(async () => expect(await status("/healthz")).toBe(200), 5_000)
})

test("a process that stops says so at once, while it finishes what is in flight", async () => {
  const database = await createTestDatabase()
  const parley = await start(database.config)
  const ada = await createOwner(parley.url)
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  releases.push(release)
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>()
  const holding = database.db.transaction().execute(async (tx) => {
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx)
    await sql`lock table inbox_preferences in exclusive mode`.execute(tx)
    lock()
    await held
  })
  await locked
  const asked = ada.send("PUT", "/me/inboxes/me", { preference: { order: "oldest" } })
  const waiting = sql`select 1 from pg_locks where relation = 'inbox_preferences'::regclass and not granted`
  await vi.waitFor(async () => expect((await waiting.execute(database.db)).rows).toHaveLength(1), 5_000)
  const stopped = parley.stop()
  const health = () =>
    fetch(`${parley.url}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
      ({ status }) => status,
      () => "refused",
    )
  expect([503, "refused"]).toContain(await health())
  expect([503, "refused"]).toContain(await health())
  release()
  await holding
  expect((await asked).status).toBe(200)
  await stopped
  await database.close()
})

test("a process that stops waits long neither for who says nothing nor for who never says goodbye", async () => {
  const database = await createTestDatabase()
  const parley = await start(database.config)
  await createOwner(parley.url)
  const { rows } = await sql<{ id: string }>`select id from sources`.execute(database.db)
  const { host, port } = new URL(parley.url)
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(port), "127.0.0.1").on("error", () => undefined)
    await once(socket, "connect")
    return socket
  }
  const silent = await open()
  const deaf = await open()
  const socket = new WebSocket(`ws://${host}/visitor/v1/${rows[0]?.id}/stream`, {
    origin: "https://shop.example",
    createConnection: () => deaf,
  })
  await once(socket, "open")
  socket.send(JSON.stringify({ kind: "hello", key: "k".repeat(43) }))
  await once(socket, "message")
  // Whatever it would like to answer.
  deaf.write = () => true
  deaf.end = () => deaf
  // Service managers and balancers are waiting; ws by itself would wait for half a minute.
  const begun = Date.now()
  await parley.stop()
  expect(Date.now() - begun).toBeLessThan(9_000)
  for (const each of [silent, deaf]) each.destroy()
  await database.close()
}, 60_000)

test("a visitor whose connection was under way when the process was told to stop is sent away, too", async () => {
  const database = await createTestDatabase()
  const parley = await start(database.config)
  await createOwner(parley.url)
  const { rows } = await sql<{ id: string }>`select id from sources`.execute(database.db)
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  releases.push(release)
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>()
  const holding = database.db.transaction().execute(async (tx) => {
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx)
    await sql`lock table sources in access exclusive mode`.execute(tx)
    lock()
    await held
  })
  await locked
  const address = `${parley.url.replace("http", "ws")}/visitor/v1/${rows[0]?.id}/stream`
  const socket = new WebSocket(address, { origin: "https://shop.example" })
  socket.on("open", () => socket.send(JSON.stringify({ kind: "hello", key: "k".repeat(43) })))
  const waiting = sql`select 1 from pg_locks where relation = 'sources'::regclass and not granted`
  await vi.waitFor(async () => expect((await waiting.execute(database.db)).rows).not.toEqual([]), 5_000)
  const gone = once(socket, "close")
  const stopped = parley.stop()
  // All who are connected have been told by now.
  await new Promise((resolve) => setTimeout(resolve, 500))
  release()
  await holding
  await gone
  await stopped
  await database.close()
})
