import { stat } from "node:fs/promises"
import { sql } from "kysely"
import type { Config } from "../config/config.ts"
import { copying, stamp } from "../db/db.ts"
import { createFileStore, type FileStore } from "../files/files.ts"
import type { Log } from "../log/log.ts"
import { createSums, writeArchive, type Writer } from "./archive.ts"
import { COMPLETE, FILES, FORMAT, MANIFEST, tableEntry, type Complete, type Manifest } from "./contents.ts"

export type BackedUp = { bytes: number; rows: number; files: number; missing: string[] }

type StoredFile = { workspaceId: string; id: string }

/** What is gathered in memory of a table before it becomes an entry. */
const PIECE = 4 * 1024 * 1024

/**
 * Writes everything that was committed before it began into `file`, whether Parley runs or not. A row names its file
 * only when that is whole, and files never change, so rows first and files afterwards are of one moment.
 */
export async function backUp(o: { config: Config; log: Log; file: string }): Promise<BackedUp> {
  const { config, log, file } = o
  if (await stat(file).catch(() => undefined)) throw new Error(`${file} is there already.`)
  const store = createFileStore(config)
  const database = await copying.reachDatabase(config, log)
  let said: Complete | undefined
  try {
    await writeArchive(file, async (plain) => {
      const { writer, sums } = counted(plain)
      const { rows, stored } = await copying.readAll(database.url, (source) => writeTables(writer, source))
      const missing = await writeFiles(writer, store, stored)
      said = { sums: sums(), rows, files: stored.length - missing.length, missing }
      await plain.add(COMPLETE, Buffer.from(JSON.stringify(said)))
    })
  } finally {
    await database.stop()
  }
  const { size } = await stat(file)
  const rows = Object.values(said?.rows ?? {}).reduce((sum, count) => sum + count, 0)
  return { bytes: size, rows, files: said?.files ?? 0, missing: said?.missing ?? [] }
}

function counted(plain: Writer): { writer: Writer; sums: () => Complete["sums"] } {
  const sums = createSums()
  const writer: Writer = {
    async add(entry, bytes) {
      sums.begin(entry, bytes.length)(bytes)
      await plain.add(entry, bytes)
    },
    async stream(entry, size, bytes) {
      const count = sums.begin(entry, size)
      await plain.stream(entry, size, counting(bytes, count))
    },
  }
  return { writer, sums: sums.all }
}

async function* counting(
  bytes: AsyncIterable<Uint8Array>,
  count: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    count(chunk)
    yield chunk
  }
}

async function writeTables(
  writer: Writer,
  source: copying.Source,
): Promise<{ rows: Complete["rows"]; stored: StoredFile[] }> {
  const { tables, migrations, restoreId } = source
  const manifest: Manifest = {
    ...{ product: "parley", format: FORMAT, madeAt: stamp(new Date()), restoreId, migrations, tables },
  }
  await writer.add(MANIFEST, Buffer.from(JSON.stringify(manifest)))
  const rows: Complete["rows"] = {}
  for (const table of tables) rows[table.name] = await writeTable(writer, source, table)
  return { rows, stored: await listStored(source) }
}

/** A tar wants to know sizes beforehand and a table does not know its own, so it becomes as many entries as it fills. */
async function writeTable(writer: Writer, source: copying.Source, table: copying.Table): Promise<number> {
  const lines = source.read(table)
  let gathered: Uint8Array[] = []
  let size = 0
  let pieces = 0
  const flush = async (): Promise<void> => {
    pieces += 1
    const entry = `${tableEntry(table.name)}/${String(pieces).padStart(6, "0")}`
    await writer.add(entry, Buffer.concat(gathered))
    gathered = []
    size = 0
  }
  for await (const chunk of lines) {
    const bytes: Uint8Array = chunk
    gathered.push(bytes)
    size += bytes.length
    if (size >= PIECE) await flush()
  }
  if (size > 0) await flush()
  return lines.rowCount
}

/** Every object of the storage that a row names; before there were parts, a file was one. */
async function listStored({ db, tables }: copying.Source): Promise<StoredFile[]> {
  const isOlder = tables.every(({ name }) => name !== "public.file_parts")
  const { rows } = await sql<StoredFile>`
    select workspace_id as "workspaceId", id from ${isOlder ? sql`files where state = 'stored'` : sql`file_parts`}
     order by workspace_id, id`.execute(db)
  return rows
}

/** Answers those that are not there. One file that got lost must not keep everything else from being saved. */
async function writeFiles(writer: Writer, store: FileStore, files: StoredFile[]): Promise<string[]> {
  const missing: string[] = []
  for (const file of files) {
    const name = `${file.workspaceId}/${file.id}`
    const found = await store.read(file)
    if (found === undefined) missing.push(name)
    else await writer.stream(`${FILES}/${name}`, found.size, found.bytes)
  }
  return missing
}
