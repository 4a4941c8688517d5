import { z } from "zod"

const KEPT_AS = "parley-emoji"
const MOST = 8

const stored = z.array(z.string().max(40)).max(MOST).catch([])

/** Those used last on this machine, the latest first. */
export function recentEmoji(): string[] {
  return parse(localStorage.getItem(KEPT_AS))
}

export function rememberEmoji(emoji: string): void {
  const others = recentEmoji().filter((other) => other !== emoji)
  localStorage.setItem(KEPT_AS, JSON.stringify([emoji, ...others].slice(0, MOST)))
}

function parse(text: string | null): string[] {
  try {
    return stored.parse(JSON.parse(text ?? "[]"))
  } catch {
    // Not ours, or of another version: nothing is lost with it.
    return []
  }
}
