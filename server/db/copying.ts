/**
 * Whole tables out of a database and into another, by COPY, on one connection of their own: a backup's reading and a
 * restore's writing. What is read is of one moment; what is written is there at the end, all of it, or was never there.
 */
import { existsSync } from "node:fs"
import path from "node:path"
import { PassThrough, type Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { once } from "node:events"
import pg from "pg"
import { from as copyFrom, to as copyTo } from "pg-copy-streams"
import type { Config } from "../config/config.ts"
import type { Log } from "../log/log.ts"
import { type Db, connectAlone, openKysely, prepareSession, types } from "./driver.ts"
import { findRunning } from "./embedded/running.ts"
import { startEmbedded } from "./embedded/start.ts"
import { migrateWithin, migrationsDone, type Done } from "./migrate.ts"

export { refuseUnknown } from "./migrate.ts"

/** `name` is that of schema and table, `public.entries`. */
export type Table = { name: string; columns: string[] }
export type Origin = { migrations: Done[]; tables: Table[] }

/** The PostgreSQL of `DATABASE_URL`, the one a running Parley holds, or our own, started for the occasion. */
export async function reachDatabase(
  config: Config,
  log: Log,
): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = path.resolve(config.dataFolder)
  const url = config.databaseUrl ?? (await findRunning(folder))
  if (url !== undefined) return { url, stop: async () => undefined }
  if (!existsSync(path.join(folder, "postgres"))) throw new Error(`There is no database in ${folder}.`)
  return startEmbedded({ folder, log })
}

/** As `reachDatabase`, but refuses one that a running Parley holds. */
export async function holdDatabase(
  config: Config,
  log: Log,
): Promise<{ url: string; stop(): Promise<void> }> {
  if (config.databaseUrl === undefined) return startEmbedded({ folder: config.dataFolder, log })
  return { url: config.databaseUrl, stop: async () => undefined }
}

export type Source = Origin & {
  restoreId: string
  /** The rows as COPY writes them; `rowCount` is right at its end. */
  read(table: Table): Readable & { rowCount: number }
  /** Of one moment with everything else. */
  db: Db
}

/** Shows `work` the whole database as it is at one moment. Nobody waits for it but who changes the schema. */
export async function readAll<T>(url: string, work: (source: Source) => Promise<T>): Promise<T> {
  return withClient(url, async (client) => {
    const tables = await listTables(client)
    if (tables.length === 0)
      throw new Error("There is nothing to back up: Parley never ran on this database.")
    await client.query("begin isolation level repeatable read read only")
    // Before the first query, which decides on the moment: from here on nobody changes a table.
    await client.query(`lock table ${tables.map(({ name }) => quoted(name)).join(", ")} in access share mode`)
    if (JSON.stringify(await listTables(client)) !== JSON.stringify(tables))
      throw new Error("The database is just being upgraded. Try again.")
    const { rows } = await client.query<{ restoreId: string }>(
      `select restore_id as "restoreId" from installation`,
    )
    return work({
      tables,
      migrations: await migrationsDone(client),
      restoreId: rows[0]?.restoreId ?? "",
      read: (table) => client.query(copyTo(`copy ${target(table)} to stdout`)),
      db: dbOf(client),
    })
  })
}

export type Copy = { write(bytes: Uint8Array): Promise<void>; end(): Promise<number> }

export type Target = {
  /** Takes the rows as COPY wrote them; its end answers how many there were. */
  write(table: Table): Copy
  db: Db
}

/**
 * Lets `load` fill an empty database with tables as they were at their migrations, brings it up to date, and lets
 * `settle` look after what was in progress. All of it in one transaction.
 */
export async function fillAll(
  url: string,
  origin: Origin,
  work: { load(target: Target): Promise<void>; settle(db: Db): Promise<void> },
): Promise<void> {
  await withClient(url, async (client) => {
    await refuseOccupied(client)
    await client.query("begin")
    await makeSchema(client, origin)
    const db = dbOf(client)
    await work.load({ write: (table) => openCopy(client, table), db })
    await setSequences(client)
    await migrateWithin(client)
    await client.query("update installation set restore_id = gen_random_uuid()")
    await work.settle(db)
    await client.query("commit")
    for (const { name } of await listTables(client)) await client.query(`analyze ${quoted(name)}`)
  })
}

