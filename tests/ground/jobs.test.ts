import { sql } from "kysely"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { newId, stamp, transaction } from "../../server/db/db.ts"
import { cancelJob, createWorker, enqueue, RetryLater, type Handlers } from "../../server/jobs/jobs.ts"
import { createTestDatabase, quietLog, settableClock, type TestDatabase } from "../harness/harness.ts"

let database: TestDatabase
const workspaceId = newId()
const clock = settableClock("2026-03-01T09:00:00Z")
const silent = { ...quietLog, error: () => undefined }

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  await sql`delete from jobs`.execute(database.db)
  clock.set("2026-03-01T09:00:00Z")
})

const work = (handlers: Handlers) => createWorker({ database, log: silent, clock, handlers })
const later = (seconds: number) => stamp(new Date(clock.now().getTime() + seconds * 1000))

function awayOf(agentId: string, more: { runAt?: string; key?: string; lane?: string } = {}) {
  return enqueue(database.db, { name: "auto-away", workspaceId, payload: { agentId }, ...more })
}

async function waiting(): Promise<unknown[]> {
  const { rows } = await sql<{ failed: boolean; attempts: number }>`
    select attempts, failed_at is not null as failed from jobs order by position`.execute(database.db)
  return rows
}

describe("a job", () => {
  test("runs once it is due by the clock, and is gone afterwards", async () => {
    const seen: string[] = []
    const agentId = newId()
    const worker = work({ "auto-away": async (payload) => void seen.push(payload.agentId) })
    await awayOf(agentId, { runAt: later(60) })
    await worker.runDue()
    expect(seen).toEqual([])
    clock.advance(60)
    await worker.runDue()
    expect(seen).toEqual([agentId])
    expect(await waiting()).toEqual([])
  })

  test("exists only if its transaction commits", async () => {
    const broken = transaction(database.db, async (tx) => {
      await enqueue(tx, { name: "trim", workspaceId, payload: {} })
      throw new Error("no")
    })
    await expect(broken).rejects.toThrow("no")
    expect(await waiting()).toEqual([])
  })

  test("that fails is tried again, later each time, and becomes a dead letter after the eighth", async () => {
    const attempts: { attempt: number; lastAttempt: boolean }[] = []
    const worker = work({
      trim: async (_, { attempt, lastAttempt }) => {
        attempts.push({ attempt, lastAttempt })
        throw new Error("still broken")
      },
    })
    await enqueue(database.db, { name: "trim", workspaceId, payload: {} })
    await worker.runDue()
    expect(attempts).toEqual([{ attempt: 1, lastAttempt: false }])
    for (let hour = 0; hour < 10; hour++) {
      clock.advance(3600)
      await worker.runDue()
    }
    expect(attempts).toHaveLength(8)
    expect(attempts.at(-1)).toEqual({ attempt: 8, lastAttempt: true })
    expect(await waiting()).toEqual([{ attempts: 8, failed: true }])
  })

  test("that asks to be run later uses up no attempt", async () => {
    let isOpen = false
    let runs = 0
    const worker = work({
      trim: async () => {
        runs += 1
        if (!isOpen) throw new RetryLater(30)
      },
    })
    await enqueue(database.db, { name: "trim", workspaceId, payload: {} })
    for (let round = 0; round < 20; round++) {
      await worker.runDue()
      clock.advance(30)
    }
    expect(runs).toBe(20)
    expect(await waiting()).toEqual([{ attempts: 0, failed: false }])
    isOpen = true
    await worker.runDue()
    expect(await waiting()).toEqual([])
  })

  test("whose worker vanished is run by another after its lease", async () => {
    const agentId = newId()
    await awayOf(agentId)
    await sql`update jobs set lease_id = ${newId()}, leased_until = now() + interval '5 s', attempts = 1`.execute(
      database.db,
    )
    const seen: number[] = []
    const handlers: Handlers = { "auto-away": async (_, job) => void seen.push(job.attempt) }
    await work(handlers).runDue()
    expect(seen).toEqual([])
    await sql`update jobs set leased_until = now() - interval '1 s'`.execute(database.db)
    await work(handlers).runDue()
    expect(seen).toEqual([2])
  })

  test(
    "is run by one worker at a time, whatever the database's clock is set to",
    { timeout: 20_000 },
    async () => {
      let begun = 0
      const { promise: ended, resolve: end } = Promise.withResolvers<void>()
      const handlers: Handlers = {
        trim: async () => {
          begun += 1
          await ended
        },
      }
      const workers = [work(handlers), work(handlers)]
      for (const worker of workers) worker.start()
      // What a worker finds when it begins it judges by the table's times.
      await new Promise((done) => setTimeout(done, 500))
      await enqueue(database.db, { name: "trim", workspaceId, payload: {} })
      await expect.poll(() => begun, { timeout: 3_000 }).toBe(1)
      // As if its clock had been put forward; past the next look at the leases.
      await sql`update jobs set leased_until = leased_until - interval '2 h'`.execute(database.db)
      await new Promise((done) => setTimeout(done, 6_500))
      expect(begun).toBe(1)
      end()
      await expect.poll(waiting, { timeout: 3_000 }).toEqual([])
      await Promise.all(workers.map((worker) => worker.stop()))
    },
  )

  test("waits no longer than before when the clock is put back", async () => {
    let runs = 0
    const worker = work({
      trim: async () => {
        runs += 1
        throw new RetryLater(30)
      },
    })
    await enqueue(database.db, { name: "trim", workspaceId, payload: {} })
    await worker.runDue()
    clock.advance(-7200)
    await worker.runDue()
    expect(runs).toBe(1)
    clock.advance(29)
    await worker.runDue()
    expect(runs).toBe(1)
    clock.advance(1)
    await worker.runDue()
    expect(runs).toBe(2)
  })

  test("that takes the process with it each time is given up at last", async () => {
    let runs = 0
    await enqueue(database.db, { name: "trim", workspaceId, payload: {} })
    const died = async (attempts: number) =>
      sql`update jobs set lease_id = ${newId()}, leased_until = now() - interval '1 s', attempts = ${attempts}`.execute(
        database.db,
      )
    await died(12)
    const givenUp: string[] = []
    const trim = {
      run: async () => void (runs += 1),
      giveUp: async (_: unknown, job: { id: string }) => void givenUp.push(job.id),
    }
    await work({ trim }).runDue()
    expect(runs).toBe(0)
    expect(givenUp).toHaveLength(1)
    expect(await waiting()).toEqual([{ attempts: 13, failed: true }])
  })

  test("is claimed beside one whose lease an earlier restore left without a time", async () => {
    let runs = 0
    await enqueue(database.db, { name: "trim", workspaceId, payload: {} })
    await sql`update jobs set lease_id = ${newId()}, leased_until = '-infinity'`.execute(database.db)
    await work({ trim: async () => void (runs += 1) }).runDue()
    expect(runs).toBe(1)
  })

  test("that gets no answer holds up those of its own name and workspace only", async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    let hanging = 0
    const seen: string[] = []
    const worker = work({
      "fetch-missed": async () => {
        hanging += 1
        await ended
      },
      "auto-away": async ({ agentId }) => void seen.push(agentId),
    })
    for (let count = 0; count < 60; count += 1)
      await enqueue(database.db, { name: "fetch-missed", workspaceId, payload: { sourceId: newId() } })
    const agentId = newId()
    await awayOf(agentId)
    worker.start()
    await expect.poll(() => seen, { timeout: 3_000 }).toEqual([agentId])
    expect(hanging).toBeLessThan(16)
    end()
    await expect.poll(waiting, { timeout: 5_000 }).toEqual([])
    await worker.stop()
  })

  test("with a payload that nobody understands becomes a dead letter, and the others go on", async () => {
    const agentId = newId()
    const seen: string[] = []
    const worker = work({ "auto-away": async (payload) => void seen.push(payload.agentId) })
    await awayOf(agentId)
    await sql`update jobs set payload = '{"agentId": "nobody"}'`.execute(database.db)
    await awayOf(agentId)
    await worker.runDue()
    expect(seen).toEqual([agentId])
    for (let hour = 0; hour < 8; hour++) {
      clock.advance(3600)
      await worker.runDue()
    }
    expect(await waiting()).toEqual([{ attempts: 8, failed: true }])
  })
})

