import { sql } from "kysely"
import { afterEach, beforeEach, expect, test } from "vitest"
import { openDatabase } from "../../server/db/db.ts"
import { createTestDatabase, quietLog, type TestDatabase } from "../harness/harness.ts"

let database: TestDatabase

beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.close())

const openAgain = () => openDatabase({ config: database.config, log: quietLog })

test("a database that a newer Parley has written is refused", async () => {
  await sql`insert into schema_migrations (number, name, checksum) values (9999, 'from-the-future', 'x')`.execute(
    database.db,
  )
  await expect(openAgain()).rejects.toThrow(/newer Parley \(migration 9999, from-the-future\)/)
})

test("a database in which somebody else has tables is refused, and stays as it was", async () => {
  await sql`drop schema public cascade`.execute(database.db)
  await sql`create schema public`.execute(database.db)
  await sql`create table customers (a int)`.execute(database.db)
  await expect(openAgain()).rejects.toThrow("tables of somebody else (customers)")
  const { rows } = await sql`select tablename from pg_tables where schemaname = 'public'`.execute(database.db)
  expect(rows).toEqual([{ tablename: "customers" }])
})

test("a migration that ran in another wording is refused", async () => {
  await sql`update schema_migrations set checksum = 'other' where number = 1`.execute(database.db)
  await expect(openAgain()).rejects.toThrow(
    /Migration 1 \(ground\) has run on this database in another wording/,
  )
})

test("a migration added below one that has run is refused", async () => {
  await sql`delete from schema_migrations where number = 1`.execute(database.db)
  await expect(openAgain()).rejects.toThrow(/Migration 1 \(ground\) was added below/)
})

test("processes that start together migrate once", async () => {
  await sql`drop schema public cascade`.execute(database.db)
  await sql`drop schema if exists identity cascade`.execute(database.db)
  await sql`create schema public`.execute(database.db)
  const opened = await Promise.all([openAgain(), openAgain(), openAgain()])
  expect(new Set(opened.map((one) => one.epoch)).size).toBe(1)
  for (const one of opened) await one.close()
})

test("a database that cannot be reached is said to be", async () => {
  const config = { ...database.config, databaseUrl: "postgresql://nobody@127.0.0.1:1/nothing" }
  await expect(openDatabase({ config, log: quietLog })).rejects.toThrow("The database cannot be reached.")
})
