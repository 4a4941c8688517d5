/**
 * Files on their way up, part by part: each part is an object of its own, so that any process can take the next one
 * and none is ever copied together. What was received is what `file_parts` says, and an upload that was cut off goes
 * on from there.
 *
 * Only who began an upload may add to it, and it can be sent once: from then on its entry says who may see it.
 */
import { buffer } from "node:stream/consumers"
import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import { mendText } from "../../protocol/text.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { newId, type Db, type Tx } from "../db/db.ts"
import type { Voice } from "../../protocol/uploads.ts"
import { isRaster, isSound, sniffBytes } from "./kind.ts"
import { MOST_OF_A_PICTURE } from "./open.ts"
import { measure, PICTURE_SIZES } from "./picture.ts"
import { findFile, madeId, partsOf, type FileRecord } from "./record.ts"
import { MOST_OF_A_SOUND, SOUND } from "./sound.ts"
import type { FileStore } from "./store.ts"
import { openWhole } from "./whole.ts"

export type Upload = { workspaceId: Id; id: Id; uploader: string }
export type Needs = {
  db: Db
  store: FileStore
  /** A voice message is whole: sees to it that its sound is made before anybody listens. */
  soundCame?(file: { workspaceId: Id; id: Id }): Promise<void>
}

/** Files that one person has uploaded and not sent. */
const MOST_UNSENT = 50
const LONGEST_NAME = 200
/** What was not sent for so long is forgotten. */
const UNSENT_KEPT_DAYS = 14
const MOST_AT_ONCE = 500

/**
 * Begins an upload or goes on with it: answers how many bytes are there. Refuses `not-found` for what somebody else
 * has begun, `file-too-large`, and `too-many-files` while fifty wait to be sent.
 */
