/**
 * What every test stands on: a database of its own, a configuration, a clock it can set, a browser.
 * One PostgreSQL runs for the whole run (`postgres.ts`); a test file's database is cloned from a migrated template.
 */
import { inject } from "vitest"
import pg from "pg"
import { readConfig, type Config } from "../../server/config/config.ts"
import { newId, openDatabase, type Clock, type Database } from "../../server/db/db.ts"
import { quietLog } from "./log.ts"
import { createMetrics } from "../../server/metrics/metrics.ts"

export { launchBrowser } from "./browser.ts"
export { quietLog } from "./log.ts"

export const noMetrics = createMetrics({ metricsToken: undefined })

export type TestDatabase = Database & { readonly config: Config }

/** A fresh, migrated database; `close` drops it. */
export async function createTestDatabase(overrides: Partial<Config> = {}): Promise<TestDatabase> {
  const { serverUrl, template } = inject("postgres")
  const name = `test_${newId().replaceAll("-", "")}`
  await onServer(serverUrl, `create database ${name} template ${template}`)
  const config = testConfig({ databaseUrl: withDatabase(serverUrl, name), ...overrides })
  const database = await openDatabase({ config, log: quietLog })
  return {
    ...database,
    config,
    get epoch() {
      return database.epoch
    },
    async close() {
      await database.close()
      await onServer(serverUrl, `drop database if exists ${name} with (force)`)
    },
  }
}

export function testConfig(overrides: Partial<Config> = {}): Config {
  const plain = readConfig({
    PORT: "0",
    HOST: "127.0.0.1",
    PARLEY_LOG_LEVEL: "fatal",
    PARLEY_DATABASE_CONNECTIONS: "8",
    PARLEY_SECRET: "a secret for tests that is long enough",
  })
  return { ...plain, ...overrides }
}

export type SettableClock = Clock & { set(to: Date | string): void; advance(seconds: number): void }

/** Stands still until it is moved. Starts at the machine's time unless told. */
export function settableClock(start: Date | string = new Date()): SettableClock {
  let now = new Date(start)
  return {
    now: () => new Date(now),
    set(to) {
      now = new Date(to)
    },
    advance(seconds) {
      now = new Date(now.getTime() + seconds * 1000)
    },
  }
}

export function withDatabase(serverUrl: string, name: string): string {
  return serverUrl.replace(/\/[^/?]*(\?|$)/, `/${name}$1`)
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
