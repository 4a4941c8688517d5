/**
 * One stretch of a conversation's entries, in the server's order, without a gap. Pages make it longer at either
 * end; live entries join it where they belong. What arrives while a page is under way is held and applied once
 * more after the page, because the page may have been read before it.
 */
import type { EntryRow, Row } from "../../protocol/rows.ts"
import type { Page } from "../../protocol/stream.ts"
import type { RefusalBody } from "../../protocol/refusals.ts"

export type Timeline = {
  readonly conversationId: string
  /** The entry that a link named: a stretch of its own around that. */
  around: string | undefined
  /** Only the note of this id and what answers it. */
  readonly thread: string | undefined
  entries: readonly EntryRow[]
  readonly asOf: Map<string, number>
  hasOlder: boolean
  /** More below than is loaded: opened at a linked message. Then what arrives live is not appended. */
  hasNewer: boolean
  isLoaded: boolean
  /** A snapshot came since it was loaded: shown at once, loaded anew when it is opened. */
  isStale: boolean
  /** The page under way. */
  flight: Which | undefined
  held: Live[]
  error: RefusalBody | undefined
  /** Milliseconds; the longest unopened leave the disk first. */
  openedAt: number
}
export type Which = "latest" | "older" | "newer" | "around"
export type Live = { asOf: number; rows: readonly EntryRow[]; removed: readonly string[] }

export type Part = { around?: string | undefined; thread?: string | undefined }

export function createTimeline(conversationId: string, { around, thread }: Part = {}): Timeline {
  return {
    conversationId,
    around,
    thread,
    entries: [],
    asOf: new Map(),
    hasOlder: true,
    hasNewer: false,
    isLoaded: false,
    isStale: false,
    flight: undefined,
    held: [],
    error: undefined,
    openedAt: 0,
  }
}

/** Takes a stretch as it was kept: read at `asOf` or later. */
export function takeTimeline(
  timeline: Timeline,
  kept: Pick<Timeline, "entries" | "hasOlder" | "isStale" | "openedAt">,
  asOf: number,
): void {
  timeline.entries = kept.entries
  timeline.hasOlder = kept.hasOlder
  timeline.isStale = kept.isStale
  timeline.openedAt = kept.openedAt
  timeline.isLoaded = true
  timeline.hasNewer = false
  for (const { id } of kept.entries) timeline.asOf.set(id, asOf)
}

/** Applies what arrived live. Answers whether what is shown is different. */
export function applyLive(timeline: Timeline, live: Live): boolean {
  if (timeline.flight) timeline.held.push(live)
  return timeline.isLoaded && join(timeline, live)
}

function join(timeline: Timeline, live: Live): boolean {
  const before = timeline.entries
  for (const row of live.rows) put(timeline, row, live.asOf)
  const gone = live.removed.filter((id) => (timeline.asOf.get(id) ?? Number.POSITIVE_INFINITY) <= live.asOf)
  if (gone.length > 0) {
    for (const id of gone) timeline.asOf.delete(id)
    timeline.entries = timeline.entries.filter((entry) => !gone.includes(entry.id))
  }
  return timeline.entries !== before
}

/** Of a whole conversation everything is; of a thread its note and the answers. */
export function isPartOf({ thread }: Pick<Timeline, "thread">, { id, body }: EntryRow): boolean {
  return thread === undefined || id === thread || (body.type === "note" && body.thread?.id === thread)
}

function put(timeline: Timeline, row: EntryRow, asOf: number): void {
  if (!isPartOf(timeline, row)) return
  const known = timeline.asOf.get(row.id)
  if (known !== undefined) {
    if (known > asOf) return
    timeline.asOf.set(row.id, asOf)
    const isInPlace = timeline.entries.some((entry) => entry.id === row.id && entry.at === row.at)
    timeline.entries = isInPlace
      ? timeline.entries.map((entry) => (entry.id === row.id ? row : entry))
      : placed(
          timeline.entries.filter((entry) => entry.id !== row.id),
          row,
        )
    return
  }
  const [first, last] = [timeline.entries[0], timeline.entries.at(-1)]
  if (timeline.hasNewer && (last === undefined || row.at > last.at)) return
  if (timeline.hasOlder && (first === undefined || row.at < first.at)) return
  timeline.asOf.set(row.id, asOf)
  timeline.entries = placed(timeline.entries, row)
}

function placed(entries: readonly EntryRow[], row: EntryRow): EntryRow[] {
  return entries.toSpliced(entries.findLastIndex((entry) => entry.at < row.at) + 1, 0, row)
}

/** Takes a page that was asked for as `which`, then once more what arrived meanwhile. */
export function applyPage(timeline: Timeline, which: Which, page: Page): void {
  const rows = page.rows.filter(
    (row): row is EntryRow => isEntry(row) && row.conversationId === timeline.conversationId,
  )
  if (which === "latest" || which === "around") {
    timeline.entries = []
    timeline.asOf.clear()
    timeline.hasOlder = which === "around" || page.hasMore
    timeline.hasNewer = which === "around"
    timeline.isStale = false
  } else if (which === "older") timeline.hasOlder = page.hasMore
  else timeline.hasNewer = page.hasMore
  const fresh = rows.filter((row) => !timeline.asOf.has(row.id))
  for (const row of fresh) timeline.asOf.set(row.id, page.asOf)
  timeline.entries = [...timeline.entries, ...fresh].sort((one, other) => (one.at < other.at ? -1 : 1))
  timeline.isLoaded = true
  timeline.flight = undefined
  timeline.error = undefined
  const { held } = timeline
  timeline.held = []
  for (const live of held) join(timeline, live)
}

function isEntry(row: Row): row is EntryRow {
  return row.kind === "entry"
}
