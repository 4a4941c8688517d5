import { isDeepStrictEqual } from "node:util"
import type { Config } from "../config/config.ts"
import { markUnsure } from "../conversations/conversations.ts"
import { copying, type Db } from "../db/db.ts"
import { createFileStore, type FileStore } from "../files/files.ts"
import { restoring } from "../jobs/jobs.ts"
import { giveUpWaiting } from "../webhooks/webhooks.ts"
import type { Log } from "../log/log.ts"
import { createSums, readArchive, type Entry } from "./archive.ts"
import {
  complete as completeShape,
  COMPLETE,
  FILES,
  manifest as manifestShape,
  MANIFEST,
  tableEntry,
  type Complete,
  type Manifest,
} from "./contents.ts"

type Checked = { manifest: Manifest; complete: Complete }
export type Restored = { madeAt: string; rows: number; files: number; missing: string[]; unsure: number }

/** Manifests are small; whoever says otherwise wants to fill the memory. */
const MOST_OF_A_MANIFEST = 16 * 1024 * 1024
/** A report of missing files may be long. */
const MOST_OF_AN_END = 256 * 1024 * 1024

const fileName =
  /^files\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/

/** Reads all of an archive and throws in words unless it is whole and this Parley can restore it. */
export async function checkBackup(file: string): Promise<Checked> {
  const sums = createSums()
  let manifest: Manifest | undefined
  let complete: Complete | undefined
  try {
    await readArchive(file, async ({ name, size, bytes }) => {
      if (complete !== undefined) throw new Error("something follows its end")
      if (name === COMPLETE) {
        complete = completeShape.parse(await readJson({ name, size, bytes }, MOST_OF_AN_END))
        return
      }
      if ((manifest === undefined) !== (name === MANIFEST)) throw new Error("it does not begin as one")
      const count = sums.begin(name, size)
      if (name === MANIFEST)
        manifest = manifestShape.parse(await readJson({ name, size, bytes }, MOST_OF_A_MANIFEST, count))
      else for await (const chunk of bytes) count(chunk)
    })
    if (manifest === undefined || complete === undefined) throw new Error("its end is missing")
    refuseOtherSums(complete.sums, sums.all())
  } catch (error) {
    throw new Error(`${file} is no whole backup of Parley: ${reasonOf(error)}.`, { cause: error })
  }
  await copying.refuseUnknown(manifest.migrations)
  return { manifest, complete }
}

function refuseOtherSums(said: Complete["sums"], found: Complete["sums"]): void {
  for (const part of new Set([...Object.keys(said), ...Object.keys(found)]))
    if (!isDeepStrictEqual(said[part], found[part])) throw new Error(`${part} is not what was put in`)
}

async function readJson(
  { bytes, size }: Entry,
  most: number,
  count: (bytes: Uint8Array) => void = () => undefined,
): Promise<unknown> {
  if (size > most) throw new Error("it is too large for one")
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) {
    count(chunk)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString())
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ("code" in error && error.code === "ENOENT") return "there is no such file"
  return error.name === "ZodError" || error.name === "SyntaxError"
    ? "it is written in another way"
    : error.message.replace(/\.$/, "")
}

/**
 * Makes an installation of a backup, on an empty database that nobody uses; checks all of the archive first. Rows and
 * what is settled are there together or not at all; files of a restore that failed lie there unnamed until the next one.
 */
export async function restore(o: { config: Config; log: Log; file: string }): Promise<Restored> {
  const { config, log, file } = o
  const { manifest, complete } = await checkBackup(file)
  const store = createFileStore(config)
  await store.check(log)
  const database = await copying.holdDatabase(config, log)
  let unsure = 0
  try {
    await copying.fillAll(database.url, manifest, {
      load: (target) => load(file, { manifest, complete, target, store }),
      settle: async (db) => {
        unsure = await settle(db)
      },
    })
  } finally {
    await database.stop()
  }
  const { files, missing } = complete
  const rows = Object.values(complete.rows).reduce((sum, count) => sum + count, 0)
  return { madeAt: manifest.madeAt, rows, files, missing, unsure }
}

async function load(file: string, o: Checked & { target: copying.Target; store: FileStore }): Promise<void> {
  const { manifest, complete, target, store } = o
  const byEntry = new Map(manifest.tables.map((table) => [tableEntry(table.name), table]))
  let open: { table: copying.Table; copy: copying.Copy } | undefined
  const finish = async (): Promise<void> => {
    if (open === undefined) return
    const { table, copy } = open
    open = undefined
    const rows = await copy.end()
    if (rows !== complete.rows[table.name]) throw new Error(`Of ${table.name} only ${rows} rows were taken.`)
  }
  await readArchive(file, async ({ name, bytes }) => {
    const table = byEntry.get(name.split("/").slice(0, 2).join("/"))
    if (table !== open?.table) await finish()
    if (table !== undefined) {
      open ??= { table, copy: target.write(table) }
      for await (const chunk of bytes) await open.copy.write(chunk)
    } else if (name.startsWith(`${FILES}/`)) await putBack(store, name, bytes)
    else for await (const _rest of bytes);
  })
  await finish()
}

async function putBack(store: FileStore, name: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const [, workspaceId, id] = fileName.exec(name) ?? []
  if (workspaceId === undefined || id === undefined)
    throw new Error(`The backup has a strange file: ${name}.`)
  await store.keep({ workspaceId, id }, bytes, async () => undefined)
}

/** docs/decisions/008-what-a-restore-sends.md. Answers how many answers wait for a person's decision. */
async function settle(db: Db): Promise<number> {
  await restoring.endLeases(db)
  await restoring.forget(db, "deliver")
  await restoring.forget(db, "deliver-webhook")
  await giveUpWaiting(db)
  await restoring.giveUp(
    db,
    "send-mail",
    "It waited when the backup was made and has probably been sent since.",
  )
  return markUnsure(db)
}
