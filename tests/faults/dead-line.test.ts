import { sql } from "kysely"
import { afterEach, expect, test } from "vitest"
import { openDatabase, type Database } from "../../server/db/db.ts"
import { createTestDatabase, quietLog, testConfig, type TestDatabase } from "../harness/harness.ts"
import { layCable } from "./cable.ts"

let left: AsyncDisposableStack
afterEach(() => left.disposeAsync())

/** A database as the rest of the server has it, at the other end of a line. */
async function openFar(): Promise<{
  near: TestDatabase
  far: Database
  line: Awaited<ReturnType<typeof layCable>>
}> {
  left = new AsyncDisposableStack()
  const near = await createTestDatabase()
  left.defer(() => near.close())
  const line = await layCable()
  left.defer(() => line.close())
  const { hostname, username, password, pathname } = new URL(near.url)
  line.lead(`${decodeURIComponent(hostname)}/.s.PGSQL.5432`)
  const databaseUrl = `postgresql://${username}:${password}@127.0.0.1:${line.port}${pathname}`
  const far = await openDatabase({ config: testConfig({ databaseUrl }), log: quietLog })
  left.defer(() => far.close())
  return { near, far, line }
}

test(
  "a line that went dead without a word is given up, and so are its locks",
  { timeout: 40_000 },
  async () => {
    const { near, far, line } = await openFar()
    await sql`create table things (id int primary key)`.execute(near.db)
    const heard: string[] = []
    await far.listen("rings", (payload) => heard.push(payload))
    const isLocked = Promise.withResolvers<void>()
    const isDead = Promise.withResolvers<void>()
    const stuck = far.db.transaction().execute(async (tx) => {
      await sql`lock table things`.execute(tx)
      isLocked.resolve()
      await isDead.promise
      await sql`insert into things values (1)`.execute(tx)
    })
    const outcome = expect(stuck).rejects.toThrow(/not heard/)
    await isLocked.promise
    line.abandon()
    isDead.resolve()
    await outcome
    await sql`insert into things values (2)`.execute(far.db)
    const { rows } = await sql`select id from things`.execute(near.db)
    expect(rows).toEqual([{ id: 2 }])
    await expect
      .poll(
        () => {
          near.notify("rings", "again")
          return heard.length
        },
        { timeout: 12_000 },
      )
      .toBeGreaterThan(0)
  },
)

test("a statement that takes long is waited for", { timeout: 30_000 }, async () => {
  const { far } = await openFar()
  const { rows } = await sql`select 1 as one, pg_sleep(9)`.execute(far.db)
  expect(rows).toMatchObject([{ one: 1 }])
})

test(
  "while nothing gets through, nobody waits for long, and afterwards all is well",
  { timeout: 60_000 },
  async () => {
    const { far, line } = await openFar()
    await sql`select 1`.execute(far.db)
    line.hold("up", "down")
    await expect(sql`select 1`.execute(far.db)).rejects.toThrow(/not heard/)
    line.mend()
    await expect
      .poll(() =>
        sql`select 1`.execute(far.db).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
  },
)
