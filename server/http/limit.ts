/**
 * How often something may be done, counted per key in fixed windows in this process: each process allows as much, which
 * is harmless for what one visitor or one API key may do, and nothing else is limited so (`joint-limit.ts`). A key names who is limited
 * as narrowly as the purpose allows (a session, an e-mail address tried from one place), so that nobody can use
 * up somebody else's share. What is counted is forgotten with its window, and with a restart.
 */
export type Limit = {
  /** False when the key has used up its window; otherwise counts. */
  take(key: string): boolean
}

/** More keys than this in one window (somebody makes them up) and the oldest are forgotten. */
const MOST_KEYS = 50_000

export function createLimit(options: { most: number; seconds: number; now?: () => number }): Limit {
  const { most, seconds, now = () => performance.now() } = options
  const windows = new Map<string, { count: number; endsAt: number }>()
  let timer: NodeJS.Timeout | undefined

  function currentOf(key: string): { count: number; endsAt: number } | undefined {
    const current = windows.get(key)
    if (current !== undefined && current.endsAt > now()) return current
    windows.delete(key)
    return undefined
  }

  function forget(): void {
    // Windows are equally long and kept in the order they began, so the first is the oldest.
    for (const [key, { endsAt }] of windows) {
      if (endsAt > now() && windows.size < MOST_KEYS) return
      windows.delete(key)
    }
  }

  /** So that nothing is kept of thousands who came at once and then say nothing. */
  function forgetLater(): void {
    if (windows.size === 0) return
    timer ??= setTimeout(() => {
      timer = undefined
      forget()
      forgetLater()
    }, seconds * 1_000).unref()
  }

  return {
    take(key) {
      const current = currentOf(key)
      if (current === undefined) {
        forget()
        windows.set(key, { count: 1, endsAt: now() + seconds * 1_000 })
        forgetLater()
        return most > 0
      }
      if (current.count >= most) return false
      current.count += 1
      return true
    },
  }
}

/**
 * The part of an address that one subscriber cannot change at will: all of IPv4, the first 64 bits of IPv6, where
 * every household has the rest to itself.
 */
export function networkOf(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, "")
  if (!plain.includes(":")) return plain
  const [left = "", right = ""] = plain.split("::")
  const before = left === "" ? [] : left.split(":")
  const after = right === "" ? [] : right.split(":")
  const missing = plain.includes("::") ? Math.max(0, 8 - before.length - after.length) : 0
  return [...before, ...Array.from({ length: missing }, () => "0"), ...after].slice(0, 4).join(":")
}
