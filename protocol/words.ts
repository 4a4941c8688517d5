/**
 * What can be found of a text: its words, folded. The same rule cuts what is kept, what is asked for, and what is
 * marked as a hit, so that the three can never disagree.
 *
 * A word is a run of letters and digits, or one emoji. What is written together with signs between (an e-mail address,
 * `A-1234`, `don't`) is found by its pieces and as one; a phone number by its digits however they are grouped. Scripts
 * that put no spaces between words are cut into overlapping pairs of signs, and any pair can be found. No stemming and
 * no list of empty words: languages are mixed, and people look for what was written.
 */
import { folded, partsOfNote } from "./text.ts"

/** Longer ones (somebody pasted a key) are found by their beginning. */
const LONGEST = 48
/** Of a long web address the first pieces only begin words of their own. */
const MOST_JOINED = 8
/** Of a text that has more, such as only somebody makes who means harm, the first ones count. */
export const MOST_WORDS = 3_000

const PIECES = /[\p{L}\p{M}\p{N}]+/gu
const TOGETHER =
  /[\p{L}\p{M}\p{N}]+(?:['’\-‐‑–._/@+:&#]+[\p{L}\p{M}\p{N}]+)*|(?![#*0-9])\p{Extended_Pictographic}/gu
const PHONE = /\+?\d[\d ().\-/\u00a0\u202f]{5,}\d/gu
const FEWEST_DIGITS = 7
const MOST_DIGITS = 15

const UNSPACED =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}".concat(
    "\\p{Script=Khmer}\\p{Script=Myanmar}ー",
  )
const RUNS = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, "gu")
const isUnspaced = new RegExp(`^[${UNSPACED}]`, "u")

/** Every word of a text, each once; `MOST_WORDS` at most. */
export function wordsOf(text: string): string[] {
  // Numbers first, so that they are always among those that count.
  const words = new Set<string>(numbersIn(text))
  for (const [together] of text.matchAll(TOGETHER)) {
    if (words.size > MOST_WORDS) break
    const pieces = together.match(PIECES) ?? [together]
    for (const piece of pieces) for (const run of runsOf(folded(piece))) addRun(words, run)
    // From each piece on, since what begins so is meant, too: `example.com` is in `ada@example.com`.
    for (const from of pieces.slice(0, MOST_JOINED).keys())
      if (from < pieces.length - 1) words.add(joined(pieces.slice(from)))
  }
  words.delete("")
  return [...words].slice(0, MOST_WORDS)
}

/** Those of a note: what stands for a mention is no text. */
export function wordsOfNote(text: string): string[] {
  return wordsOf(
    partsOfNote(text)
      .map((part) => (part.kind === "text" ? part.text : " "))
      .join(""),
  )
}

/** `isPrefix`: words that begin so are meant, too. */
export type AskedWord = { text: string; isPrefix: boolean }

/** The words that a message must hold for what somebody typed, without spaces or in quotes. */
export function askedWords(typed: string): AskedWord[] {
  const digits = typed.replace(/[^\p{N}]/gu, "")
  if (/^[\p{N}+ ().\-/]+$/u.test(typed) && digits.length >= FEWEST_DIGITS)
    return [{ text: folded(digits).slice(0, LONGEST), isPrefix: true }]
  const asked = [...typed.matchAll(TOGETHER)].flatMap(([together]) => {
    const pieces = together.match(PIECES) ?? [together]
    return (pieces.length > 1 ? [joined(pieces)] : runsOf(folded(together))).flatMap(askedOfRun)
  })
  return [...new Map(asked.map((word) => [word.text, word])).values()]
}

function askedOfRun(run: string): AskedWord[] {
  const signs = [...run]
  if (signs.length === 0) return []
  if (isUnspaced.test(run) && signs.length > 1)
    return pairsOf(signs).map((text) => ({ text, isPrefix: false }))
  return [{ text: run.slice(0, LONGEST), isPrefix: true }]
}

export type TextPart = { text: string; isHit: boolean }

/** The text cut into what was asked for and the rest, in order. */
export function markHits(text: string, asked: readonly AskedWord[]): TextPart[] {
  const hits: [from: number, to: number][] = []
  const begins = (word: string) =>
    asked.some((each) => (each.isPrefix ? word.startsWith(each.text) : word === each.text))
  for (const match of text.matchAll(TOGETHER)) {
    const [together] = match
    const pieces = [...together.matchAll(PIECES)].map(({ 0: piece, index }) => ({ piece, index }))
    if (pieces.length === 0) pieces.push({ piece: together, index: 0 })
    for (const [place, { piece, index }] of pieces.entries()) {
      const start = match.index + index
      for (const [from, to] of hitsIn(piece, asked)) hits.push([start + from, start + to])
      const rest = pieces.slice(place, place + LONGEST).map((each) => each.piece)
      if (place < MOST_JOINED && rest.length > 1 && begins(joined(rest)))
        hits.push([start, match.index + together.length])
    }
  }
  for (const match of text.matchAll(PHONE))
    if (begins(folded(match[0].replace(/\D/g, "")))) hits.push([match.index, match.index + match[0].length])
  return cut(text, hits)
}

