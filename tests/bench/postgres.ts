/**
 * The PostgreSQL that is measured: Parley's own, with the settings it has in production, in a folder that stays
 * between runs because the data sets do.
 */
import pg from "pg"
import { readConfig } from "../../server/config/config.ts"
import { newId, openDatabase } from "../../server/db/db.ts"
import { createLog } from "../../server/log/log.ts"

export type Postgres = {
  version: string
  url(database: string): string
  names(): Promise<string[]>
  create(database: string): Promise<void>
  drop(database: string): Promise<void>
  rename(database: string, name: string): Promise<void>
  stop(): Promise<void>
}

const scratchName = /^scratch_/

/** `serverUrl`: one that runs already and is somebody else's to stop. */
export async function openPostgres(o: { folder: string } | { serverUrl: string }): Promise<Postgres> {
  const log = createLog({ logLevel: "error" })
  const own =
    "folder" in o ? await openDatabase({ config: readConfig({ PARLEY_DATA: o.folder }), log }) : undefined
  const serverUrl = "serverUrl" in o ? o.serverUrl : (own?.url ?? "")
  const url = (database: string): string => serverUrl.replace(/\/[^/?]*(\?|$)/, `/${database}$1`)
  const ask = (statement: string) => onServer(url("postgres"), statement)
  const names = async () => (await ask("select datname as text from pg_database")).map(({ text }) => text)
  const drop = async (database: string) => {
    await ask(`drop database if exists ${database} with (force)`)
  }
  // What a run that was killed could not take away itself.
  if (own !== undefined)
    for (const name of (await names()).filter((each) => scratchName.test(each))) await drop(name)
  const [version] = await ask("select current_setting('server_version') as text")
  return {
    version: version?.text ?? "",
    url,
    names,
    drop,
    async create(database) {
      await ask(`create database ${database}`)
    },
    async rename(database, name) {
      await ask(`alter database ${database} rename to ${name}`)
    },
    async stop() {
      await own?.close()
    },
  }
}

export function scratchDatabaseName(): string {
  return `scratch_${newId().replaceAll("-", "")}`
}

async function onServer(url: string, statement: string): Promise<{ text: string }[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<{ text: string }>(statement)).rows
  } finally {
    await client.end()
  }
}
