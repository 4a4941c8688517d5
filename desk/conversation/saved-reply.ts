import type { ReplyRow } from "../../protocol/rows.ts"
import { folded } from "../../protocol/text.ts"

/** The `/…` being typed right before the caret, at the start or after white space: "and/or" is none. */
export function replyAt(text: string, caret: number): { from: number; typed: string } | undefined {
  const match = /(?:^|\s)\/([^\s/][^/\n]{0,40})?$/u.exec(text.slice(0, caret))
  if (!match) return undefined
  const typed = match[1] ?? ""
  return { from: caret - typed.length - 1, typed }
}

/** By a word of the name that begins so, then by anything in name or text; a letter or two match names only. */
export function fittingReplies(replies: readonly ReplyRow[], typed: string): ReplyRow[] {
  const wanted = folded(typed.trim())
  const sorted = replies.toSorted((one, other) => one.name.localeCompare(other.name))
  const byName = sorted.filter(({ name }) => {
    const own = folded(name)
    return own.startsWith(wanted) || own.split(/\s+/).some((word) => word.startsWith(wanted))
  })
  if (wanted.length < 3) return byName
  const byText = sorted.filter(
    (reply) => !byName.includes(reply) && folded(`${reply.name} ${reply.text}`).includes(wanted),
  )
  return [...byName, ...byText]
}
