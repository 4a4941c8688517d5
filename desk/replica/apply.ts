/**
 * Makes what the server says true in memory, and has it repainted. Frames are applied only in order: one whose
 * `after` is not the cursor is a gap, and the caller says hello again; never is anything recovered in part.
 *
 * A snapshot is shown part by part. With its last part everything that no part held is gone, except closed
 * conversations somebody looks at: those are no part of snapshots and are asked for anew.
 */
import { countAll, type Counts, type Reader } from "../../protocol/inboxes.ts"
import type { EntryRow, Row } from "../../protocol/rows.ts"
import type { InboxKey } from "../../protocol/values.ts"
import type { Frame, Page, Presence, ToDesk } from "../../protocol/stream.ts"
import { draftKey, isNothing, syncedDraft, type Draft, type Returned, type Synced } from "./draft.ts"
import { createList, fillList, moveInList, type List } from "./list.ts"
import {
  drop,
  dropUnseen,
  findReader,
  holds,
  keep,
  overlayTouched,
  shownRow,
  shownRows,
  shownSelf,
  type Memory,
} from "./memory.ts"
import { applyLive } from "./timeline.ts"

export type Snapshot = Extract<ToDesk, { kind: "snapshot" }>

export function applyFrame(memory: Memory, frame: Frame): "applied" | "gap" {
  if (memory.cursor !== frame.after) return "gap"
  const entries: EntryRow[] = []
  for (const row of frame.rows) {
    if (row.kind === "entry") entries.push(row)
    else keep(memory, row, frame.asOf)
  }
  const removedEntries: string[] = []
  for (const { kind, id } of frame.removed) {
    if (kind === "entry") removedEntries.push(id)
    else drop(memory, kind, id, frame.asOf)
    if (kind === "conversation") forgetTimelines(memory, id)
  }
  applyEntries(memory, { asOf: frame.asOf, rows: entries, removed: removedEntries })
  memory.cursor = frame.upTo
  return "applied"
}

function applyEntries(
  memory: Memory,
  live: { asOf: number; rows: readonly EntryRow[]; removed: readonly string[] },
): void {
  if (live.rows.length === 0 && live.removed.length === 0) return
  const rows = Map.groupBy(live.rows, (row) => row.conversationId)
  for (const timeline of memory.timelines.values()) {
    const own = rows.get(timeline.conversationId) ?? []
    // Conversations are merged, and are two again.
    const gone = live.rows.flatMap(({ id, conversationId }) =>
      conversationId !== timeline.conversationId && timeline.asOf.has(id) ? [id] : [],
    )
    const removed = [...live.removed, ...gone]
    if (own.length === 0 && removed.length === 0) continue
    if (applyLive(timeline, { ...live, rows: own, removed })) touchTimeline(memory, timeline.conversationId)
  }
}

export function touchTimeline(memory: Memory, conversationId: string): void {
  memory.watchers.mark(`timeline:${conversationId}`)
  memory.unsaved.timelines.add(conversationId)
}

function forgetTimelines(memory: Memory, conversationId: string): void {
  for (const [key, timeline] of memory.timelines)
    if (timeline.conversationId === conversationId) memory.timelines.delete(key)
  touchTimeline(memory, conversationId)
}

export function applySnapshot(memory: Memory, snapshot: Snapshot): void {
  if (snapshot.part === 0) {
    // Numbers of another epoch compare with nothing: the snapshot is believed whatever was known.
    memory.asOf.clear()
    memory.graves.clear()
    memory.seen = new Set()
    memory.isComplete = false
    memory.cursor = undefined
    memory.serverCounts = snapshot.counts
  }
  for (const row of snapshot.rows) if (row.kind !== "entry") keep(memory, row, snapshot.asOf)
  memory.everything = true
  if (!snapshot.isLast) return
  dropUnseen(
    memory,
    (kind, id) =>
      kind === "conversation" &&
      memory.kept.conversation.get(id)?.isOpen === false &&
      memory.watchers.isWatched(`conversation:${id}`),
  )
  memory.cursor = snapshot.asOf
  memory.unsaved.everything = true
  staleTimelines(memory)
  beginGeneration(memory)
}

