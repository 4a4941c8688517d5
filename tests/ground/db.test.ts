import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { newId, prepared, snapshot, stamp, transaction } from "../../server/db/db.ts"
import { createTestDatabase, type TestDatabase } from "../harness/harness.ts"

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await sql`create table things (name text not null, constraint things_name unique (name) deferrable initially deferred)`.execute(
    database.db,
  )
})

afterAll(() => database.close())

async function things(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from things order by name`.execute(database.db)
  return rows.map((row) => row.name)
}

describe("values", () => {
  test("a time keeps its microseconds and is written in one form", async () => {
    const { rows } = await sql<{ at: string; list: string[] }>`
      select '2026-03-01 10:00:00.5+01'::timestamptz as at, array['2026-03-01T09:00:00.123456Z'::timestamptz] as list
    `.execute(database.db)
    expect(rows).toEqual([{ at: "2026-03-01T09:00:00.500000Z", list: ["2026-03-01T09:00:00.123456Z"] }])
    expect(stamp(new Date("2026-03-01T09:00:00.5Z"))).toBe("2026-03-01T09:00:00.500000Z")
  })

  test("a bigint is a number, and one that a number cannot hold is an error", async () => {
    const { rows } = await sql`select 9007199254740991::bigint as most`.execute(database.db)
    expect(rows).toEqual([{ most: 9007199254740991 }])
    await expect(sql`select 9007199254740993::bigint as more`.execute(database.db)).rejects.toThrow("2^53")
  })

  test("ids of one process increase, thousands within a millisecond", () => {
    const ids = Array.from({ length: 20_000 }, newId)
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  })
})

describe("a prepared statement", () => {
  test("is planned once, however many ids it is given, and looks its rows up", async () => {
    await sql`
      create table many as select gen_random_uuid() as id, repeat('x', 100) as text from generate_series(1, 3000)`.execute(
      database.db,
    )
    await sql`create unique index many_key on many (id)`.execute(database.db)
    await sql`analyze many`.execute(database.db)
    const { rows } = await sql<{ id: string }>`select id from many`.execute(database.db)
    await transaction(database.db, async (tx) => {
      const countReads = () => sql`select pg_stat_get_xact_numscans('many'::regclass) as often`.execute(tx)
      const before = await countReads()
      for (let times = 1; times <= 12; times += 1) {
        const some = rows.slice(0, times)
        const ids = some.map(({ id }) => id)
        const found = await sql`/* prepared */
          select count(*) from many where id = ${prepared.anyOf(ids)}`.execute(tx)
        const joined = await sql`/* prepared */
          select count(*) from ${prepared.rowsOf(some, sql`id uuid`)} given join many on many.id = given.id`.execute(
          tx,
        )
        expect([...found.rows, ...joined.rows]).toEqual([{ count: times }, { count: times }])
      }
      // The first five times PostgreSQL tries what a plan for the very values is worth.
      const { rows: plans } = await sql<{ often: number }>`
        select custom_plans as often from pg_prepared_statements where statement like '%from many%' or statement like '%join many%'`.execute(
        tx,
      )
      expect(plans).toEqual([{ often: 5 }, { often: 5 }])
      expect((await countReads()).rows).toEqual(before.rows)
    })
  })
})

describe("transaction", () => {
  test("the last statements see the work's value and commit with it", async () => {
    const { value, rows } = await transaction(
      database.db,
      async (tx) => {
        await sql`insert into things (name) values ('first')`.execute(tx)
        return "second"
      },
      (name) => [
        sql`insert into things (name) values ('between')`.compile(database.db),
        sql`insert into things (name) values (${name}) returning name`.compile(database.db),
      ],
    )
    expect({ value, rows }).toEqual({ value: "second", rows: [{ name: "second" }] })
    expect(await things()).toEqual(["between", "first", "second"])
  })

  test("a last statement that fails leaves nothing behind and says why", async () => {
    const before = await things()
    const attempt = transaction(
      database.db,
      (tx) => sql`insert into things (name) values ('never')`.execute(tx),
      () => [sql`select 1 / 0`.compile(database.db), sql`select 1`.compile(database.db)],
    )
    await expect(attempt).rejects.toThrow("division by zero")
    expect(await things()).toEqual(before)
  })

  test("a COMMIT that fails is a failure, pipelined or not", async () => {
    const before = await things()
    const twice = sql`insert into things (name) values ('twice'), ('twice')`
    await expect(transaction(database.db, (tx) => twice.execute(tx))).rejects.toThrow("things_name")
    const nothing = async () => undefined
    await expect(transaction(database.db, nothing, () => [twice.compile(database.db)])).rejects.toThrow(
      "things_name",
    )
    expect(await things()).toEqual(before)
  })

  test("a swallowed error does not pass for a commit", async () => {
    const swallowing = transaction(database.db, async (tx) => {
      await sql`select 1 / 0`.execute(tx).catch(() => undefined)
    })
    await expect(swallowing).rejects.toThrow("rolled back")
  })

  test("whose process stands still is put out, and who waits for its rows goes on", async () => {
    await sql`insert into things (name) values ('wanted')`.execute(database.db)
    const isHeld = Promise.withResolvers<void>()
    const standing = transaction(database.db, async (tx) => {
      await sql`select name from things where name = 'wanted' for update`.execute(tx)
      isHeld.resolve()
      await new Promise((resolve) => setTimeout(resolve, 8_000))
      await sql`update things set name = 'too late' where name = 'wanted'`.execute(tx)
    })
    const outcome = standing.then(
      () => "committed",
      () => "put out",
    )
    await isHeld.promise
    const begun = performance.now()
    await transaction(database.db, (tx) =>
      sql`update things set name = 'had' where name = 'wanted'`.execute(tx),
    )
    expect(performance.now() - begun).toBeLessThan(6_000)
    expect(await outcome).toBe("put out")
    expect(await things()).toContain("had")
  })

  test("work that throws is undone, and the connection is fit for the next", async () => {
    const before = await things()
    const broken = transaction(database.db, async (tx) => {
      await sql`insert into things (name) values ('undone')`.execute(tx)
      throw new Error("changed my mind")
    })
    await expect(broken).rejects.toThrow("changed my mind")
    expect(await things()).toEqual(before)
  })

  test("statements asked for at once are done in order, and none is sent after the end", async () => {
    const before = await things()
    const late = Promise.withResolvers<void>()
    const broken = transaction(database.db, async (tx) => {
      const slow = async (): Promise<void> => {
        await late.promise
        await sql`insert into things (name) values ('late')`.execute(tx)
      }
      const left = slow()
      late.promise.then(() => left).catch(() => undefined)
      const [, counted] = await Promise.all([
        sql`insert into things (name) values ('at once')`.execute(tx),
        sql<{ count: number }>`select count(*) from things`.execute(tx),
      ])
      expect(counted.rows).toEqual([{ count: before.length + 1 }])
      await Promise.all([left, sql`select 1 / 0`.execute(tx)])
    })
    await expect(broken).rejects.toThrow("division by zero")
    late.resolve()
    await transaction(database.db, (tx) => sql`select 1`.execute(tx))
    expect(await things()).toEqual(before)
  })

  test("two transactions in each other's way both succeed", async () => {
    await sql`create table pairs (id int not null, times int not null)`.execute(database.db)
    await sql`insert into pairs (id, times) values (1, 0), (2, 0)`.execute(database.db)
    let met = 0
    const add = (first: number, second: number) =>
      transaction(database.db, async (tx) => {
        await sql`update pairs set times = times + 1 where id = ${first}`.execute(tx)
        met += 1
        for (let waited = 0; met < 2 && waited < 100; waited++)
          await new Promise((done) => setTimeout(done, 5))
        await sql`update pairs set times = times + 1 where id = ${second}`.execute(tx)
      })
    await Promise.all([add(1, 2), add(2, 1)])
    expect((await sql`select id, times from pairs order by id`.execute(database.db)).rows).toEqual([
      { id: 1, times: 2 },
      { id: 2, times: 2 },
    ])
  })

  test("whose connection is cut between two statements fails, and the next one finds another", async () => {
    const cut = transaction(database.db, async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(database.db)
      await new Promise((done) => setTimeout(done, 50))
      await sql`insert into things (name) values ('cut off')`.execute(tx)
    })
    await expect(cut).rejects.toThrow()
    expect(await things()).not.toContain("cut off")
  })

  test("a snapshot reads one moment and writes nothing", async () => {
    await snapshot(database.db, async (tx) => {
      const before = await sql`select count(*) as count from things`.execute(tx)
      await sql`insert into things (name) values ('meanwhile')`.execute(database.db)
      expect(await sql`select count(*) as count from things`.execute(tx)).toEqual(before)
      await expect(sql`delete from things`.execute(tx)).rejects.toThrow("read-only")
    }).catch((error: unknown) => expect(String(error)).toContain("rolled back"))
  })
})

describe("wake-ups", () => {
  test("equal ones of a moment arrive once, and none after the listener left", async () => {
    const heard: string[] = []
    const leave = await database.listen("bell", (payload) => heard.push(payload))
    for (const payload of ["a", "a", "b"]) database.notify("bell", payload)
    await expect.poll(() => heard).toEqual(["a", "b"])
    await leave()
    database.notify("bell", "c")
    await new Promise((done) => setTimeout(done, 100))
    expect(heard).toEqual(["a", "b"])
  })

  test("after the connection was cut they come again", async () => {
    const heard: string[] = []
    await database.listen("bell", (payload) => heard.push(payload))
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()`.execute(database.db)
    await expect
      .poll(
        () => {
          database.notify("bell", "again")
          return heard.includes("again")
        },
        { timeout: 5_000 },
      )
      .toBe(true)
  })
})
