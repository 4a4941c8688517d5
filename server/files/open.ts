import { buffer } from "node:stream/consumers"
import { Readable } from "node:stream"
import type { Db } from "../db/db.ts"
import { isRaster } from "./kind.ts"
import { remake, type PictureSize } from "./picture.ts"
import { madeId, type FileRecord } from "./record.ts"
import { keepSound, SOUND } from "./sound.ts"
import type { FileStore } from "./store.ts"
import { openWhole, type OpenFile } from "./whole.ts"

type Needs = { db: Db; store: FileStore }

/** Larger ones are no photographs, and would have to be held in memory. */
export const MOST_OF_A_PICTURE = 64 * 1024 * 1024

/** A picture of the file in that size; its sound as every browser plays it; `undefined`: the file as it came. */
export type Shown = PictureSize | typeof SOUND | undefined

/**
 * A file, or what is to be shown or heard of it, from the byte `from` on; `undefined` when its bytes are not there,
 * it is no picture, or no voice message.
 */
export async function openFile(
  needs: Needs,
  file: FileRecord,
  { as, from = 0 }: { as: Shown; from?: number },
): Promise<OpenFile | undefined> {
  if (as === SOUND) return openSound(needs, file, from)
  return as === undefined ? openWhole(needs, file, from) : openPicture(needs, file, as)
}

/** Made of its pixels when it is first asked for. */
async function openPicture(needs: Needs, file: FileRecord, size: PictureSize): Promise<OpenFile | undefined> {
  if (file.width === null || file.size > MOST_OF_A_PICTURE || !isRaster(file.type)) return undefined
  const { store } = needs
  const name = { workspaceId: file.workspaceId, id: madeId(file.id, size) }
  const kept = await store.read(name)
  if (kept !== undefined) return { ...kept, from: 0, inline: file.type }
  const whole = await openWhole(needs, file)
  if (whole === undefined) return undefined
  const made = await remake(await buffer(whole.bytes), size).catch(() => undefined)
  // Its head was right and its pixels are not.
  if (made === undefined) return undefined
  await store.keep(name, [made], async () => undefined)
  return { bytes: Readable.from([made]), size: made.length, from: 0, inline: file.type }
}

/** Made when it is first asked for, unless the job was quicker; as it came where none could be made. */
async function openSound(needs: Needs, file: FileRecord, asked: number): Promise<OpenFile | undefined> {
  if (file.voice === null) return undefined
  const { store } = needs
  const name = { workspaceId: file.workspaceId, id: madeId(file.id, SOUND) }
  const kept = (await store.read(name)) ?? (await keepSound(needs, file).then(() => store.read(name)))
  if (kept === undefined || kept.size === 0) {
    kept?.bytes.destroy()
    return openWhole(needs, file, asked)
  }
  const inline = "audio/mp4"
  if (asked === 0 || asked >= kept.size) return { ...kept, from: 0, inline }
  kept.bytes.destroy()
  const rest = await store.read(name, asked)
  return rest && { ...rest, from: asked, inline }
}
