/**
 * What may stand in a message, decided once for browsers and server.
 *
 * Kept: everything a person can type, right-to-left and emoji included. Mended without asking: NUL and other
 * control characters (dropped), lone surrogates (U+FFFD), line ends (\n), white space around the text.
 * Bidi embeddings and overrides (U+202A–202E) are dropped because they can make a line read as something
 * else than it says; isolates and marks (U+2066–2069, U+200E/F), which cannot leak past their line when the
 * bubble isolates itself, stay. Refused: nothing left, or more than the limit. Text is never HTML.
 */
import { z } from "zod"

/** Most characters (UTF-16 units) of one message or note; long enough for a pasted log, short enough to show. */
export const MOST_TEXT = 10_000

/** A draft may be too long to be sent. */
export const MOST_DRAFT = 2 * MOST_TEXT

/** Exactly as it was typed, but for what the database does not take. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "")
}

/** The text as it is kept, or `undefined` when nothing is left of it. */
export function mendText(text: string): string | undefined {
  const mended = text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\ufeff]/g, "")
    .trim()
  return /[^\s\u200b-\u200f\u2060-\u2069]/u.test(mended) ? mended : undefined
}

/** Letters that are no letter with an accent, as people type them who do not have them. */
const LETTERS: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ħ: "h",
  ı: "i",
  ς: "σ",
}
// Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowels and the tatweel, and how an emoji is to look. Vowel
// signs of Indic scripts and of Thai are letters; the voicing marks of kana, too.
const ACCENTS =
  // oxlint-disable-next-line no-misleading-character-class -- these are the marks themselves
  /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\ufe00-\ufe0f]/g

/** For finding: without accents, in small letters, digits of all scripts as 0–9. */
export function folded(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(ACCENTS, "")
    .normalize("NFC")
    .replace(/[ßæœøđðþłħıς]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/[٠-٩۰-۹०-९]/g, (digit) => String(digitOf(digit)))
}

/** Their zeros stand at 0x660, 0x6f0 and 0x966. */
function digitOf(digit: string): number {
  const code = digit.charCodeAt(0)
  return code - (code >= 0x966 ? 0x966 : code >= 0x6f0 ? 0x6f0 : 0x660)
}

/** A message's text at a border: mended, within the limit; empty where only files are sent. */
export const captionText = z
  .string()
  .max(100_000)
  .transform((text, context) => {
    const mended = mendText(text) ?? ""
    if (mended.length > MOST_TEXT) context.addIssue({ code: "custom", message: "text-too-long" })
    return mended
  })

/** The same, and not empty. */
export const messageText = captionText.refine((text) => text !== "", "text-empty")

/** Most files of one message or note. */
export const MOST_FILES = 10
/** Saved replies whose use one answer counts. */
export const MOST_REPLIES = 20

/** Whether something is said at all. */
export function saysSomething({ text, fileIds }: { text: string; fileIds?: string[] | undefined }): boolean {
  return text !== "" || (fileIds?.length ?? 0) > 0
}

/** A name on one line: of a person, a team, a company, a source. */
export function name(most = 80) {
  return z
    .string()
    .max(1_000)
    .transform((text, context) => {
      const mended = mendText(text)?.replace(/\s+/g, " ")
      if (mended === undefined) context.addIssue({ code: "custom", message: "name-empty" })
      else if (mended.length > most) context.addIssue({ code: "custom", message: "name-too-long" })
      return mended ?? ""
    })
}

const MENTION = /@\{(agent|team):([0-9a-f-]{36})\}/g

/** A mention inside a note's text stands as `@{agent:<id>}` or `@{team:<id>}`, so that a renamed colleague stays mentioned. */
export function mentionOf(kind: "agent" | "team", id: string): string {
  return `@{${kind}:${id}}`
}

export function mentionsIn(text: string): { agentIds: string[]; teamIds: string[] } {
  const agentIds = new Set<string>()
  const teamIds = new Set<string>()
  for (const [, kind, id = ""] of text.matchAll(MENTION)) (kind === "agent" ? agentIds : teamIds).add(id)
  return { agentIds: [...agentIds], teamIds: [...teamIds] }
}

export type NotePart = { kind: "text"; text: string } | { kind: "agent" | "team"; id: string }

/** A note's text cut at its mentions, in order, for showing. */
export function partsOfNote(text: string): NotePart[] {
  const parts: NotePart[] = []
  let from = 0
  for (const match of text.matchAll(MENTION)) {
    if (match.index > from) parts.push({ kind: "text", text: text.slice(from, match.index) })
    parts.push({ kind: match[1] === "agent" ? "agent" : "team", id: match[2] ?? "" })
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push({ kind: "text", text: text.slice(from) })
  return parts
}
