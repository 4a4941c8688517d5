import { once } from "node:events"
import { sql } from "kysely"
import { expect, test, vi } from "vitest"
import { WebSocket } from "ws"
import { PROTOCOL } from "../../protocol/stream.ts"
import { start } from "../../server/main.ts"
import { createTestDatabase, settableClock } from "../harness/harness.ts"
import { parleysOf } from "./parleys.ts"
import { createOwner, createPerson } from "./person.ts"

const clock = settableClock()
const startParley = parleysOf(clock)

test("healthz answers, and unknown things are not found", async () => {
  const { url } = await startParley()
  const anyone = createPerson(url)
  expect(await anyone.ask("GET", "/healthz")).toMatchObject({ status: 200, body: { ok: true } })
  expect((await anyone.get("/nothing")).status).toBe(404)
  // What an operator or a monitor asks for first, without saying that it is for people.
  expect((await fetch(url, { headers: { accept: "*/*" } })).status).toBe(200)
  expect((await fetch(`${url}/none`, { headers: { accept: "*/*" } })).status).toBe(404)
  expect(Object.keys(Object((await anyone.ask("GET", "/api/openapi.json")).body.paths))).toContain(
    "/api/v1/sign-in",
  )
})

test("stopping finishes what is in flight and says goodbye to sockets", async () => {
  const database = await createTestDatabase()
  const parley = await start(database.config, { clock })
  const ada = await createOwner(parley.url)
  const address = `${parley.url.replace("http", "ws")}/api/v1/stream?workspace=${ada.workspaceId}`
  const socket = new WebSocket(address, { headers: { cookie: ada.cookie(), origin: parley.url } })
  const heard: unknown[] = []
  socket.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString())))
  await once(socket, "open")
  socket.send(JSON.stringify({ kind: "hello", protocol: PROTOCOL }))
  const whole = expect.objectContaining({ kind: "snapshot", isLast: true })
  await vi.waitFor(() => expect(heard).toContainEqual(whole), { timeout: 10_000 })

  // The command waits for this table until the server has begun to stop; the snapshot, which reads it, is through.
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>()
  const holding = database.db.transaction().execute(async (tx) => {
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx)
    await sql`lock table inbox_preferences in exclusive mode`.execute(tx)
    lock()
    await released
  })
  await locked
  const asked = ada.send("PUT", "/me/inboxes/me", { preference: { order: "oldest" } })
  const waiting = sql`select 1 from pg_locks where relation = 'inbox_preferences'::regclass and not granted`
  await vi.waitFor(async () => expect((await waiting.execute(database.db)).rows).toHaveLength(1), {
    timeout: 10_000,
  })
  const stopped = parley.stop()
  await once(socket, "close")
  expect(heard.at(-1)).toEqual({ kind: "bye", why: "stopping" })
  release()
  await holding
  expect((await asked).status).toBe(200)
  await stopped
  await expect(fetch(`${parley.url}/healthz`)).rejects.toThrow("fetch failed")
  await database.close()
})
