import { sql } from "kysely"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { newId, stamp } from "../db/db.ts"
import { createWorld, type Wire, type World } from "../../tests/harness/sync-world.ts"
import { StreamClient } from "../../tests/harness/stream-client.ts"
import { bringForward, type Recipient } from "./frame.ts"
import { endSessions } from "./sync.ts"

let world: World
let ada: string
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  ada = await world.makeReader(["workspace", "team:a"])
})

const forA = (name: string) => ({ keys: ["team:a"], name })

async function join(agentId: string, options?: Parameters<World["connect"]>[1]): Promise<Wire> {
  const wire = world.connect(agentId, options)
  const { snapshots } = wire.client
  wire.client.hello()
  await wire.client.until(
    () => wire.client.welcome?.resumed === true || wire.client.snapshots > snapshots,
    "the session begins",
  )
  return wire
}

test("a session begins with a snapshot and goes on with what happens", async () => {
  const [before, after] = [newId(), newId()]
  const first = await world.put(before, forA("before"))
  const { client, close } = await join(ada)
  expect(client.welcome).toMatchObject({ resumed: false, agentId: ada, epoch: world.database.epoch })
  expect(client.cursor).toBe(first)
  expect(client.row("team", before)?.name).toBe("before")
  await client.reaches(await world.put(after, forA("after")))
  expect(client.row("team", after)?.name).toBe("after")
  close()
})

test("a change committed before an earlier one that is still being written takes nothing away from it", async () => {
  const [slow, fast] = [newId(), newId()]
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let hasBegun: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    hasBegun = resolve
  })
  const { client, close } = await join(ada)
  const slowly = world.put(slow, forA("A"), async () => {
    hasBegun()
    await held
  })
  await begun
  const second = await world.put(fast, forA("B"))
  await client.reaches(second)
  close()
  const again = await join(ada, { client })
  expect(client.welcome?.resumed).toBe(true)
  await client.reaches(second)
  expect(client.row("team", slow)).toBeUndefined()
  release()
  const number = await slowly
  expect(number).toBeGreaterThan(second)
  await client.reaches(number)
  expect(client.row("team", slow)?.name).toBe("A")
  again.close()
})

test.each([
  ["memory", false],
  ["the log, in a process that was just started", true],
])("a client that was cut off gets exactly what it missed, from %s", async (_, isElsewhere) => {
  const [kept, missed, lost] = [newId(), newId(), newId()]
  await world.put(lost, forA("lost"))
  await world.put(kept, forA("kept"))
  const { client, close } = await join(ada)
  close()
  await world.put(missed, forA("missed"))
  for (let n = 0; n < 20; n++) await world.put(newId(), { keys: ["team:b"], name: "secret" })
  const last = await world.put(lost, { keys: ["team:b"], name: "secret" })
  const before = client.frames.length
  const again = await join(ada, { client, ...(isElsewhere ? { sync: world.another() } : {}) })
  await client.reaches(last)
  expect(client.welcome?.resumed).toBe(true)
  expect(client.snapshots).toBe(1)
  const frames = client.frames.slice(before)
  expect(frames.flatMap((frame) => frame.rows.map((row) => row.id))).toEqual([missed])
  expect(frames.flatMap((frame) => frame.removed)).toEqual([{ kind: "team", id: lost }])
  expect(client.texts.join()).not.toContain("secret")
  again.close()
})

test("what was never his is not mentioned to him at all, and his cursor moves on", async () => {
  const hidden = newId()
  const { client, close } = await join(ada)
  const number = await world.put(hidden, { keys: ["team:b"], name: "secret" })
  await client.reaches(number)
  expect(client.frames.at(-1)).toMatchObject({ rows: [], removed: [] })
  expect(client.texts.join()).not.toContain(hidden)
  close()
})

test("who gains keys gets a snapshot in the same session, and who loses them too", async () => {
  const thing = newId()
  await world.put(thing, { keys: ["team:c"], name: "of c" })
  const { client, close } = await join(ada)
  expect(client.row("team", thing)).toBeUndefined()
  await client.reaches(await world.setKeys(ada, ["team:c"]))
  expect(client.snapshots).toBe(2)
  expect(client.row("team", thing)?.name).toBe("of c")
  await client.reaches(await world.setKeys(ada, ["team:a"]))
  expect(client.row("team", thing)).toBeUndefined()
  await client.reaches(await world.put(thing, { keys: ["team:c"], name: "of c" }))
  expect(client.row("team", thing)).toBeUndefined()
  close()
  await world.setKeys(ada, ["team:c"])
  const again = await join(ada, { client })
  expect(client.welcome?.resumed).toBe(false)
  expect(client.row("team", thing)?.name).toBe("of c")
  again.close()
})

