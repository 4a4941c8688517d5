/**
 * Light marks in what people write, as they know them from other chats: *bold* or **bold**, _italic_, `code`, lines that
 * begin with `>`, `-` or a number, and code between lines of ```. What was typed is what is kept; this says only how it
 * is shown, on both sides, where the channel has formatting. A link is a web address and looks like it: a name over
 * another address would help only those who want to mislead.
 */
import type { Channel } from "./values.ts"

export type Span =
  | { kind: "text" | "code" | "link"; text: string }
  | { kind: "bold" | "italic"; spans: Span[] }

export type Block =
  | { kind: "text" | "quote"; spans: Span[] }
  | { kind: "code"; text: string }
  /** `number`: as it was written; without one it is a bullet. */
  | { kind: "list"; items: { number: number | undefined; spans: Span[] }[] }

/** The channels that have it; in others every mark is a character like any other. */
export function hasFormatting(channel: Channel): boolean {
  return channel === "web-chat"
}

const FENCE = /^```\w*$/
const QUOTE = /^> ?(.*)$/
const ITEM = /^\s{0,3}(?:[-*•]|(\d{1,3})[.)])\s+(.+)$/

export function blocksOf(text: string): Block[] {
  const lines = text.split("\n")
  const blocks: Block[] = []
  let plain: string[] = []
  const endPlain = () => {
    if (plain.some((line) => line !== "")) blocks.push({ kind: "text", spans: spansOf(plain.join("\n")) })
    plain = []
  }
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? ""
    const found = fenced(lines, at) ?? quoted(lines, at) ?? listed(lines, at)
    if (found) {
      endPlain()
      blocks.push(found.block)
      at = found.next
    } else {
      plain.push(line)
      at += 1
    }
  }
  endPlain()
  return blocks
}

type Found = { block: Block; next: number } | undefined

/** One that is never closed is no block: what follows would all be code. */
function fenced(lines: readonly string[], from: number): Found {
  if (!FENCE.test(lines[from] ?? "")) return undefined
  const end = lines.indexOf("```", from + 1)
  if (end < 0) return undefined
  return { block: { kind: "code", text: lines.slice(from + 1, end).join("\n") }, next: end + 1 }
}

function quoted(lines: readonly string[], from: number): Found {
  const [quotes, next] = matching(lines, from, QUOTE)
  if (quotes.length === 0) return undefined
  const said = quotes.map(([, text = ""]) => text).join("\n")
  return { block: { kind: "quote", spans: spansOf(said) }, next }
}

/** A single line is none: "- 5 degrees" is a number, and "2019. A good year" a sentence. */
function listed(lines: readonly string[], from: number): Found {
  const [items, next] = matching(lines, from, ITEM)
  if (items.length < 2) return undefined
  const shown = items.map(([, number, text = ""]) => ({
    number: number === undefined ? undefined : Number(number),
    spans: spansOf(text),
  }))
  return { block: { kind: "list", items: shown }, next }
}

function matching(lines: readonly string[], from: number, pattern: RegExp): [RegExpExecArray[], number] {
  const found: RegExpExecArray[] = []
  for (
    let match = pattern.exec(lines[from] ?? "");
    match;
    match = pattern.exec(lines[from + found.length] ?? "")
  )
    found.push(match)
  return [found, from + found.length]
}

const ADDRESS = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}*_]/g

/** Text as it is, with its web addresses; only http and https. */
export function linksOf(text: string): Span[] {
  const spans: Span[] = []
  let from = 0
  for (const { index, 0: link } of text.matchAll(ADDRESS)) {
    if (index > from) spans.push({ kind: "text", text: text.slice(from, index) })
    spans.push({ kind: "link", text: link })
    from = index + link.length
  }
  if (from < text.length) spans.push({ kind: "text", text: text.slice(from) })
  return spans
}

const MARKS = new RegExp(
  `\`([^\`\\n]+)\`|${ADDRESS.source}|\\*\\*([^*\\n]+)\\*\\*|\\*([^*\\n]+)\\*|_([^_\\n]+)_`,
  "g",
)

const isWord = (letter: string | undefined) => letter !== undefined && /[\p{L}\p{N}*_]/u.test(letter)

/** Marks count where a word begins and ends: `5*3*2`, snake_case_names and `__init__` are what they are. */
export function spansOf(text: string): Span[] {
  const marks = new RegExp(MARKS)
  const spans: Span[] = []
  let from = 0
  const end = (at: number) => {
    if (at > from) spans.push({ kind: "text", text: text.slice(from, at) })
  }
  for (let match = marks.exec(text); match; match = marks.exec(text)) {
    const [whole, code, double, single, italic] = match
    const marked = double ?? single ?? italic
    const after = match.index + whole.length
    if (marked !== undefined) {
      const isMark = marked.trim() === marked && !isWord(text[match.index - 1]) && !isWord(text[after])
      if (!isMark) {
        marks.lastIndex = match.index + 1
        continue
      }
    }
    end(match.index)
    if (code !== undefined) spans.push({ kind: "code", text: code })
    else if (marked === undefined) spans.push({ kind: "link", text: whole })
    else spans.push({ kind: italic === undefined ? "bold" : "italic", spans: spansOf(marked) })
    from = after
  }
  end(text.length)
  return spans
}
