import { createReadStream } from "node:fs"
import { stat } from "node:fs/promises"
import type { Readable } from "node:stream"
import { isRaster, sniff } from "./kind.ts"
import type { FileRecord } from "./record.ts"
import { pathOf, type FileStore } from "./store.ts"

export type OpenFile = {
  bytes: Readable
  size: number
  /** A picture that may be shown in place, by its bytes as they are now; `undefined`: download only. */
  raster: string | undefined
}

/** `undefined` when its bytes are not there. */
export async function openFile(store: FileStore, file: FileRecord): Promise<OpenFile | undefined> {
  const path = pathOf(store, file)
  const found = await stat(path).catch(() => undefined)
  if (file.state !== "stored" || found === undefined) return undefined
  const { type } = await sniff(path, file.type)
  return {
    bytes: createReadStream(path),
    size: found.size,
    raster: isRaster(type) && type === file.type ? type : undefined,
  }
}
