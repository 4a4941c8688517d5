import { once } from "node:events"
import type { Readable } from "node:stream"
import { isRaster, sniffBytes } from "./kind.ts"
import type { FileRecord } from "./record.ts"
import type { FileStore } from "./store.ts"

export type OpenFile = {
  bytes: Readable
  size: number
  /** A picture that may be shown in place, by its bytes as they are now; `undefined`: download only. */
  raster: string | undefined
}

/** Enough to know every picture by, whatever it carries before its pixels. */
const BEGINNING = 256 * 1024

/** `undefined` when its bytes are not there. */
export async function openFile(store: FileStore, file: FileRecord): Promise<OpenFile | undefined> {
  const found = file.state === "stored" ? await store.read(file) : undefined
  if (found === undefined) return undefined
  const { size, bytes } = found
  try {
    const type = await sniffBytes(await peek(bytes, Math.min(size, BEGINNING)))
    return { bytes, size, raster: isRaster(type) && type === file.type ? type : undefined }
  } catch (error) {
    bytes.destroy()
    throw error
  }
}

/** The first bytes of a stream, at least `size` of them if there are as many; it still gives them to its reader. */
async function peek(stream: Readable, size: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let count = 0
  while (count < size && !stream.readableEnded) {
    // All that is there: asked for more than that, a stream whose bytes come slowly would be asked without end.
    const chunk: unknown = stream.read()
    if (chunk instanceof Uint8Array) {
      chunks.push(chunk)
      count += chunk.length
    } else await once(stream, "readable")
  }
  const beginning = Buffer.concat(chunks)
  if (count > 0) stream.unshift(beginning)
  return beginning
}