/** Anything but a database that Parley can use and nobody does. */
async function refuseOccupied(client: pg.ClientBase): Promise<void> {
  const { rows: others } = await client.query(
    `select 1 from pg_stat_activity
      where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
        and backend_type = 'client backend'`,
  )
  if (others.length > 0)
    throw new Error("Somebody is connected to this database. Stop every Parley on it first.")
  if ((await migrationsDone(client)).length === 0) return
  const { rows } = await client.query(`select 1 from workspaces limit 1`)
  if (rows.length > 0)
    throw new Error(
      "There is a workspace in this database already, and nothing is ever overwritten. Restore into an empty one.",
    )
}

/** The schema of the backup's time. What a Parley that was only started has put there gives way. */
async function makeSchema(client: pg.ClientBase, { migrations, tables }: Origin): Promise<void> {
  const newest = migrations.at(-1)?.number ?? 0
  const done = await migrationsDone(client)
  if ((done.at(-1)?.number ?? 0) > newest)
    throw new Error(
      `A newer Parley (migration ${done.at(-1)?.number}) was started on this database than the one that made the backup (migration ${newest}). Restore into one on which none was started.`,
    )
  await migrateWithin(client, newest)
  const there = new Map((await listTables(client)).map((table) => [table.name, table]))
  for (const { name, columns } of tables) {
    const table = there.get(name)
    if (table === undefined || !columns.every((column) => table.columns.includes(column)))
      throw new Error(`The backup has a table that was never Parley's: ${name}.`)
  }
  await client.query(`truncate ${[...there.keys()].map(quoted).join(", ")}`)
}

/** A sequence goes on behind the numbers that came with the rows. */
async function setSequences(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string; column: string }>(
    `select n.nspname || '.' || c.relname as name, a.attname as column
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where a.attidentity <> '' and n.nspname in ('public', 'identity') and c.relkind = 'r'`,
  )
  for (const { name, column } of rows)
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), coalesce(max(${pg.escapeIdentifier(column)}), 0) + 1, false)
         from ${quoted(name)}`,
      [quoted(name), column],
    )
}

function openCopy(client: pg.Client, table: Table): Copy {
  const sink = client.query(copyFrom(`copy ${target(table)} from stdin`))
  const gate = new PassThrough()
  const done = pipeline(gate, sink)
  // Whoever writes or ends is told.
  done.catch(() => undefined)
  return {
    async write(bytes) {
      if (!gate.write(bytes)) await Promise.race([once(gate, "drain"), done])
    },
    async end() {
      gate.end()
      await done
      return sink.rowCount
    },
  }
}

/**
 * Everything of ours that has to last, each table after those it points to. Unlogged ones hold what is worth nothing
 * after a crash; schema_migrations is written by migrating.
 */
async function listTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table & { needs: string[] }>(
    `select n.nspname || '.' || c.relname as name,
            (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
            array(select fn.nspname || '.' || f.relname
                    from pg_constraint k join pg_class f on f.oid = k.confrelid join pg_namespace fn on fn.oid = f.relnamespace
                   where k.conrelid = c.oid and k.contype = 'f' and f.oid <> c.oid) as needs
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and c.relpersistence = 'p' and n.nspname in ('public', 'identity')
        and c.relname <> 'schema_migrations'
        and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
      order by 1`,
  )
  const listed: Table[] = []
  const isListed = (wanted: string) => listed.some(({ name }) => name === wanted)
  while (listed.length < rows.length) {
    const next = rows.find(({ name, needs }) => !isListed(name) && needs.every(isListed))
    if (next === undefined) throw new Error("Some tables point to each other in a circle.")
    listed.push({ name: next.name, columns: next.columns })
  }
  return listed
}

function target({ name, columns }: Table): string {
  return `${quoted(name)} (${columns.map((column) => pg.escapeIdentifier(column)).join(", ")})`
}

function quoted(name: string): string {
  return name
    .split(".")
    .map((part) => pg.escapeIdentifier(part))
    .join(".")
}

function dbOf(client: pg.Client): Db {
  const held = Object.assign(client, { release: () => undefined })
  return openKysely({ connect: async () => held }, () => true)
}

/** Tables are long, so nothing here may be cut short for taking its time. */
async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connectAlone(url, { keepAlive: true, types })
  try {
    await prepareSession(client)
    await client.query("set idle_in_transaction_session_timeout = 0; set statement_timeout = 0")
    return await work(client)
  } finally {
    // An open transaction ends with its connection.
    await client.end()
  }
}
