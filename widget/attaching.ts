/**
 * Files on their way up, loaded when the visitor chooses the first one. Their bytes are kept in the browser's own
 * database until they are at the server, so that another page of the site, a reload or a lost network costs nothing.
 */
import { openDB, type DBSchema } from "idb"
import { upload } from "../protocol/uploading.ts"
import { newId } from "./secret.ts"
import type { Answer } from "./server.ts"
import { readJson, type Storage } from "./storage.ts"
import { isFiles } from "./trust.ts"

export type AttachedFile = { id: string; name: string; size: number; type: string }
export type Attachment = AttachedFile & { received: number; refusal?: string }

export type Attaching = {
  add(files: Iterable<File>): void
  retry(id: string): void
  remove(id: string): void
  /** They are part of a message now. */
  taken(): void
  /** A message that was not accepted is written anew. */
  putBack(files: readonly AttachedFile[]): void
}

type Schema = DBSchema & { uploads: { key: string; value: Blob } }

const LIST = ":files"
const MOST = 10

class Refused extends Error {}

export function openAttaching(o: {
  storage: Storage
  /** Of this source's files. */
  address: string
  key(): string
  ask(what: string, body: object): Promise<Answer>
  onChange(all: Attachment[]): void
}): Attaching {
  const { storage } = o
  const disk = openDB<Schema>("parley-uploads", 1, {
    upgrade: (fresh) => void fresh.createObjectStore("uploads"),
  }).catch(() => undefined)
  const blobs = new Map<string, Blob>()
  const running = new Map<string, AbortController>()
  let list: Attachment[] = []

  function change(next: Attachment[]): void {
    list = next
    storage.set(LIST, JSON.stringify(list.map(plain)))
    o.onChange(list)
  }

  function show(id: string, state: Pick<Attachment, "received" | "refusal">): void {
    change(list.map((one) => (one.id === id ? { ...plain(one), ...state } : one)))
  }

  async function run(file: AttachedFile): Promise<void> {
    const { id } = file
    if (running.has(id)) return
    const stopping = new AbortController()
    running.set(id, stopping)
    show(id, { received: 0 })
    try {
      const whole = () => uploadWhole(file, stopping.signal)
      await (navigator.locks
        ? navigator.locks.request(`parley-upload-${id}`, { signal: stopping.signal }, whole)
        : whole())
      forget(id)
    } catch (error) {
      if (!stopping.signal.aborted)
        show(id, { received: 0, refusal: error instanceof Refused ? error.message : "file-missing" })
    } finally {
      running.delete(id)
    }
  }

  async function uploadWhole(file: AttachedFile, signal: AbortSignal): Promise<void> {
    const blob = blobs.get(file.id) ?? (await (await disk)?.get("uploads", file.id))
    const begin = async (): Promise<number> => {
      const received = receivedOf(await o.ask("files", file))
      if (!blob && received < file.size) throw new Refused("file-missing")
      return received
    }
    await upload(
      blob ?? new Blob(),
      {
        begin,
        send: async (from, part, patience) => {
          const response = await fetch(`${o.address}/${file.id}/parts?from=${from}`, {
            method: "POST",
            headers: { authorization: `Visitor ${o.key()}`, "content-type": "application/octet-stream" },
            body: part,
            credentials: "omit",
            signal: patience,
          })
          const body: unknown = await response.json()
          return receivedOf(response.ok ? { kind: "done", body } : { kind: "later" })
        },
        isFinal: (error) => error instanceof Refused,
        onProgress: (received) => show(file.id, { received }),
      },
      signal,
    )
    show(file.id, { received: file.size })
  }

  function forget(id: string): void {
    blobs.delete(id)
    void disk.then((open) => open?.delete("uploads", id)).catch(() => undefined)
  }

  change((readJson(storage.get(LIST), isFiles) ?? []).map((file) => ({ ...file, received: 0 })))
  for (const file of list) void run(file)

  return {
    add(files) {
      for (const file of files) {
        if (list.length >= MOST || file.size === 0) continue
        const { name, size, type } = file
        const added = { id: newId(), name: name.slice(0, 1_000), size, type: type.slice(0, 200) }
        blobs.set(added.id, file)
        void disk.then((open) => open?.put("uploads", file, added.id)).catch(() => undefined)
        change([...list, { ...added, received: 0 }])
        void run(added)
      }
    },
    retry(id) {
      const file = list.find((one) => one.id === id)
      if (file) void run(plain(file))
    },
    remove(id) {
      running.get(id)?.abort()
      forget(id)
      change(list.filter((file) => file.id !== id))
      void o.ask(`files/${id}/cancel`, {})
    },
    taken: () => change([]),
    putBack: (files) => change([...files.map((file) => ({ ...file, received: file.size })), ...list]),
  }
}

export function plain({ id, name, size, type }: AttachedFile): AttachedFile {
  return { id, name, size, type }
}

function receivedOf(answer: Answer): number {
  if (answer.kind === "refused") throw new Refused(answer.refusal)
  const { body } = answer.kind === "done" ? answer : { body: undefined }
  if (typeof body === "object" && body !== null && "received" in body && typeof body.received === "number")
    return body.received
  throw new Error("Not uploaded now.")
}
