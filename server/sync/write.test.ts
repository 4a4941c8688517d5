import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { refuse, Refusal } from "../../protocol/refusals.ts"
import { newId } from "../db/db.ts"
import { createWorld, type World } from "../../tests/harness/sync-world.ts"
import { write } from "./sync.ts"

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

async function countOf(table: "changes" | "commands" | "jobs" | "things", id: string): Promise<number> {
  const column = table === "changes" ? "entity_id" : "id"
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${sql.table(table)} where ${sql.ref(column)} = ${id}`.execute(
    world.database.db,
  )
  return rows[0]?.count ?? 0
}

test("rows, changes, jobs and the answer commit together, or none of them", async () => {
  const { sync, workspaceId } = world
  const id = newId()
  const jobs = async () =>
    (await sql<{ n: number }>`select count(*) as n from jobs`.execute(sync.db)).rows[0]?.n
  const doIt = (fails: boolean) =>
    write(
      sync,
      { workspaceId, command: { actor: "agent:a", id, name: "make" } },
      async ({ tx, changed, enqueue }) => {
        await sql`insert into things values (${workspaceId}, ${id}, '{}', 'x')`.execute(tx)
        changed("team", id, ["workspace"])
        await enqueue({ name: "auto-away", payload: { agentId: id } })
        if (fails) throw new Error("on purpose")
        return { made: "this" }
      },
    )
  const before = await jobs()
  await expect(doIt(true)).rejects.toThrow("on purpose")
  expect([
    await countOf("things", id),
    await countOf("changes", id),
    await countOf("commands", id),
    await jobs(),
  ]).toEqual([0, 0, 0, before])
  const answer = await doIt(false)
  expect(answer).toEqual({ made: "this", number: expect.any(Number) })
  expect([await countOf("things", id), await countOf("changes", id), await countOf("commands", id)]).toEqual([
    1, 1, 1,
  ])
  expect(await doIt(false)).toEqual(answer)
})

test("twenty repetitions at once do it once and all get the same answer", async () => {
  const { sync, workspaceId } = world
  const [command, thing] = [newId(), newId()]
  let runs = 0
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      write(
        sync,
        { workspaceId, command: { actor: "agent:a", id: command, name: "make" } },
        async ({ tx, changed }) => {
          runs += 1
          await sql`insert into things values (${workspaceId}, ${newId()}, '{}', ${thing})`.execute(tx)
          changed("team", thing, ["workspace"])
          return { run: runs }
        },
      ),
    ),
  )
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(await countOf("changes", thing)).toBe(1)
  const { rows } = await sql<{ n: number }>`select count(*) as n from things where name = ${thing}`.execute(
    sync.db,
  )
  expect(rows[0]?.n).toBe(1)
})

test("what refuses a repetition because the first one did it answers as the first", async () => {
  const { sync, workspaceId } = world
  const [command, thing] = [newId(), newId()]
  const take = (id: string) =>
    write(sync, { workspaceId, command: { actor: "agent:a", id, name: "make" } }, async ({ tx, changed }) => {
      const { rows } = await sql`select 1 from things where id = ${thing}`.execute(tx)
      if (rows.length > 0) throw refuse("conversation-taken")
      await sql`insert into things values (${workspaceId}, ${thing}, '{}', 'x')`.execute(tx)
      changed("team", thing, ["workspace"])
      return {}
    })
  const first = await take(command)
  expect(await take(command)).toEqual(first)
  await expect(take(newId())).rejects.toThrow(Refusal)
})

test("the same command id of another actor is another command", async () => {
  const { sync, workspaceId } = world
  const id = newId()
  const by = (actor: string) =>
    write(sync, { workspaceId, command: { actor, id, name: "make" } }, async () => ({ actor }))
  expect(await by("agent:a")).toMatchObject({ actor: "agent:a" })
  expect(await by("agent:b")).toMatchObject({ actor: "agent:b" })
})

test("numbers are handed out without gaps, in the order of commits", async () => {
  const { sync } = world
  const workspaceId = newId()
  const numbers = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      write(sync, { workspaceId }, async ({ changed }) => {
        for (let n = 0; n <= index % 3; n++) changed("team", newId(), ["workspace"])
        return {}
      }),
    ),
  )
  const { rows } = await sql<{
    number: number
  }>`select number from changes where workspace_id = ${workspaceId} order by number`.execute(sync.db)
  expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
  expect(new Set(numbers.map(({ number }) => number)).size).toBe(60)
})

test("a thing touched twice is one change for everybody who was named", async () => {
  const { sync, workspaceId } = world
  const thing = newId()
  await write(sync, { workspaceId }, async ({ changed }) => {
    changed("team", thing, ["team:a"])
    changed("team", thing, ["team:b", "team:a"])
    return {}
  })
  const { rows } = await sql<{
    audience: string[]
  }>`select audience from changes where entity_id = ${thing}`.execute(sync.db)
  expect(rows).toEqual([{ audience: ["team:a", "team:b"] }])
})

test("what changes nothing answers with the latest number and takes none", async () => {
  const { sync, workspaceId } = world
  const { number } = await write(sync, { workspaceId }, async ({ changed }) => {
    changed("team", newId(), [])
    return {}
  })
  expect(
    await write(
      sync,
      { workspaceId, command: { actor: "agent:a", id: newId(), name: "make" } },
      async () => ({}),
    ),
  ).toEqual({ number })
})

test("old changes and commands are forgotten, and the counter says from where the log is whole", async () => {
  const { sync, clock } = world
  const workspaceId = newId()
  const change = (id: string) =>
    write(sync, { workspaceId, command: { actor: "agent:a", id, name: "make" } }, async ({ changed }) => {
      changed("team", newId(), ["workspace"])
      return {}
    })
  const old = newId()
  await change(old)
  await change(newId())
  clock.advance(31 * 86_400)
  await change(newId())
  await sync.trim({ changesKeptDays: 7, changesKeptMost: 1_000 })
  const numbers = async () =>
    (
      await sql<{
        number: number
      }>`select number from changes where workspace_id = ${workspaceId} order by number`.execute(sync.db)
    ).rows
  expect(await numbers()).toEqual([{ number: 3 }])
  expect(await countOf("commands", old)).toBe(0)
  for (let n = 0; n < 10; n++) await change(newId())
  await sync.trim({ changesKeptDays: 7, changesKeptMost: 4 })
  expect(await numbers()).toEqual([10, 11, 12, 13].map((number) => ({ number })))
  const { rows } = await sql<{
    oldest: number
  }>`select oldest from counters where workspace_id = ${workspaceId}`.execute(sync.db)
  expect(rows).toEqual([{ oldest: 9 }])
})
