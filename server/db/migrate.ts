import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import type pg from "pg"

const folder = new URL("./migrations/", import.meta.url)

// Any number, the same in every version: processes that start together queue up behind it.
const lockNumber = 7_275_391

export type Done = { number: number; name: string; checksum: string }
type Migration = Done & { text: string }

/**
 * Brings the schema up to the newest migration. Each runs in a transaction of its own together with the
 * line that says it ran, so a crash in between leaves it either done or not begun.
 * Refuses a database that a newer Parley has written, and one whose migrations were not these.
 */
export async function migrate(client: pg.ClientBase): Promise<void> {
  await client.query("select pg_advisory_lock($1)", [lockNumber])
  try {
    await runMissing(client, { upTo: Infinity, run: runAlone })
  } finally {
    await client.query("select pg_advisory_unlock($1)", [lockNumber])
  }
}

/** The same inside the caller's transaction, up to a number; nobody else migrates before that one has ended. */
export async function migrateWithin(client: pg.ClientBase, upTo = Infinity): Promise<void> {
  await client.query("select pg_advisory_xact_lock($1)", [lockNumber])
  await runMissing(client, { upTo, run: apply })
}

/** What has run on this database, by number; nothing where Parley never was. */
export async function migrationsDone(client: pg.ClientBase): Promise<Done[]> {
  const { rows } = await client.query<{ isThere: boolean }>(
    `select to_regclass('schema_migrations') is not null as "isThere"`,
  )
  return rows[0]?.isThere === true ? readDone(client) : []
}

/** Refuses a backup of which we do not know every migration. */
export async function refuseUnknown(done: Done[]): Promise<void> {
  const migrations = await readMigrations()
  const newer = done.find(({ number }) => !migrations.some((ours) => ours.number === number))
  if (newer !== undefined)
    throw new Error(
      `The backup was made by a newer Parley (migration ${newer.number}, ${newer.name}). Restore it with that version or a later one.`,
    )
  refuseForeign(done, migrations)
}

async function runMissing(
  client: pg.ClientBase,
  o: { upTo: number; run: (client: pg.ClientBase, migration: Migration) => Promise<void> },
): Promise<void> {
  const migrations = await readMigrations()
  await refuseOthersDatabase(client)
  await client.query(`create table if not exists schema_migrations (
      number integer not null, name text not null, checksum text not null,
      constraint schema_migrations_pkey primary key (number))`)
  const done = await readDone(client)
  refuseForeign(done, migrations)
  for (const migration of migrations)
    if (migration.number <= o.upTo && !done.some(({ number }) => number === migration.number))
      await o.run(client, migration)
}

/** What was made there by somebody else would be in our way, or we in his. */
async function refuseOthersDatabase(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(`
    select c.relname as name from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
       and to_regclass('schema_migrations') is null
       and not exists (select 1 from pg_depend d
                        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by c.relname limit 1`)
  const [table] = rows
  if (table !== undefined)
    throw new Error(`The database has tables of somebody else (${table.name}). Parley needs an empty one.`)
}

async function readDone(client: pg.ClientBase): Promise<Done[]> {
  const { rows } = await client.query<Done>(
    "select number, name, checksum from schema_migrations order by number",
  )
  return rows
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort()
  const migrations = await Promise.all(
    names.map(async (file) => {
      const match = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file)
      if (match === null) throw new Error(`Migration ${file} is not named NNNN-name.sql.`)
      const text = await readFile(new URL(file, folder), "utf8")
      const checksum = createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex")
      return { number: Number(match[1]), name: String(match[2]), checksum, text }
    }),
  )
  const twice = migrations.find((migration, index) => migration.number === migrations[index - 1]?.number)
  if (twice !== undefined) throw new Error(`Two migrations have the number ${twice.number}.`)
  return migrations
}

function refuseForeign(done: Done[], migrations: Migration[]): void {
  for (const { number, name, checksum } of done) {
    const ours = migrations.find((migration) => migration.number === number)
    if (ours === undefined)
      throw new Error(
        `The database was written by a newer Parley (migration ${number}, ${name}). Start that version, or restore a backup made by this one.`,
      )
    if (ours.name !== name || ours.checksum !== checksum)
      throw new Error(
        `Migration ${number} (${name}) has run on this database in another wording. Migrations are never edited: restore the file as it was.`,
      )
  }
  const newest = done.at(-1)?.number ?? 0
  const late = migrations
    .slice(0, -1)
    .find(({ number }) => number < newest && !done.some((one) => one.number === number))
  if (late !== undefined)
    throw new Error(
      `Migration ${late.number} (${late.name}) was added below number ${newest}, which has already run.`,
    )
}

async function runAlone(client: pg.ClientBase, migration: Migration): Promise<void> {
  try {
    await client.query("begin")
    await apply(client, migration)
    await client.query("commit")
  } catch (error) {
    await client.query("rollback")
    throw new Error(`Migration ${migration.number} (${migration.name}) failed and was undone.`, {
      cause: error,
    })
  }
}

async function apply(client: pg.ClientBase, { number, name, checksum, text }: Migration): Promise<void> {
  await client.query(text)
  await client.query("insert into schema_migrations (number, name, checksum) values ($1, $2, $3)", [
    number,
    name,
    checksum,
  ])
}