export async function begin(
  needs: Needs,
  upload: Upload,
  o: {
    name: string
    size: number
    type: string
    voice?: Voice | null | undefined
    mostBytes: number
    at: Stamp
  },
): Promise<number> {
  const { db } = needs
  const { workspaceId, id, uploader } = upload
  if (o.size > o.mostBytes) throw refuse("file-too-large", { most: o.mostBytes })
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from files
     where workspace_id = ${workspaceId} and uploader = ${uploader} and entry_id is null and id <> ${id}`.execute(
    db,
  )
  if ((rows[0]?.count ?? 0) >= MOST_UNSENT) throw refuse("too-many-files")
  await sql`
    insert into files (workspace_id, id, uploader, name, type, size, voice, state, created_at)
    values (${workspaceId}, ${id}, ${uploader}, ${plainName(o.name)}, ${plainName(o.type)}, ${o.size},
            ${o.voice ? JSON.stringify(o.voice) : null}::jsonb, 'uploading', ${o.at})
    on conflict (workspace_id, id) do nothing`.execute(db)
  const file = await accessUpload(db, upload)
  if (file.size !== o.size) throw refuse("invalid-input")
  return goOn(needs, file)
}

/**
 * Adds `bytes` from the byte `from` on; answers how many bytes are there now. Where that is not the next byte
 * (a repetition, or somebody faster), nothing is added. Refuses `not-found`, and `invalid-input` for more than was said.
 */
export async function addPart(
  needs: Needs,
  upload: Upload,
  from: number,
  bytes: Uint8Array | undefined,
): Promise<number> {
  const { db, store } = needs
  const { workspaceId, id: fileId } = upload
  const file = await accessUpload(db, upload)
  if (bytes === undefined || bytes.length === 0 || from + bytes.length > file.size)
    throw refuse("invalid-input")
  const received = await goOn(needs, file)
  if (received !== from || received === file.size) return received
  const part = { workspaceId, id: newId() }
  await store.keep(part, [bytes], async () => undefined)
  const { rows } = await sql`
    insert into file_parts (workspace_id, file_id, start, id, size)
    select workspace_id, id, ${from}::bigint, ${part.id}::uuid, ${bytes.length}::int from files
     where workspace_id = ${workspaceId} and id = ${fileId}
    on conflict (workspace_id, file_id, start) do nothing
    returning id`.execute(db)
  if (rows.length === 0) await store.remove(part)
  return goOn(needs, await accessUpload(db, upload))
}

/** Forgets what was not sent; what was is left alone. Refuses `not-found`. */
export async function cancel(needs: Needs, upload: Upload): Promise<void> {
  const file = await accessUpload(needs.db, upload)
  if (file.entryId === null) await remove(needs, file)
}

/**
 * Hangs uploaded files on the entry that is being written, in its transaction. Refuses `file-missing` unless the
 * author has uploaded all of them whole and sent none yet.
 */
export async function attach(
  tx: Tx,
  o: { workspaceId: Id; uploader: string; entryId: Id; fileIds: readonly Id[] },
): Promise<void> {
  if (o.fileIds.length === 0) return
  const { rows } = await sql`
    update files set entry_id = ${o.entryId}
     where workspace_id = ${o.workspaceId} and id = any(${[...o.fileIds]}::uuid[]) and uploader = ${o.uploader}
       and state = 'stored' and (entry_id is null or entry_id = ${o.entryId})
    returning id`.execute(tx)
  if (rows.length !== new Set(o.fileIds).size) throw refuse("file-missing")
}

export type Unsent = Pick<FileRecord, "id" | "name" | "size" | "type" | "voice">

/** The files of an entry that is taken back: they are unsent again. */
export async function detach(tx: Tx, o: { workspaceId: Id; entryId: Id }): Promise<Unsent[]> {
  const { rows } = await sql<Unsent>`
    update files set entry_id = null where workspace_id = ${o.workspaceId} and entry_id = ${o.entryId}
    returning id, name, size, type, voice`.execute(tx)
  return rows
}

/** What hung on messages that are no more: nobody gets it from now on, and `forgetUnsent` removes it with its bytes. */
export async function discard(tx: Tx, workspaceId: Id, fileIds: readonly Id[]): Promise<void> {
  await sql`
    update files set entry_id = null, uploader = coalesce(uploader, 'erased'), created_at = '-infinity'
     where workspace_id = ${workspaceId} and id = any(${[...fileIds]}::uuid[])`.execute(tx)
}

/** Of all workspaces, what was uploaded and not sent for two weeks. */
export async function forgetUnsent(needs: Needs, now: Date): Promise<void> {
  const before = new Date(now.getTime() - UNSENT_KEPT_DAYS * 86_400_000)
  const { rows } = await sql<{ workspaceId: Id; id: Id }>`
    select workspace_id as "workspaceId", id from files where entry_id is null and created_at < ${before}
     limit ${MOST_AT_ONCE}`.execute(needs.db)
  for (const file of rows) await remove(needs, file)
}

/** What was uploaded and not sent is another's now. */
export async function handOver(
  tx: Tx,
  workspaceId: Id,
  { from, to }: { from: string; to: string },
): Promise<void> {
  await sql`
    update files set uploader = ${to}
     where workspace_id = ${workspaceId} and uploader = ${from} and entry_id is null`.execute(tx)
}

async function accessUpload(db: Db, { workspaceId, id, uploader }: Upload): Promise<FileRecord> {
  const file = await findFile(db, workspaceId, id)
  if (file === undefined || file.uploader !== uploader) throw refuse("not-found")
  return file
}

/** How much is there; what is whole is looked at and stored, also where a process died right before that. */
async function goOn(needs: Needs, file: FileRecord): Promise<number> {
  if (file.state === "stored") return file.size
  const last = (await partsOf(needs.db, file)).at(-1)
  const received = last === undefined ? 0 : last.start + last.size
  if (received === file.size) await finish(needs, file)
  return received
}

async function finish(needs: Needs, file: FileRecord): Promise<void> {
  const { db, store } = needs
  const { workspaceId, id } = file
  const [first] = await partsOf(db, file)
  const beginning = first && (await store.read({ workspaceId, id: first.id }))
  if (beginning === undefined) throw new Error(`The bytes of a file are gone: ${workspaceId}/${id}.`)
  const found = await sniffBytes(await buffer(beginning.bytes), file.type)
  const isVoice = file.voice !== null && file.size <= MOST_OF_A_SOUND && isSound(found)
  // What holds sound may hold pictures as well, and says so even where it holds none.
  const type = isVoice ? found.replace("video/", "audio/") : found
  const { width, height } = await measureWhole(needs, { ...file, type })
  await sql`
    update files set state = 'stored', type = ${type}, width = ${width}, height = ${height},
                     voice = case when ${isVoice} then voice end
     where workspace_id = ${workspaceId} and id = ${id} and state = 'uploading'`.execute(db)
  if (isVoice) await needs.soundCame?.({ workspaceId, id })
}

async function measureWhole(needs: Needs, file: FileRecord) {
  const whole =
    isRaster(file.type) && file.size <= MOST_OF_A_PICTURE
      ? await openWhole(needs, { ...file, state: "stored" })
      : undefined
  return whole === undefined ? { width: null, height: null } : measure(await buffer(whole.bytes), file.type)
}

/** The row first: what is left of objects after a crash is named by nothing. */
async function remove({ db, store }: Needs, file: { workspaceId: Id; id: Id }): Promise<void> {
  const { workspaceId, id } = file
  const parts = await partsOf(db, file)
  const { rows } = await sql`
    delete from files where workspace_id = ${workspaceId} and id = ${id} and entry_id is null returning id`.execute(
    db,
  )
  if (rows.length === 0) return
  const made = [...Object.keys(PICTURE_SIZES), SOUND].map((what) => madeId(id, what))
  for (const object of [...parts.map((part) => part.id), ...made])
    await store.remove({ workspaceId, id: object })
}

/** The last part of a path, on one line, of what may stand in a text; never empty. */
function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ""
  return mendText(last)?.replace(/\s+/g, " ").slice(-LONGEST_NAME).toWellFormed() ?? "file"
}
