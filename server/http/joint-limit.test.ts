import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createTestDatabase, type TestDatabase } from "../../tests/harness/harness.ts"
import { createJointLimit } from "./joint-limit.ts"

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.close())

test("all processes count together, however many ask at once", async () => {
  const open = () => createJointLimit(database.db, { name: "guess", most: 3, seconds: 60 })
  const [one, other] = [open(), open()]
  const takes = [one, other, one, other, one].map((limit) => limit.take("ada"))
  expect((await Promise.all(takes)).filter(Boolean)).toHaveLength(3)
  await other.giveBack("ada")
  expect(await one.take("ada")).toBe(true)
  expect(await one.take("ada")).toBe(false)
  expect(await one.take("bo")).toBe(true)
})

test("nobody is locked out for longer than a window because the database's clock was put back", async () => {
  const limit = createJointLimit(database.db, { name: "clock", most: 1, seconds: 60 })
  expect([await limit.take("ada"), await limit.take("ada")]).toEqual([true, false])
  // As what was noted before looks once the clock has gone back by two hours.
  await sql`update limits set ends_at = ends_at + interval '2 h'`.execute(database.db)
  expect([await limit.take("ada"), await limit.take("ada")]).toEqual([true, false])
})
