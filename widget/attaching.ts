/**
 * Files on their way up, loaded when the visitor chooses the first one. Their bytes are kept in the browser's own
 * database until they are at the server, so that another page of the site, a reload or a lost network costs nothing.
 */
import { openDB, type DBSchema } from "idb"
import type { Voice } from "../protocol/uploads.ts"
import type { Recorded } from "../protocol/recording.ts"
import { upload } from "../protocol/uploading.ts"
import { newId } from "./secret.ts"
import type { Answer } from "./server.ts"
import { readJson, writeJson, type Storage } from "./storage.ts"
import { isFiles } from "./trust.ts"

export type AttachedFile = { id: string; name: string; size: number; type: string; voice?: Voice }
export type Attachment = AttachedFile & { received: number; refusal?: string }

export type Attaching = {
  add(files: Iterable<File>): void
  addVoice(recorded: Recorded): void
  /** For a recording that has begun. */
  keepRecording(): KeptRecording
  /** Its bytes, as long as they are here: of a voice message until it is sent. */
  bytesOf(id: string): Promise<Blob | undefined>
  retry(id: string): void
  remove(id: string): void
  /** They are part of a message now. */
  taken(): void
  /** Another tab has attached, taken off or sent some. */
  follow(): void
  /** A message that was not accepted is written anew. */
  putBack(files: readonly AttachedFile[]): void
}

export type KeptRecording = {
  /** What there is of it, instead of what was kept before: it can be sent if the page goes now. */
  keep(recorded: Recorded): Promise<void>
  /** It is a file of its own now, or not wanted. */
  end(): void
}

type Schema = DBSchema & { uploads: { key: string; value: Blob } }

const LIST = ":files"
const MOST = 10

class Refused extends Error {}

export function openAttaching(o: {
  storage: Storage
  /** Of this source's files. */
  address: string
  /** Says that they are another person's now. */
  signal: AbortSignal
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
  let unfinished: AttachedFile | undefined

  function change(next: Attachment[]): void {
    if (o.signal.aborted) return
    list = next
    storage.set(
      LIST,
      writeJson([...list.map(plain), ...(unfinished ? [{ ...unfinished, unfinished: true }] : [])]),
    )
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
      if (!file.voice) forget(id)
    } catch (error) {
      if (!stopping.signal.aborted)
        show(id, { received: 0, refusal: error instanceof Refused ? error.message : "file-missing" })
    } finally {
      running.delete(id)
    }
  }

  async function uploadWhole(file: AttachedFile, signal: AbortSignal): Promise<void> {
    // What is kept of a recording may have grown since the list told how much it is.
    const blob = (await bytesOf(file.id))?.slice(0, file.size)
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

  async function bytesOf(id: string): Promise<Blob | undefined> {
    return blobs.get(id) ?? (await (await disk)?.get("uploads", id))
  }

  function add(file: File, voice?: Voice): void {
    if (o.signal.aborted || list.length >= MOST || file.size === 0) return
    const added = listed(newId(), file, voice)
    blobs.set(added.id, file)
    void disk.then((open) => open?.put("uploads", file, added.id)).catch(() => undefined)
    change([...list, { ...added, received: 0 }])
    void run(added)
  }

  function forget(id: string): void {
    blobs.delete(id)
    void disk.then((open) => open?.delete("uploads", id)).catch(() => undefined)
  }

  o.signal.addEventListener("abort", () => {
    for (const stopping of running.values()) stopping.abort()
    for (const { id } of list) forget(id)
  })
  const stored = () => readJson(storage.get(LIST), isFiles) ?? []

  function follow(): void {
    // What is being recorded here or there is no file yet.
    const files = stored().filter(({ id, unfinished: isGoingOn }) => !isGoingOn && id !== unfinished?.id)
    for (const [id, stopping] of running) if (!files.some((file) => file.id === id)) stopping.abort()
    const known = new Map(list.map((file) => [file.id, file]))
    list = files.map((file) => known.get(file.id) ?? { ...plain(file), received: 0 })
    o.onChange(list)
    for (const file of list) if (!known.has(file.id)) void run(plain(file))
  }

  change(stored().map((file) => ({ ...plain(file), received: 0 })))
  for (const file of list) void run(file)

  return {
    add(files) {
      for (const file of files) add(file)
    },
    addVoice: ({ file, voice }) => add(file, voice),
    keepRecording() {
      const id = newId()
      let isOver = false
      return {
        async keep({ file, voice }) {
          await (await disk)?.put("uploads", file, id)
          if (isOver) return forget(id)
          unfinished = listed(id, file, voice)
          change(list)
        },
        end() {
          isOver = true
          unfinished = undefined
          forget(id)
          change(list)
        },
      }
    },
    bytesOf,
    follow,
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
    taken() {
      for (const { id, voice } of list) if (voice) forget(id)
      change([])
    },
    putBack: (files) => change([...files.map((file) => ({ ...file, received: file.size })), ...list]),
  }
}

export function plain({ id, name, size, type, voice }: AttachedFile): AttachedFile {
  return { id, name, size, type, ...(voice && { voice }) }
}

function listed(id: string, { name, size, type }: File, voice: Voice | undefined): AttachedFile {
  return plain({ id, name: name.slice(0, 1_000), size, type: type.slice(0, 200), ...(voice && { voice }) })
}

function receivedOf(answer: Answer): number {
  if (answer.kind === "refused") throw new Refused(answer.refusal)
  const { body } = answer.kind === "done" ? answer : { body: undefined }
  if (typeof body === "object" && body !== null && "received" in body && typeof body.received === "number")
    return body.received
  throw new Error("Not uploaded now.")
}
