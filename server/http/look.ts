import type { Log } from "../log/log.ts"

/**
 * Asks something that may hang for those who ask again and again: one look at a time, shared by all who ask
 * meanwhile, so that a slow database does not gather askers who each keep a connection waiting. `undefined` when the
 * look failed, or did not end in time (milliseconds).
 */
export function createLook<T>(
  look: () => Promise<T>,
  { within, log, what }: { within: number; log: Log; what: string },
): () => Promise<T | undefined> {
  let looking: Promise<T | undefined> | undefined
  return async () => {
    looking ??= look()
      .catch((error: unknown) => {
        log.warn({ err: error }, what)
        return undefined
      })
      .finally(() => {
        looking = undefined
      })
    const { promise: late, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => resolve(undefined), within)
    try {
      return await Promise.race([looking, late])
    } finally {
      clearTimeout(timer)
    }
  }
}
