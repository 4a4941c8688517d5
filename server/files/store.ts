import { createHash } from "node:crypto"
import { open, rm } from "node:fs/promises"
import { resolve } from "node:path"
import type { Readable } from "node:stream"
import type { Id } from "../../protocol/values.ts"
import type { Log } from "../log/log.ts"
import { createFolder } from "./folder.ts"
import { isPublicAddress } from "./network.ts"
import { createS3 } from "./s3.ts"

export type FileName = { workspaceId: Id; id: Id }

type Part = { path: string; size: number; sha256: string }

/** Where bytes lie. Under its name a file is whole or not there. */
export type Engine = {
  /** Throws in words what only an operator can mend. */
  check(log: Log): Promise<void>
  /** Where the bytes of a file are gathered first. */
  reserve(file: FileName): Promise<string>
  /** Takes over what was gathered there, in place of an earlier file of that name. */
  take(file: FileName, part: Part): Promise<void>
  /** From the byte `from` on; `size` is the whole object's. */
  read(file: FileName, from?: number): Promise<{ size: number; bytes: Readable } | undefined>
  /** What is not there is as good as removed. */
  remove(file: FileName): Promise<void>
}

/** The disk or the object storage failed, which says nothing about the file: it is worth another try when that is mended. */
export class StorageFailed extends Error {
  constructor(cause: unknown) {
    super(`Files cannot be kept: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = "StorageFailed"
  }
}

async function ours<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw new StorageFailed(error)
  }
}

export type FileStore = Pick<Engine, "check" | "read" | "remove"> & {
  /** Keeps all of `bytes` or nothing. `look` sees them, gathered, before they are kept. */
  keep<T>(
    file: FileName,
    bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    look: (path: string) => Promise<T>,
  ): Promise<{ size: number; sha256: string; seen: T }>
  /** Which addresses a download may connect to, the provider's own perhaps aside. */
  readonly mayConnectTo: (ip: string) => boolean
  /** Whether a provider may stand inside our network all the same: who named it has to be one of us. */
  readonly trustsProviders: boolean
}

export function createFileStore(o: {
  dataFolder: string
  s3Url?: string | undefined
  s3Region?: string
  s3KeyId?: string | undefined
  s3Secret?: string | undefined
  /** Where anybody may sign up, anybody may name a provider. */
  signup?: "closed" | "open"
  mayConnectTo?: FileStore["mayConnectTo"]
}): FileStore {
  const { s3Url: url, s3Region: region = "us-east-1", s3KeyId: keyId = "", s3Secret: secret = "" } = o
  const engine =
    url === undefined
      ? createFolder(resolve(o.dataFolder, "files"))
      : createS3({ url, region, keyId, secret })
  return {
    check: engine.check,
    read: engine.read,
    remove: (file) => ours(engine.remove(file)),
    keep: async (file, bytes, look) => {
      const path = await ours(engine.reserve(file))
      try {
        const { size, sha256 } = await gather(path, bytes)
        const seen = await look(path)
        await ours(engine.take(file, { path, size, sha256 }))
        return { size, sha256, seen }
      } finally {
        await rm(path, { force: true })
      }
    },
    mayConnectTo: o.mayConnectTo ?? isPublicAddress,
    trustsProviders: o.signup !== "open",
  }
}

async function gather(
  path: string,
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash("sha256")
  let size = 0
  const handle = await ours(open(path, "wx", 0o600))
  try {
    for await (const chunk of bytes) {
      hash.update(chunk)
      size += chunk.length
      await ours(handle.writeFile(chunk))
    }
    await ours(handle.sync())
  } finally {
    await handle.close()
  }
  return { size, sha256: hash.digest("hex") }
}