describe("a key", () => {
  test("keeps one waiting job, with the time and payload of the last", async () => {
    const [first, second] = [newId(), newId()]
    const seen: string[] = []
    const worker = work({ "auto-away": async (payload) => void seen.push(payload.agentId) })
    await awayOf(first, { key: "away", runAt: later(10) })
    await awayOf(second, { key: "away", runAt: later(20) })
    clock.advance(10)
    await worker.runDue()
    expect(seen).toEqual([])
    clock.advance(10)
    await worker.runDue()
    expect(seen).toEqual([second])
  })

  test("cancels what waits", async () => {
    await awayOf(newId(), { key: "away" })
    await cancelJob(database.db, workspaceId, "away")
    expect(await waiting()).toEqual([])
  })

  test("enqueued again while it runs, runs again; a failed run gives way to the newer job", async () => {
    let runs = 0
    const worker = work({
      "auto-away": async (payload) => {
        runs += 1
        if (runs > 1) return
        await awayOf(payload.agentId, { key: "away" })
        throw new Error("the first run fails")
      },
    })
    await awayOf(newId(), { key: "away" })
    await worker.runDue()
    expect(runs).toBe(2)
    expect(await waiting()).toEqual([])
  })
})

describe("a lane", () => {
  test("runs in order, one at a time, while other lanes go on, and by two workers too", async () => {
    const [a, b] = [newId(), newId()]
    const ids = Array.from({ length: 12 }, newId)
    for (const [place, id] of ids.entries()) await awayOf(id, { lane: place % 2 === 0 ? a : b })
    const seen: string[] = []
    let most = 0
    let atOnce = 0
    const handlers: Handlers = {
      "auto-away": async ({ agentId }) => {
        most = Math.max(most, ++atOnce)
        await new Promise((done) => setTimeout(done, Math.random() * 10))
        seen.push(agentId)
        atOnce -= 1
      },
    }
    const workers = [work(handlers), work(handlers)]
    for (const worker of workers) worker.start()
    await expect.poll(() => seen.length).toBe(12)
    await Promise.all(workers.map((worker) => worker.stop()))
    expect(most).toBe(2)
    for (const side of [0, 1]) {
      const inOrder = ids.filter((_, place) => place % 2 === side)
      expect(seen.filter((id) => inOrder.includes(id))).toEqual(inOrder)
    }
  })

  test("waits for its failing job, and goes on when that has become a dead letter", async () => {
    const [bad, good] = [newId(), newId()]
    const seen: string[] = []
    const worker = work({
      "auto-away": async ({ agentId }) => {
        if (agentId === bad) throw new Error("broken")
        seen.push(agentId)
      },
    })
    await awayOf(bad, { lane: "one" })
    await awayOf(good, { lane: "one" })
    await worker.runDue()
    expect(seen).toEqual([])
    for (let hour = 0; hour < 8; hour++) {
      clock.advance(3600)
      await worker.runDue()
    }
    expect(seen).toEqual([good])
  })
})

test("a started worker takes a job within a second, at once when woken, and stops after what runs", async () => {
  const begun: number[] = []
  let ended = 0
  const worker = work({
    trim: async () => {
      begun.push(Date.now())
      await new Promise((done) => setTimeout(done, 100))
      ended += 1
    },
  })
  worker.start()
  await new Promise((done) => setTimeout(done, 50))
  await enqueue(database.db, { name: "trim", workspaceId, payload: {} })
  const woken = Date.now()
  worker.wake()
  await expect.poll(() => begun.length, { interval: 5 }).toBe(1)
  expect(Number(begun[0]) - woken).toBeLessThan(800)
  await worker.stop()
  expect(ended).toBe(1)
})