test("who is disabled is sent away, and is not let in again", async () => {
  const { client } = await join(ada)
  await world.setKeys(ada, undefined)
  await client.until(() => client.isClosed, "the session ends")
  expect(client.bye).toBe("signed-out")
  const again = world.connect(ada)
  again.client.hello()
  await again.client.until(() => again.client.isClosed, "the session ends")
  expect(again.client.bye).toBe("signed-out")
})

test("who is signed out loses his sessions in every process at once, and nobody else does", async () => {
  const other = world.another()
  const here = await join(ada)
  const there = await join(ada, { sync: other })
  const stays = await join(ada, { sync: other })
  here.isSignedIn = false
  there.isSignedIn = false
  endSessions(world.sync, world.workspaceId, ada)
  await here.client.until(() => here.client.isClosed, "the session here ends", 1_000)
  await there.client.until(() => there.client.isClosed, "the session there ends", 1_000)
  expect([here.client.bye, there.client.bye, stays.client.bye]).toEqual([
    "signed-out",
    "signed-out",
    undefined,
  ])
  stays.close()
})

test("a reader who does not take what he is sent is dropped, comes back and has everything", async () => {
  const live = await join(ada)
  const slow = await join(ada)
  slow.unsent = 20_000_000
  const thing = newId()
  const number = await world.put(thing, forA("while slow"))
  await slow.client.until(() => slow.client.isClosed, "the session ends")
  expect(slow.client.bye).toBe("slow")
  await live.client.reaches(number)
  expect(live.client.bye).toBeUndefined()
  const again = await join(ada, { client: slow.client })
  await slow.client.reaches(number)
  expect(slow.client.row("team", thing)?.name).toBe("while slow")
  again.close()
  live.close()
})

test("a cursor from before the log begins gets a snapshot", async () => {
  const { client, close } = await join(ada)
  close()
  const thing = newId()
  for (let n = 0; n < 5; n++) await world.put(thing, forA(`number ${n}`))
  await world.sync.trim({ changesKeptDays: 7, changesKeptMost: 2 })
  const again = await join(ada, { client, sync: world.another() })
  expect(client.welcome?.resumed).toBe(false)
  expect(client.row("team", thing)?.name).toBe("number 4")
  again.close()
})

test("a cursor of another epoch, and one from the future, get a snapshot", async () => {
  for (const odd of [{ epoch: "another" }, { cursor: 1_000_000 }]) {
    const { client, close } = await join(ada)
    close()
    Object.assign(client, odd)
    const again = await join(ada, { client })
    expect(client.welcome?.resumed).toBe(false)
    expect(client.epoch).toBe(world.database.epoch)
    again.close()
  }
})

test("another protocol is told so", async () => {
  const { client } = world.connect(ada)
  client.say({ kind: "hello", protocol: 999 })
  await client.until(() => client.isClosed, "the session ends")
  expect(client.bye).toBe("protocol")
})

test("a second hello in the same session is answered from where the client says it is", async () => {
  const { client, close } = await join(ada)
  const thing = newId()
  const from = client.cursor
  const number = await world.put(thing, forA("once"))
  await client.reaches(number)
  client.rows.clear()
  client.cursor = from
  client.hello()
  await client.until(() => client.row("team", thing) !== undefined, "it comes again")
  await client.reaches(number)
  close()
})

test("what was being read for where a client stood before it said hello anew is not sent any more", async () => {
  const [early, late] = [newId(), newId()]
  const { client, close } = await join(ada)
  const from = client.cursor
  await client.reaches(await world.put(early, forA("early")))
  world.loads = []
  const number = await world.put(late, forA("late"))
  await expect.poll(() => world.loads?.length).toBe(1)
  client.rows.clear()
  client.cursor = from
  client.hello()
  await expect.poll(() => world.loads?.length).toBe(2)
  const [before, after] = world.loads
  world.loads = undefined
  before?.()
  await new Promise((resolve) => setTimeout(resolve, 100))
  after?.()
  await client.reaches(number)
  expect([client.row("team", early)?.name, client.row("team", late)?.name]).toEqual(["early", "late"])
  close()
})

