/** The uploader's side of `uploads.ts`, the same in desk and widget. */

/** Most bytes of one part. */
export const MOST_OF_PART = 8 * 1024 * 1024
/** Bytes of the first part, and of the smallest: parts grow on a good line and shrink on a bad one. */
const FIRST_PART = 256 * 1024
const SMALLEST_PART = 32 * 1024
/** Milliseconds: a part that took less is followed by a larger one, one that takes longer is given up. */
const QUICK = 1_000
const PATIENCE = 25_000
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 15_000

export type UploadNeeds = {
  /** Both answer how many bytes the server has; what they throw is tried again unless it `isFinal`. */
  begin(signal: AbortSignal): Promise<number>
  send(from: number, part: Blob, signal: AbortSignal): Promise<number>
  isFinal(error: unknown): boolean
  /** Bytes that are there. */
  onProgress(received: number): void
}

/** Resolves when all of it is there; rejects with what `isFinal`, or when `signal` says so. */
export async function upload(file: Blob, needs: UploadNeeds, signal: AbortSignal): Promise<void> {
  let received: number | undefined
  let size = FIRST_PART
  let failures = 0
  while (received === undefined || received < file.size) {
    const from: number | undefined = received
    const begun = performance.now()
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)])
    try {
      received =
        from === undefined
          ? await needs.begin(patience)
          : await needs.send(from, file.slice(from, from + size), patience)
      failures = 0
      needs.onProgress(received)
      if (from !== undefined && performance.now() - begun < QUICK) size = Math.min(MOST_OF_PART, size * 2)
    } catch (error) {
      if (signal.aborted || needs.isFinal(error)) throw error
      size = Math.max(SMALLEST_PART, size / 4)
      // What of it arrived is for the server to say.
      received = undefined
      await pause(failures, signal)
      failures += 1
    }
  }
}

/** Ends early when the network is back. */
function pause(failures: number, signal: AbortSignal): Promise<void> {
  const time = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures) * (0.5 + Math.random() / 2)
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer)
      removeEventListener("online", go)
      signal.removeEventListener("abort", go)
      resolve()
    }
    const timer = setTimeout(go, time)
    addEventListener("online", go)
    signal.addEventListener("abort", go)
  })
}
