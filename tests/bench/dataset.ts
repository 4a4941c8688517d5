import { mkdtemp, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import pg from "pg"
import { readConfig } from "../../server/config/config.ts"
import { openDatabase } from "../../server/db/db.ts"
import { createLog } from "../../server/log/log.ts"
import { startParley } from "./parley.ts"
import { scratchDatabaseName, type Postgres } from "./postgres.ts"
import { seed } from "./seed.ts"
import { MESSAGES, type Shape } from "./seed-story.ts"

/** How many are open: the same number at each size, or one in a hundred. */
export type Series = "5,000 open" | "1 % open"

export type Dataset = { databaseUrl: string; size: number; series: Series; workspaceId: string }

/** Raised when the seeder makes something else of the same size: sets made before are then made anew. */
const EDITION = 1

/** How a database says that its migrations are not those of this code; any other failure is no reason to lose a set. */
const otherSchema = /newer Parley|in another wording|was added below/

const log = createLog({ logLevel: "error" })

type Asked = { size: number; series: Series; hasManyWords?: boolean; say(line: string): void }

/** The set as an earlier run left it, its schema brought up to date, or a new one. */
export async function findDataset(postgres: Postgres, o: Asked): Promise<Dataset> {
  const { size, series, hasManyWords = false, say } = o
  const kind = series === "1 % open" ? "percent" : "fixed"
  const name = `set_${EDITION}_${size}_${kind}${hasManyWords ? "_words" : ""}`
  const databaseUrl = postgres.url(name)
  const isThere = (await postgres.names()).includes(name)
  if (!isThere || !(await bringUpToDate(databaseUrl))) {
    if (isThere) await postgres.drop(name)
    await makeDataset(postgres, { ...o, name })
    say(`  ${name} is made.`)
  }
  const workspaceId = await askOnce(databaseUrl, "select id::text as text from workspaces")
  return { databaseUrl, size, series, workspaceId }
}

/** False: its schema is none that leads to the code's. */
async function bringUpToDate(databaseUrl: string): Promise<boolean> {
  const count = "select count(*)::text as text from schema_migrations"
  const before = await askOnce(databaseUrl, count)
  try {
    const database = await openDatabase({ config: readConfig({ DATABASE_URL: databaseUrl }), log })
    await database.close()
  } catch (error) {
    if (error instanceof Error && otherSchema.test(error.message)) return false
    throw error
  }
  if ((await askOnce(databaseUrl, count)) !== before) await askOnce(databaseUrl, "vacuum (freeze, analyze)")
  return true
}

async function makeDataset(postgres: Postgres, o: Asked & { name: string }): Promise<void> {
  const { name, size, say } = o
  const shape = shapeOf(o)
  say(
    `  making ${name}: ${size.toLocaleString("en-GB")} conversations, ${shape.open.toLocaleString("en-GB")} open …`,
  )
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(path.join(os.tmpdir(), "parley-bench-"))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const workshop = scratchDatabaseName()
  await postgres.create(workshop)
  opened.defer(() => postgres.drop(workshop))
  const databaseUrl = postgres.url(workshop)
  const parley = await startParley(folder, { databaseUrl, environment: { PARLEY_ROLES: "http" } })
  opened.defer(() => parley.stop())
  await seed({ url: parley.url, databaseUrl, shape, say })
  await parley.stop()
  await postgres.rename(workshop, name)
}

function shapeOf({ size, series, hasManyWords = false }: Asked): Shape {
  const open = series === "1 % open" ? Math.ceil(size / 100) : Math.min(5_000, Math.floor(size / 2))
  const longest = hasManyWords ? MESSAGES : longestOf(size, series)
  return { size, open, longest, until: Date.now() - 3_600_000, hasManyWords }
}

/** One set holds one very long conversation; so does every small one, for the short version. */
export function longestOf(size: number, series: Series): number {
  if (size < 10_000) return 3_000
  return size === 100_000 && series === "5,000 open" ? 100_000 : 10
}

/** One text. */
export async function askOnce(databaseUrl: string, statement: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ text: string }>(statement)
    return rows[0]?.text ?? ""
  } finally {
    await client.end()
  }
}