test("a reader whose keys changed after the batch, but before it was read, is shown nothing by his old keys", async () => {
  const thing = newId()
  const number = await world.put(thing, forA("not for him any more"))
  await world.setKeys(ada, [])
  const told: string[] = []
  const recipient: Recipient = {
    reader: { workspaceId: world.workspaceId, agentId: ada, keys: new Set(["team:a"]) },
    position: number - 1,
    turn: 7,
    sendFrame: () => told.push("a frame"),
    skipTo: () => told.push("skipped"),
    restart: (turn) => told.push(`restart ${turn}`),
  }
  const at = stamp(new Date())
  const changes = [{ number, audience: ["team:a"], kind: "team", entityId: thing, at } as const]
  await bringForward(world.sync, { workspaceId: world.workspaceId, changes, upTo: number }, [recipient])
  expect(told).toEqual(["restart 7"])
})

test("what is committed in another process arrives by its ring, and without it within the second", async () => {
  const other = world.another()
  const { client, close } = await join(ada, { sync: other })
  const rung = newId()
  const from = Date.now()
  await client.reaches(await world.put(rung, forA("rung")))
  expect(Date.now() - from).toBeLessThan(500)
  const { rows } = await sql<{ number: number }>`
    with counter as (
      update counters set number = number + 1 where workspace_id = ${world.workspaceId} returning number
    )
    insert into changes (workspace_id, number, audience, kind, entity_id, at)
    select ${world.workspaceId}::uuid, number, '{team:a}', 'team', ${rung}::uuid, now() from counter
    returning number`.execute(world.database.db)
  await client.until(() => (client.cursor ?? 0) >= (rows[0]?.number ?? Infinity), "the silent change", 2_500)
  close()
})

test("a follower gets every matching change after its number once and in order", async () => {
  const key = `address:${newId()}`
  const seen: number[] = []
  const { tail } = world.sync
  const follower = {
    onChanges: (changes: readonly { number: number }[]) =>
      void seen.push(...changes.map((change) => change.number)),
  }
  const from = await tail.followKeys(world.workspaceId, [key], follower)
  const written = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      world.put(newId(), { keys: [index % 2 === 0 ? key : "team:z"], name: "x" }),
    ),
  )
  const expected = written.filter((_, index) => index % 2 === 0).toSorted((one, other) => one - other)
  await expect.poll(() => seen.length).toBe(expected.length)
  expect(seen).toEqual(expected)
  expect(Math.min(...seen)).toBeGreaterThan(from)
  tail.unfollowKeys(world.workspaceId, [key], follower)
})

test("agents count as connected from their first session to their last", async () => {
  const one = await join(ada)
  const two = await join(ada)
  expect(world.connected.filter((ids) => ids.includes(ada))).toHaveLength(1)
  one.close()
  expect(world.disconnected).not.toContain(ada)
  two.close()
  expect(world.disconnected.filter((id) => id === ada)).toHaveLength(1)
})

test("snapshot and changes are a fresh snapshot, whatever happens and whoever is cut off meanwhile", async () => {
  const keys = ["team:p", "team:q", "team:r"]
  const pick = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(Math.random() * list.length)]
    if (found === undefined) throw new Error("Nothing to pick from.")
    return found
  }
  const some = () => keys.filter(() => Math.random() < 0.4)
  const other = world.another()
  const things = Array.from({ length: 25 }, () => newId())
  const readers = await Promise.all(
    Array.from({ length: 4 }, (_, index) => world.makeReader(keys.slice(0, index))),
  )
  const clients = readers.flatMap((id) => [0, 1].map(() => ({ id, client: new StreamClient() })))
  let isOver = false
  const living = clients.map(async ({ id, client }) => {
    while (!isOver) {
      const wire = await join(id, { client, sync: pick([world.sync, other]) })
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 150))
      wire.close()
    }
  })
  const writing = Array.from({ length: 4 }, async () => {
    for (let n = 0; n < 60; n++) {
      if (Math.random() < 0.1) await world.setKeys(pick(readers), some())
      else await world.put(pick(things), { keys: some(), name: `${n}` })
    }
  })
  await Promise.all(writing)
  isOver = true
  await Promise.all(living)
  for (const { id, client } of clients) {
    const wire = await join(id, { client })
    const fresh = await world.fresh(id)
    await client.reaches(fresh.cursor ?? Infinity)
    const rowsOf = (one: StreamClient) =>
      Object.fromEntries([...one.rows].map(([key, { row }]) => [key, row]))
    expect(rowsOf(client)).toEqual(rowsOf(fresh))
    wire.close()
  }
})
