import { createHash } from "node:crypto"
import { mkdir, open, rename, unlink } from "node:fs/promises"
import { join, resolve } from "node:path"
import type { Id } from "../../protocol/values.ts"
import { newId } from "../db/db.ts"
import { isPublicAddress } from "./network.ts"

export type FileStore = {
  readonly folder: string
  /** Which addresses a download may connect to, the provider's own perhaps aside. */
  readonly mayConnectTo: (ip: string) => boolean
  /** Whether a provider may stand inside our network all the same: who named it has to be one of us. */
  readonly trustsProviders: boolean
}

export function createFileStore(o: {
  dataFolder: string
  /** Where anybody may sign up, anybody may name a provider. */
  signup?: "closed" | "open"
  mayConnectTo?: FileStore["mayConnectTo"]
}): FileStore {
  return {
    folder: resolve(o.dataFolder, "files"),
    mayConnectTo: o.mayConnectTo ?? isPublicAddress,
    trustsProviders: o.signup !== "open",
  }
}

/** Both ids are UUIDs, so the path cannot leave the folder. */
export function pathOf(store: FileStore, file: { workspaceId: Id; id: Id }): string {
  return join(store.folder, file.workspaceId, file.id)
}

/** Under its name a file is whole or not there: it is written beside it, synced, then renamed. */
export async function keep(
  store: FileStore,
  file: { workspaceId: Id; id: Id },
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ path: string; size: number; sha256: string }> {
  const path = pathOf(store, file)
  const part = `${path}.${newId()}.part`
  await mkdir(join(store.folder, file.workspaceId), { recursive: true, mode: 0o700 })
  const hash = createHash("sha256")
  let size = 0
  const handle = await open(part, "wx", 0o600)
  try {
    for await (const chunk of bytes) {
      hash.update(chunk)
      size += chunk.length
      await handle.writeFile(chunk)
    }
    await handle.sync()
    await handle.close()
    await rename(part, path)
  } catch (error) {
    await handle.close()
    await unlink(part)
    throw error
  }
  return { path, size, sha256: hash.digest("hex") }
}
