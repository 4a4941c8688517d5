import { buffer } from "node:stream/consumers"
import { Readable } from "node:stream"
import type { Db } from "../db/db.ts"
import { isPlayable, isRaster } from "./kind.ts"
import { pictureId, remake, type PictureSize } from "./picture.ts"
import { partsOf, type FileRecord, type Part } from "./record.ts"
import type { FileStore } from "./store.ts"

export type OpenFile = {
  bytes: Readable
  /** Of all of it, in bytes. */
  size: number
  /** What a browser may show or play in place; `undefined`: download only. */
  inline: string | undefined
}

type Needs = { db: Db; store: FileStore }

/** Larger ones are no photographs, and would have to be held in memory. */
export const MOST_OF_A_PICTURE = 64 * 1024 * 1024

/** A picture of the file in that size; `undefined`: the file as it came. */
export type Shown = PictureSize | undefined

/** A file, from the byte `from` on, or a picture of it; `undefined` when its bytes are not there, or it is no picture. */
export async function openFile(
  needs: Needs,
  file: FileRecord,
  { as, from = 0 }: { as: Shown; from?: number },
): Promise<OpenFile | undefined> {
  return as === undefined ? openWhole(needs, file, from) : openPicture(needs, file, as)
}

export async function openWhole(
  { db, store }: Needs,
  file: FileRecord,
  from = 0,
): Promise<OpenFile | undefined> {
  if (file.state !== "stored") return undefined
  const parts = (await partsOf(db, file)).filter(({ start, size }) => start + size > from || file.size === 0)
  const [first, ...others] = parts
  const begun = first && (await store.read({ ...file, id: first.id }, from - first.start))
  if (begun === undefined) return undefined
  return {
    bytes: others.length === 0 ? begun.bytes : Readable.from(joined(store, file, begun.bytes, others)),
    size: file.size,
    inline: isPlayable(file.type) ? file.type : undefined,
  }
}

async function* joined(
  store: FileStore,
  { workspaceId }: FileRecord,
  begun: Readable,
  others: readonly Part[],
): AsyncGenerator<Uint8Array> {
  yield* begun
  for (const { id } of others) {
    const part = await store.read({ workspaceId, id })
    if (part === undefined) throw new Error(`A part of a file is gone: ${workspaceId}/${id}.`)
    yield* part.bytes
  }
}

/** Made of its pixels when it is first asked for. */
async function openPicture(needs: Needs, file: FileRecord, size: PictureSize): Promise<OpenFile | undefined> {
  if (file.width === null || file.size > MOST_OF_A_PICTURE || !isRaster(file.type)) return undefined
  const { store } = needs
  const name = { workspaceId: file.workspaceId, id: pictureId(file.id, size) }
  const kept = await store.read(name)
  if (kept !== undefined) return { ...kept, inline: file.type }
  const whole = await openWhole(needs, file)
  if (whole === undefined) return undefined
  const made = await remake(await buffer(whole.bytes), size).catch(() => undefined)
  // Its head was right and its pixels are not.
  if (made === undefined) return undefined
  await store.keep(name, [made], async () => undefined)
  return { bytes: Readable.from([made]), size: made.length, inline: file.type }
}
