/**
 * Files on their way up. What is attached is kept on this machine's disk until all of it is at the server, so that a
 * reload or a lost network costs nothing; of several tabs one uploads a file. What an upload comes to is watched by
 * its id; which draft it belongs to, drafts say.
 */
import type { RefusalBody } from "../../protocol/refusals.ts"
import { upload } from "../../protocol/uploading.ts"
import { uploadState, type Voice } from "../../protocol/uploads.ts"
import { z } from "zod"
import { newId, type DraftFile } from "./act.ts"
import { ask, openPatience, RefusalError, type Server } from "./ask.ts"
import type { Disk } from "./disk.ts"
import type { Watchers } from "./watchers.ts"

export type UploadView =
  /** Not whole yet, and kept in case the page goes before it is. */
  | { state: "recording" }
  | { state: "uploading"; received: number }
  | { state: "ready" }
  | { state: "failed"; refusal: RefusalBody }

export type Uploads = {
  /** Begins to upload. */
  add(file: File, voice?: Voice): DraftFile
  /** What there is of a recording is kept on this machine's disk, so that it can be sent after a reload. */
  keepRecording(): KeptRecording
  /** Its bytes, as long as they are here: of a voice message until it is taken off or the tab closes. */
  bytesOf(id: string): Promise<Blob | undefined>
  viewOf(id: string): UploadView | undefined
  /** Goes on with one of a draft from disk, or one that failed. */
  resume(file: DraftFile): void
  /** Of one that is not wanted any more. */
  cancel(id: string): void
  close(): void
}

export type KeptRecording = {
  /** Instead of what was kept of it before. */
  keep(file: File, voice: Voice): Promise<DraftFile>
  /** It is a file of its own now, or not wanted. */
  end(): void
  id: string
}

const gone: RefusalBody = { refusal: "file-missing", message: "The file is not on this machine any more." }

export function createUploads(needs: {
  server: Server
  watchers: Watchers
  disk(): Disk | undefined
}): Uploads {
  const { server, watchers } = needs
  const views = new Map<string, UploadView>()
  /** Of this tab: what is on no disk is here all the same. */
  const blobs = new Map<string, Blob>()
  const running = new Map<string, AbortController>()

  function show(id: string, view: UploadView): void {
    views.set(id, view)
    watchers.mark(`upload:${id}`)
    watchers.tell()
  }

  async function run(file: DraftFile): Promise<void> {
    const { id } = file
    if (running.has(id)) return
    const stopping = new AbortController()
    running.set(id, stopping)
    show(id, { state: "uploading", received: 0 })
    try {
      await alone(id, stopping.signal, () => uploadWhole(file, stopping.signal))
      forget(id, file.voice !== undefined)
      show(id, { state: "ready" })
    } catch (error) {
      if (!stopping.signal.aborted) show(id, { state: "failed", refusal: reasonOf(error) })
    } finally {
      running.delete(id)
    }
  }

  async function uploadWhole(file: DraftFile, signal: AbortSignal): Promise<void> {
    const { id, size } = file
    // What is kept of a recording may have grown since the draft told how much it is.
    const blob = (await bytesOf(id))?.slice(0, size)
    const begin = async (): Promise<number> => {
      const { received } = await ask(server, {
        method: "POST",
        path: "/files",
        body: file,
        answer: uploadState,
      })
      // Without its bytes only what is whole already is of any use.
      if (blob === undefined && received < size) throw new RefusalError(gone)
      return received
    }
    const isPassing = openPatience()
    await upload(
      blob ?? new Blob(),
      {
        begin,
        send: async (from, part) => {
          const path = `/files/${id}/parts?from=${from}`
          return (await ask(server, { method: "POST", path, body: part, answer: uploadState })).received
        },
        isFinal: (error) => !isPassing(reasonOf(error).refusal),
        onProgress: (received) => show(id, { state: "uploading", received }),
      },
      signal,
    )
  }

  async function bytesOf(id: string): Promise<Blob | undefined> {
    return blobs.get(id) ?? (await needs.disk()?.readUpload(id))
  }

  function forget(id: string, isHeard = false): void {
    if (!isHeard) blobs.delete(id)
    void needs.disk()?.dropUpload(id).catch(reportError)
  }

  return {
    add(file, voice) {
      const added = draftOf(newId(), file, voice)
      blobs.set(added.id, file)
      void needs.disk()?.keepUpload(added.id, file).catch(reportError)
      void run(added)
      return added
    },
    keepRecording() {
      const id = newId()
      const over = Promise.withResolvers<void>()
      show(id, { state: "recording" })
      // Other tabs, which have the draft too, wait with it.
      void alone(id, new AbortController().signal, () => over.promise).catch(reportError)
      return {
        id,
        async keep(file, voice) {
          await needs.disk()?.keepUpload(id, file)
          return draftOf(id, file, voice)
        },
        end() {
          forget(id)
          over.resolve()
        },
      }
    },
    bytesOf,
    viewOf: (id) => views.get(id),
    resume: (file) => void run(file),
    cancel(id) {
      running.get(id)?.abort()
      forget(id)
      // Who is offline leaves that to the server, which forgets what nobody sends.
      void ask(server, { method: "DELETE", path: `/files/${id}`, answer: z.object({}) }).catch(
        () => undefined,
      )
    },
    close() {
      for (const stopping of running.values()) stopping.abort()
    },
  }
}

function draftOf(id: string, { name, size, type }: File, voice: Voice | undefined): DraftFile {
  return { id, name: name.slice(0, 1_000), size, type: type.slice(0, 200), ...(voice && { voice }) }
}

/** What is no refusal is this machine's own: its disk or the browser gives the file back no more. */
function reasonOf(error: unknown): RefusalBody {
  return error instanceof RefusalError ? error.body : gone
}

/** One tab at a time; where there are no locks the server sorts it out. */
async function alone(id: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const locks: LockManager | undefined = navigator.locks
  return locks === undefined ? work() : locks.request(`parley-upload-${id}`, { signal }, work)
}
