import { mkdtemp, readdir, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { sql } from "kysely"
import { afterAll, expect, test } from "vitest"
import { prepareServer, type ServerProcess } from "../faults/server-process.ts"
import { createTestDatabase } from "../harness/harness.ts"

const opened: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of opened.toReversed()) await close()
})

test("three processes that start at the same moment on an empty database share the work, and end in peace", async () => {
  const database = await createTestDatabase()
  opened.push(() => database.close())
  for (const schema of ["public", "identity"])
    await sql`drop schema ${sql.id(schema)} cascade`.execute(database.db)
  await sql`create schema public`.execute(database.db)
  const folder = await mkdtemp(path.join(os.tmpdir(), "parley-together-"))
  opened.push(() => rm(folder, { recursive: true, force: true }))
  const servers = ["http,stream,jobs", "http,stream,jobs", "jobs"].map((roles, index): ServerProcess => {
    const server = prepareServer({
      name: `process-${index}`,
      folder,
      environment: {
        DATABASE_URL: database.url,
        PARLEY_DATA: path.join(folder, "data"),
        PARLEY_ROLES: roles,
      },
    })
    opened.push(() => server.kill())
    return server
  })

  await Promise.all(servers.map((server) => server.start()))
  for (const server of servers) expect((await fetch(`${server.url()}/healthz`)).status).toBe(200)
  const migrations = await readdir(new URL("../../server/db/migrations/", import.meta.url))
  const { rows } = await sql`select number from schema_migrations`.execute(database.db)
  expect(rows).toHaveLength(migrations.length)
  // One chain of trimming, whoever began it.
  await expect
    .poll(async () => {
      const jobs = await sql<{ waits: boolean }>`
        select run_at > now() as waits from jobs where name = 'trim'`.execute(database.db)
      return jobs.rows
    })
    .toEqual([{ waits: true }])
  await Promise.all(servers.map((server) => server.stop()))
})
