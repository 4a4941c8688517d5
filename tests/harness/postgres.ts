import { mkdtemp, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import pg from "pg"
import type { TestProject } from "vitest/node"
import { openDatabase } from "../../server/db/db.ts"
import { createLog } from "../../server/log/log.ts"
import { readConfig } from "../../server/config/config.ts"

declare module "vitest" {
  interface ProvidedContext {
    postgres: { serverUrl: string; template: string }
  }
}

const log = createLog({ logLevel: "error" })

/** Vitest's global set-up: one PostgreSQL and one migrated template for all test files. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await using started = new AsyncDisposableStack()
  const serverUrl = process.env.TEST_DATABASE_URL ?? (await startPostgres(started))
  const template = `parley_template_${process.pid}`
  await onServer(serverUrl, [`drop database if exists ${template}`, `create database ${template}`])
  const templateUrl = serverUrl.replace(/\/[^/?]*(\?|$)/, `/${template}$1`)
  const migrated = await openDatabase({ config: readConfig({ DATABASE_URL: templateUrl }), log })
  await migrated.close()
  started.defer(() => onServer(serverUrl, [`drop database if exists ${template} with (force)`]))
  project.provide("postgres", { serverUrl, template })
  const running = started.move()
  return () => running.disposeAsync()
}

async function startPostgres(started: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "parley-test-"))
  started.defer(() => rm(folder, { recursive: true, force: true }))
  const database = await openDatabase({ config: readConfig({ PARLEY_DATA: folder }), log })
  started.defer(database.close)
  // Nothing here has to survive a crash of the machine.
  await onServer(database.url, [
    "alter system set fsync = off",
    "alter system set synchronous_commit = off",
    "alter system set full_page_writes = off",
    "select pg_reload_conf()",
  ])
  return database.url
}

async function onServer(url: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