const LONGEST_SNIPPET = 180
const BEFORE_HIT = 50

/** One line around the first hit, its hits marked; `…` where something is left out. */
export function snippetOf(text: string, asked: readonly AskedWord[]): TextPart[] {
  const line = text.replace(/\s+/g, " ").trim()
  const marked = markHits(line, asked)
  const first = marked.findIndex(({ isHit }) => isHit)
  const hitAt = marked.slice(0, Math.max(0, first)).reduce((length, part) => length + part.text.length, 0)
  const from = line.length <= LONGEST_SNIPPET || hitAt <= BEFORE_HIT ? 0 : wordStart(line, hitAt - BEFORE_HIT)
  const to = Math.min(line.length, from + LONGEST_SNIPPET)
  const parts: TextPart[] = []
  let at = 0
  for (const part of marked) {
    const shown = part.text.slice(Math.max(0, from - at), Math.max(0, to - at))
    at += part.text.length
    if (shown !== "") parts.push({ text: shown.toWellFormed().replace(/\ufffd$/, ""), isHit: part.isHit })
  }
  if (from > 0) parts.unshift({ text: "…", isHit: false })
  if (to < line.length) parts.push({ text: "…", isHit: false })
  return parts
}

function wordStart(line: string, from: number): number {
  const space = line.indexOf(" ", from)
  return space >= 0 && space < from + BEFORE_HIT / 2 ? space + 1 : from
}

function joined(pieces: readonly string[]): string {
  // Folding makes hardly anything shorter than a third.
  return folded(
    pieces
      .slice(0, LONGEST)
      .join("")
      .slice(0, 3 * LONGEST),
  ).slice(0, LONGEST)
}

function runsOf(word: string): string[] {
  return word.match(RUNS) ?? []
}

function addRun(words: Set<string>, run: string): void {
  if (!isUnspaced.test(run)) return void words.add(run.slice(0, LONGEST))
  const signs = [...run]
  for (const pair of pairsOf(signs)) words.add(pair)
  // So that the last sign, too, is the beginning of something.
  words.add(signs.at(-1) ?? "")
}

function pairsOf(signs: readonly string[]): string[] {
  return signs.slice(1).map((sign, place) => `${signs[place] ?? ""}${sign}`)
}

function numbersIn(text: string): string[] {
  return (text.match(PHONE) ?? [])
    .map((number) => number.replace(/\D/g, ""))
    .filter(({ length }) => length >= FEWEST_DIGITS && length <= MOST_DIGITS)
}

/** Where in a piece its beginning is asked for, or of an unspaced script any part of it. */
function hitsIn(piece: string, asked: readonly AskedWord[]): [from: number, to: number][] {
  const whole = folded(piece)
  if (!asked.some((each) => whole.includes(each.text))) return []
  // Which sign of the piece each sign of its folded form came from.
  const ends: number[] = []
  let at = 0
  let text = ""
  for (const sign of piece) {
    at += sign.length
    const plain = folded(sign)
    text += plain
    for (let place = 0; place < plain.length; place++) ends.push(at)
    // What was folded away (an accent of its own) belongs to the sign before it.
    if (plain === "" && ends.length > 0) ends[ends.length - 1] = at
  }
  const hits: [number, number][] = []
  for (const { text: word, isPrefix } of asked) {
    for (let place = text.indexOf(word); place >= 0; place = text.indexOf(word, place + 1)) {
      const isBeginning = place === 0 || runBegins(text, place)
      if (!isUnspaced.test(word) && !isBeginning) continue
      if (!isPrefix && !isUnspaced.test(word) && word !== text) continue
      hits.push([ends[place - 1] ?? 0, ends[place + word.length - 1] ?? piece.length])
    }
  }
  return hits
}

/** In `iPhone充電器` the second word begins without a space. */
function runBegins(text: string, place: number): boolean {
  return isUnspaced.test(text.slice(place - 1)) && !isUnspaced.test(text.slice(place))
}

function cut(text: string, hits: readonly (readonly [number, number])[]): TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  for (const [from, to] of hits.toSorted(([one], [other]) => one - other)) {
    if (to <= at) continue
    const begin = Math.max(from, at)
    if (begin > at) parts.push({ text: text.slice(at, begin), isHit: false })
    const last = parts.at(-1)
    if (last?.isHit && begin === at) last.text += text.slice(begin, to)
    else parts.push({ text: text.slice(begin, to), isHit: true })
    at = to
  }
  if (at < text.length) parts.push({ text: text.slice(at), isHit: false })
  return parts
}
