import { Readable } from "node:stream"
import type { Db } from "../db/db.ts"
import { isPlayable } from "./kind.ts"
import { partsOf, type FileRecord, type Part } from "./record.ts"
import type { FileStore } from "./store.ts"

export type OpenFile = {
  bytes: Readable
  /** Of all of it, in bytes. */
  size: number
  /** The byte they begin with: the one that was asked for if there is one. */
  from: number
  /** What a browser may show or play in place; `undefined`: download only. */
  inline: string | undefined
}

type Needs = { db: Db; store: FileStore }

/** A file as it came, from the byte `asked` on; `undefined` when its bytes are not there. */
export async function openWhole(
  { db, store }: Needs,
  file: FileRecord,
  asked = 0,
): Promise<OpenFile | undefined> {
  if (file.state !== "stored") return undefined
  const from = asked < file.size ? asked : 0
  const parts = (await partsOf(db, file)).filter(({ start, size }) => start + size > from || file.size === 0)
  const [first, ...others] = parts
  const begun = first && (await store.read({ ...file, id: first.id }, from - first.start))
  if (begun === undefined) return undefined
  return {
    bytes: others.length === 0 ? begun.bytes : Readable.from(joined(store, file, begun.bytes, others)),
    size: file.size,
    from,
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