/** What was loaded in pages is no part of a whole state: it is asked for anew. */
function beginGeneration(memory: Memory): void {
  memory.isComplete = true
  memory.generation += 1
  memory.serverCounts = undefined
  for (const list of memory.lists.values()) list.edge = "nothing"
  memory.watchers.mark("generation")
}

/** Timelines of conversations he lost sight of go; the others are shown until they are loaded anew. */
function staleTimelines(memory: Memory): void {
  for (const [key, timeline] of memory.timelines) {
    timeline.isStale = true
    touchTimeline(memory, timeline.conversationId)
    if (!memory.kept.conversation.has(timeline.conversationId)) memory.timelines.delete(key)
  }
}

/** Conversations of a page; entries of a page go to their timeline. */
export function applyRows(memory: Memory, page: Pick<Page, "asOf" | "rows">): void {
  for (const row of page.rows) if (row.kind !== "entry") keep(memory, row, page.asOf)
}

export function applyPresence(memory: Memory, presence: Presence): void {
  const { viewers, customer, conversationId } = presence
  if (viewers.length === 0 && !customer.isOnline && !customer.isTyping && customer.page === null)
    memory.presences.delete(conversationId)
  else memory.presences.set(conversationId, presence)
  memory.watchers.mark(`presence:${conversationId}`)
}

/** Nobody is known to be anywhere while the line is cut. */
export function forgetPresences(memory: Memory): void {
  for (const id of memory.presences.keys()) memory.watchers.mark(`presence:${id}`)
  memory.presences.clear()
}

/** One message of the stream. A gap: the replica has to be asked for anew. */
export function applyMessage(memory: Memory, message: Frame | Snapshot | Presence): "applied" | "gap" {
  if (message.kind === "frame") return applyFrame(memory, message)
  if (message.kind === "snapshot") applySnapshot(memory, message)
  else applyPresence(memory, message)
  return "applied"
}

/** What a first screen shows of the state on disk. Like the first part of a snapshot: there is more to come, and counts are told. */
export function applyFirst(
  memory: Memory,
  first: { rows: Iterable<Row>; epoch: string; cursor: number; counts: Counts },
): void {
  for (const row of first.rows) if (row.kind !== "entry") keep(memory, row, first.cursor)
  memory.epoch = first.epoch
  memory.serverCounts = first.counts
  memory.everything = true
}

/** A whole state the server once told: from disk, or from the tab that leads. */
export function applyState(
  memory: Memory,
  state: { rows: Iterable<Row>; epoch: string; cursor: number },
): void {
  if (memory.epoch !== state.epoch) memory.asOf.clear()
  memory.seen = new Set()
  for (const row of state.rows)
    // Of this very state already, as what the first screen shows: nobody has to paint it again.
    if (row.kind !== "entry" && !holds(memory, row, state.cursor)) keep(memory, row, state.cursor)
  dropUnseen(memory, () => false)
  if (memory.cursor !== undefined && memory.cursor !== state.cursor) staleTimelines(memory)
  memory.epoch = state.epoch
  memory.cursor = state.cursor
  memory.everything = true
  beginGeneration(memory)
}

export function applyDraft(
  memory: Memory,
  o: { key: string; draft: Draft; absorbs: readonly string[] },
): void {
  if (isNothing(o.draft)) memory.drafts.delete(o.key)
  else memory.drafts.set(o.key, o.draft)
  if (o.absorbs.length > 0) memory.returned = memory.returned.filter((one) => !o.absorbs.includes(one.id))
  memory.watchers.mark(`draft:${o.key}`)
}

