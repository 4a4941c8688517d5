import type { TimelineEntry } from "../replica/replica.ts"

/** Within this time one author's messages stand together, in milliseconds. */
const RUN = 5 * 60_000

/** What the timeline shows from top to bottom. A run's first entry has the author, its last the channel and time. */
export type Line =
  | { kind: "day"; key: string; at: string }
  | {
      kind: "entry"
      key: string
      entry: TimelineEntry
      startsRun: boolean
      endsRun: boolean
      /** It answers the note above, or with the one above the same note. */
      followsThread: boolean
    }

export function linesOf(entries: readonly TimelineEntry[]): Line[] {
  const lines: Line[] = []
  let day = ""
  for (const [index, entry] of entries.entries()) {
    const previous = entries[index - 1]
    const next = entries[index + 1]
    const entryDay = new Date(entry.at).toDateString()
    if (entryDay !== day) lines.push({ kind: "day", key: `day ${entryDay}`, at: entry.at })
    lines.push({
      kind: "entry",
      key: entry.id,
      entry,
      startsRun: entryDay !== day || !isOneRun(previous, entry),
      endsRun: !isOneRun(entry, next),
      followsThread: entryDay === day && threadOf(entry) !== undefined && isOfThread(previous, entry),
    })
    day = entryDay
  }
  return lines
}

/** Same author, same address, close in time and on one day: a run. Notes and events stand alone. */
function isOneRun(one: TimelineEntry | undefined, other: TimelineEntry | undefined): boolean {
  if (one?.body.type !== "message" || other?.body.type !== "message") return false
  if (one.body.agentId !== other.body.agentId || one.body.addressId !== other.body.addressId) return false
  const from = new Date(one.at)
  const to = new Date(other.at)
  return to.getTime() - from.getTime() < RUN && from.toDateString() === to.toDateString()
}

function threadOf({ body }: TimelineEntry): string | undefined {
  return body.type === "note" ? body.thread?.id : undefined
}

function isOfThread(one: TimelineEntry | undefined, other: TimelineEntry): boolean {
  return one !== undefined && (one.id === threadOf(other) || threadOf(one) === threadOf(other))
}

/** Entries after `at` that somebody else wrote: what "N new" counts. */
export function newSince(entries: readonly TimelineEntry[], at: string, selfId: string): TimelineEntry[] {
  const found: TimelineEntry[] = []
  for (const entry of entries.toReversed()) {
    if (entry.at <= at) break
    if (entry.body.type !== "event" && entry.body.agentId !== selfId) found.push(entry)
  }
  return found
}
