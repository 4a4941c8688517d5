import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { channelJobs, createAdapters } from "../../server/channels/channels.ts"
import { newId, stamp } from "../../server/db/db.ts"
import { createFileStore } from "../../server/files/files.ts"
import { createSync, type Sync } from "../../server/sync/sync.ts"
import {
  createTestDatabase,
  noMetrics,
  quietLog,
  settableClock,
  type TestDatabase,
} from "../harness/harness.ts"
import { startFakeTwilio, type FakeTwilio } from "./fake-twilio.ts"

const number = "+15005550006"
const workspaceId = newId()
const sourceId = newId()
const clock = settableClock("2026-03-01T12:00:00Z")
const taken: string[] = []
let refusesText: string | undefined
let database: TestDatabase
let fake: FakeTwilio
let sync: Sync
let dataFolder: string
let look: () => Promise<void>

beforeAll(async () => {
  database = await createTestDatabase()
  fake = await startFakeTwilio({ pageSize: 2 })
  const { authToken, ...settings } = fake.settings(number)
  await sql`
    insert into sources (workspace_id, id, channel, name, team_id, settings, secrets, created_at)
    values (${workspaceId}, ${sourceId}, 'sms', 'Number', ${newId()}, ${JSON.stringify({ ...settings, problem: null })},
            ${JSON.stringify({ authToken })}, ${stamp(clock.now())})`.execute(database.db)
  sync = createSync({
    database,
    clock,
    log: quietLog,
    metrics: noMetrics,
    loaders: () => [],
    findReader: async () => undefined,
    keysOfConversations: async () => new Map(),
    countsFor: async () => ({ badge: 0, inboxes: {} }),
    renewPresence: async () => undefined,
    connectionClosed: async () => undefined,
    wakeJobs: () => undefined,
  })
  dataFolder = await mkdtemp(join(tmpdir(), "parley-missed-"))
  const jobs = channelJobs({
    sync,
    adapters: createAdapters({ publicUrl: undefined }),
    store: createFileStore({ dataFolder }),
    receive: async (inbound) => {
      // As `receive` does: takes all that can be taken, then fails.
      for (const { message } of inbound) if (message.text !== refusesText) taken.push(message.text)
      if (inbound.some(({ message }) => message.text === refusesText)) throw new Error("One cannot be taken.")
    },
    recordDelivery: async () => undefined,
    entryChanged: async () => undefined,
  })
  const running = { id: newId(), workspaceId, attempt: 1, lastAttempt: false }
  const handling = jobs["fetch-missed"]
  if (typeof handling !== "object") throw new Error("Nobody looks for what was missed.")
  look = () => handling.run({ sourceId }, running)
})
afterAll(async () => {
  await sync.stop()
  await database.close()
  await fake.stop()
  await rm(dataFolder, { recursive: true })
})

async function fetchedUntil(): Promise<string | null> {
  const { rows } = await sql<{
    at: string | null
  }>`select fetched_until as at from sources where id = ${sourceId}`.execute(database.db)
  return rows[0]?.at ?? null
}

const writes = (body: string) =>
  fake.customerWrites({ from: "+33612345678", to: number, body, at: clock.now() })

test("a message that cannot be taken holds up no other, and is asked for again until it can", async () => {
  for (const body of ["one", "two", "three"]) {
    clock.advance(60)
    writes(body)
  }
  clock.advance(3 * 24 * 60 * 60)
  writes("four")
  clock.advance(60)
  refusesText = "two"
  await expect(look()).rejects.toThrow(/could not be taken/)
  expect(taken).toEqual(["one", "three", "four"])
  expect(await fetchedUntil()).toBeNull()

  refusesText = undefined
  clock.advance(60)
  await look()
  expect(taken).toContain("two")
  expect(await fetchedUntil()).toBe(stamp(clock.now()))
})

test("a list that breaks off in the middle moves no mark", async () => {
  const before = await fetchedUntil()
  clock.advance(30 * 60)
  for (const body of ["five", "six", "seven"]) writes(body)
  clock.advance(60)
  // The first page comes, the second does not.
  fake.nextMoods("well", "cut")
  await look()
  expect(await fetchedUntil()).toBe(before)
  await look()
  expect(taken).toEqual(expect.arrayContaining(["five", "six", "seven"]))
  expect(await fetchedUntil()).toBe(stamp(clock.now()))
})

test("the next look is put down whatever comes of this one", async () => {
  fake.changeToken("another")
  await look()
  const { rows } = await sql<{ runAt: string }>`
    select run_at as "runAt" from jobs where name = 'fetch-missed' and payload ->> 'sourceId' = ${sourceId}`.execute(
    database.db,
  )
  expect(rows).toEqual([{ runAt: stamp(new Date(clock.now().getTime() + 60_000)) }])
  fake.changeToken("a token of the account")
})
