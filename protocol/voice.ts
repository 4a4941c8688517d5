/** What everybody knows of voice messages. */

/** Milliseconds; a recording ends by itself there. */
export const LONGEST_VOICE = 15 * 60_000
export const MOST_PEAKS = 64

/** Minutes and seconds, `0:07`. */
export function lengthWords(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}
