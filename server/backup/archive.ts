import { createHash, type Hash } from "node:crypto"
import { createReadStream, createWriteStream } from "node:fs"
import { open, rename, rm } from "node:fs/promises"
import path from "node:path"
import { pipeline } from "node:stream/promises"
import { createGunzip, createGzip, constants } from "node:zlib"
import { extract, pack, type Pack } from "tar-stream"

/** `manifest`, `tables/public.entries` or `files`: what is checked as one. */
export type Sum = { entries: number; bytes: number; sha256: string }

/** Adds up what goes into an archive or comes out of one. */
export function createSums(): {
  begin(entry: string, size: number): (bytes: Uint8Array) => void
  all(): Record<string, Sum>
} {
  const sums = new Map<string, { entries: number; bytes: number; hash: Hash }>()
  return {
    begin(entry, size) {
      const part = partOf(entry)
      const sum = sums.get(part) ?? { entries: 0, bytes: 0, hash: createHash("sha256") }
      sums.set(part, sum)
      sum.entries += 1
      sum.bytes += size
      sum.hash.update(`${entry} ${size}\n`)
      return (bytes) => void sum.hash.update(bytes)
    },
    all: () =>
      Object.fromEntries(
        [...sums].map(([part, { entries, bytes, hash }]) => [
          part,
          { entries, bytes, sha256: hash.copy().digest("hex") },
        ]),
      ),
  }
}

/** `tables/public.entries/000001` is a piece of `tables/public.entries`. */
function partOf(entry: string): string {
  const [first = "", second = ""] = entry.split("/")
  return first === "tables" ? `${first}/${second}` : first
}

export type Writer = {
  add(entry: string, bytes: Uint8Array): Promise<void>
  /** Fails when there are not as many bytes as `size` says. */
  stream(entry: string, size: number, bytes: AsyncIterable<Uint8Array>): Promise<void>
}

/** Under its name an archive is whole or not there. Only its owner may read it. */
export async function writeArchive(file: string, work: (writer: Writer) => Promise<void>): Promise<void> {
  const part = `${file}.part`
  await rm(part, { force: true })
  const tar = pack()
  const written = pipeline(
    tar,
    // Texts shrink to a fifth even so; the levels above cost several times as long.
    createGzip({ level: constants.Z_BEST_SPEED }),
    createWriteStream(part, { flags: "wx", mode: 0o600, flush: true }),
  )
  // A full disk is told where the next entry is added, or at the end.
  written.catch(() => undefined)
  try {
    await work({
      add: async (entry, bytes) => addEntry(tar, { entry, size: bytes.length }, [bytes]),
      stream: async (entry, size, bytes) => addEntry(tar, { entry, size }, bytes),
    })
    tar.finalize()
    await written
    await rename(part, file)
    const folder = await open(path.dirname(path.resolve(file)))
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    tar.destroy()
    const why: unknown = await written.then(
      () => error,
      (broken: unknown) => broken,
    )
    await rm(part, { force: true })
    // Destroying the tar is an error, too, but says nothing.
    throw isPremature(why) ? error : why
  }
}

async function addEntry(
  tar: Pack,
  { entry, size }: { entry: string; size: number },
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const done = Promise.withResolvers<void>()
  const sink = tar.entry({ name: entry, size, mode: 0o600 }, (error) =>
    error ? done.reject(error) : done.resolve(),
  )
  done.promise.catch(() => undefined)
  for await (const chunk of bytes)
    if (!sink.write(chunk))
      await Promise.race([new Promise<void>((resolve) => sink.once("drain", resolve)), done.promise])
  sink.end(undefined)
  await done.promise
}

function isPremature(error: unknown): boolean {
  return (
    error instanceof Error &&
    (!("code" in error) || error.code === "ERR_STREAM_PREMATURE_CLOSE" || error.code === "ABORT_ERR")
  )
}

export type Entry = { name: string; size: number; bytes: AsyncIterable<Uint8Array> }

/** Shows every entry in turn; each has to be read to its end. Fails where the archive is damaged or is none. */
export async function readArchive(file: string, visit: (entry: Entry) => Promise<void>): Promise<void> {
  const untar = extract()
  const read = pipeline(createReadStream(file), createGunzip(), untar)
  read.catch(() => undefined)
  for await (const entry of untar)
    await visit({ name: entry.header.name, size: entry.header.size ?? 0, bytes: bytesOf(entry) })
  await read
}

async function* bytesOf(entry: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of entry) if (chunk instanceof Uint8Array) yield chunk
}