export function applySynced(memory: Memory, key: string, synced: Synced): void {
  const draft = syncedDraft(memory.drafts.get(key), synced)
  applyDraft(memory, { key, draft, absorbs: [] })
}

export function applyReturned(memory: Memory, back: Returned): void {
  if (memory.returned.some((one) => one.id === back.id)) return
  memory.returned = [...memory.returned, back]
  memory.watchers.mark(`draft:${draftKey(back.conversationId, back.thread)}`)
}

/** More touched rows than this, and making the lists anew is cheaper than moving rows in them. */
const FEW = 100

/** Brings overlays, lists and counts up to what is in memory, then tells those who watch. */
export function repaint(memory: Memory): void {
  const { watchers, touched } = memory
  if (memory.directoryTouched || memory.reader === undefined) memory.reader = findReader(memory)
  overlayTouched(memory)
  const isAnew = memory.everything || memory.directoryTouched || touched.size > FEW
  if (memory.reader && (isAnew || touched.size > 0)) {
    for (const [key, one] of memory.lists) {
      const list = memory.directoryTouched ? preferredList(memory, one) : one
      if (isAnew) fillList(list, shownRows(memory), memory.reader)
      else if (!moveInList(list, touched, (id) => shownRow(memory, id), memory.reader)) continue
      watchers.mark(`list:${key}`)
    }
    recount(memory, memory.reader, isAnew)
  }
  for (const id of touched) watchers.mark(`conversation:${id}`)
  memory.touched = new Set()
  memory.everything = false
  memory.directoryTouched = false
  watchers.tell()
}

/** The list by the filter and order that are remembered now. */
function preferredList(memory: Memory, list: List): List {
  const preference = shownSelf(memory)?.preferences[list.inbox] ?? {}
  if (JSON.stringify(preference) === JSON.stringify(list.preference)) return list
  const preferred = createList(list.inbox, preference)
  memory.lists.set(list.inbox, preferred)
  return preferred
}

/** The inbox's list, made when it is first looked at and kept up from then on. */
export function getList(memory: Memory, inbox: InboxKey): List {
  const found = memory.lists.get(inbox)
  if (found) return found
  const list = createList(inbox, shownSelf(memory)?.preferences[inbox] ?? {})
  memory.lists.set(inbox, list)
  if (memory.reader) fillList(list, shownRows(memory), memory.reader)
  return list
}

function recount(memory: Memory, reader: Reader, isAnew: boolean): void {
  const before = memory.counts
  if (!memory.isComplete) {
    memory.counted = undefined
    memory.counts = memory.serverCounts ?? before
  } else if (isAnew || memory.counted === undefined) {
    memory.counted = new Map()
    for (const row of shownRows(memory)) memory.counted.set(row.id, row)
    memory.counts = countAll(memory.counted.values(), reader)
  } else {
    const { counted } = memory
    const were = [...memory.touched].flatMap((id) => counted.get(id) ?? [])
    const are = [...memory.touched].flatMap((id) => shownRow(memory, id) ?? [])
    for (const row of were) counted.delete(row.id)
    for (const row of are) counted.set(row.id, row)
    memory.counts = difference(before, countAll(were, reader), countAll(are, reader))
  }
  if (isSame(memory.counts, before)) memory.counts = before
  else memory.watchers.mark("counts")
}

function difference(counts: Counts, were: Counts, are: Counts): Counts {
  const inboxes: Counts["inboxes"] = {}
  for (const [key, count] of Object.entries(counts.inboxes))
    inboxes[key] = count - (were.inboxes[key] ?? 0) + (are.inboxes[key] ?? 0)
  return { badge: counts.badge - were.badge + are.badge, inboxes }
}

function isSame(one: Counts, other: Counts): boolean {
  const keys = Object.keys(one.inboxes)
  return (
    one.badge === other.badge &&
    keys.length === Object.keys(other.inboxes).length &&
    keys.every((key) => one.inboxes[key] === other.inboxes[key])
  )
}
