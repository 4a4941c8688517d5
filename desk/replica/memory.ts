/**
 * What one tab holds in memory: the rows as the server last told them, how new each is, and the cursor. Rows are
 * replaced, never changed in place, so that who shows one can compare it by identity.
 *
 * What is shown of a conversation is its row under the overlays of the acts on their way; see `shownRow`.
 */
import { readerOf, type Counts, type Reader } from "../../protocol/inboxes.ts"
import type { ConversationRow, LabelRow, RowKind, RowOf, SelfRow } from "../../protocol/rows.ts"
import type { Presence } from "../../protocol/stream.ts"
import type { Pending } from "./act.ts"
import { conversationOf } from "./act.ts"
import type { Draft, Returned } from "./draft.ts"
import type { List } from "./list.ts"
import { overlay, overlaySelf } from "./overlay.ts"
import type { Timeline } from "./timeline.ts"
import { createWatchers, type Watchers } from "./watchers.ts"

export type KeptKind = Exclude<RowKind, "entry">
export type KeptRow = RowOf<KeptKind>
type Kept = { [K in KeptKind]: Map<string, RowOf<K>> }

export type ConnectionState = "connecting" | "online" | "offline"

export type Memory = {
  readonly workspaceId: string
  readonly agentId: string
  readonly watchers: Watchers
  readonly kept: Kept
  /** The counter at which a row was read, by kind and id; what came from disk is older than anything live. */
  readonly asOf: Map<string, number>
  /** What was removed while a page was under way, and when: the page may still hold it. */
  readonly graves: Map<string, number>
  pagesUnderWay: number
  cursor: number | undefined
  epoch: string | undefined
  /** All open rows are in: the replica counts for itself. */
  isComplete: boolean
  /** Goes up when a snapshot is in: a page asked for before that says nothing any more. */
  generation: number
  /** What the parts of the snapshot under way held. */
  seen: Set<string> | undefined
  serverCounts: Counts | undefined
  counts: Counts
  /** The rows in `counts`, as they were counted: one that changed is taken out as it was and put in as it is. */
  counted: Map<string, ConversationRow> | undefined
  reader: Reader | undefined
  pendings: readonly Pending[]
  overlaid: Map<string, ConversationRow>
  readonly drafts: Map<string, Draft>
  /** What was refused and is not part of a draft yet, the oldest first. */
  returned: readonly Returned[]
  /** Conversations the server said are not there, or not for him. */
  readonly absent: Set<string>
  /** Of those, conversations that were merged: into which. */
  readonly mergedInto: Map<string, string>
  readonly presences: Map<string, Presence>
  readonly timelines: Map<string, Timeline>
  readonly lists: Map<string, List>
  connection: ConnectionState
  /** Server's clock minus ours, in milliseconds. */
  skew: number
  /** Conversations touched since the last repaint; `everything` when lists are cheaper made anew. */
  touched: Set<string>
  everything: boolean
  directoryTouched: boolean
  /** What the disk does not have yet. */
  unsaved: Unsaved
}
type Unsaved = {
  conversations: Set<string>
  directory: boolean
  timelines: Set<string>
  everything: boolean
}

export function nothingUnsaved(): Unsaved {
  return { conversations: new Set(), directory: false, timelines: new Set(), everything: false }
}

export function createMemory(o: { workspaceId: string; agentId: string }): Memory {
  return {
    ...o,
    watchers: createWatchers(),
    kept: {
      workspace: new Map(),
      agent: new Map(),
      team: new Map(),
      source: new Map(),
      label: new Map(),
      reply: new Map(),
      self: new Map(),
      draft: new Map(),
      conversation: new Map(),
      customer: new Map(),
    },
    asOf: new Map(),
    graves: new Map(),
    pagesUnderWay: 0,
    cursor: undefined,
    epoch: undefined,
    isComplete: false,
    generation: 0,
    seen: undefined,
    serverCounts: undefined,
    counts: { badge: 0, inboxes: {} },
    counted: undefined,
    reader: undefined,
    pendings: [],
    overlaid: new Map(),
    drafts: new Map(),
    returned: [],
    absent: new Set(),
    mergedInto: new Map(),
    presences: new Map(),
    timelines: new Map(),
    lists: new Map(),
    connection: "connecting",
    skew: 0,
    touched: new Set(),
    everything: false,
    directoryTouched: false,
    unsaved: nothingUnsaved(),
  }
}

const keyOf = (kind: KeptKind, id: string): string => `${kind}:${id}`

/** Takes a row unless a newer one is there, or it was removed after this one was read. */
export function keep(memory: Memory, row: KeptRow, asOf: number): void {
  const key = keyOf(row.kind, row.id)
  if ((memory.graves.get(key) ?? -1) > asOf) return
  memory.seen?.add(key)
  if ((memory.asOf.get(key) ?? -1) > asOf) return
  memory.asOf.set(key, asOf)
  set(memory.kept, row)
  touch(memory, row.kind, row.id)
}

/** Whether the row is here as it was read at this very moment; then it counts as seen. */
export function holds(memory: Memory, row: KeptRow, asOf: number): boolean {
  const key = keyOf(row.kind, row.id)
  if (memory.asOf.get(key) !== asOf) return false
  memory.seen?.add(key)
  return true
}

/** Forgets a row that was not read later than the removal. */
export function drop(memory: Memory, kind: KeptKind, id: string, asOf: number): void {
  const key = keyOf(kind, id)
  if ((memory.asOf.get(key) ?? -1) > asOf) return
  if (memory.pagesUnderWay > 0) memory.graves.set(key, asOf)
  memory.asOf.delete(key)
  if (!memory.kept[kind].delete(id)) return
  touch(memory, kind, id)
  if (kind !== "conversation") return
  memory.presences.delete(id)
  drop(memory, "customer", id, Number.POSITIVE_INFINITY)
}

/** Everything of the replica that the finished snapshot did not hold, but what `spared` says may stay. */
export function dropUnseen(memory: Memory, spared: (kind: KeptKind, id: string) => boolean): void {
  const { seen } = memory
  if (seen === undefined) return
  for (const kind of KINDS)
    for (const id of memory.kept[kind].keys())
      if (!seen.has(keyOf(kind, id)) && !spared(kind, id)) drop(memory, kind, id, Number.POSITIVE_INFINITY)
  memory.seen = undefined
}

const KINDS = [
  "workspace",
  "agent",
  "team",
  "source",
  "label",
  "reply",
  "self",
  "draft",
  "conversation",
  "customer",
] as const satisfies readonly KeptKind[]

function set(kept: Kept, row: KeptRow): void {
  switch (row.kind) {
    case "workspace":
      return void kept.workspace.set(row.id, row)
    case "agent":
      return void kept.agent.set(row.id, row)
    case "team":
      return void kept.team.set(row.id, row)
    case "source":
      return void kept.source.set(row.id, row)
    case "label":
      return void kept.label.set(row.id, row)
    case "reply":
      return void kept.reply.set(row.id, row)
    case "self":
      return void kept.self.set(row.id, row)
    case "draft":
      return void kept.draft.set(row.id, row)
    case "conversation":
      return void kept.conversation.set(row.id, row)
    case "customer":
      return void kept.customer.set(row.id, row)
  }
}

function touch(memory: Memory, kind: KeptKind, id: string): void {
  if (kind === "conversation") {
    memory.touched.add(id)
    memory.absent.delete(id)
    memory.mergedInto.delete(id)
    memory.unsaved.conversations.add(id)
    return
  }
  memory.unsaved.directory = true
  // Of no list: a draft comes with every pause of typing.
  if (kind === "draft" || kind === "customer") return memory.watchers.mark(`${kind}:${id}`)
  memory.watchers.mark(kind)
  memory.directoryTouched = true
}

/** The conversation as it is shown: the server's row under the acts on their way. */
export function shownRow(memory: Memory, id: string): ConversationRow | undefined {
  return memory.overlaid.get(id) ?? memory.kept.conversation.get(id)
}

export function* shownRows(memory: Memory): Generator<ConversationRow> {
  for (const row of memory.kept.conversation.values()) yield memory.overlaid.get(row.id) ?? row
}

/** Those of the workspace, and those that are being made. */
export function shownLabelRows(memory: Memory): ReadonlyMap<string, LabelRow> {
  const labels = new Map(memory.kept.label)
  for (const { act } of memory.pendings) {
    if (act.command !== "label" || act.body.make === undefined || labels.has(act.params.labelId)) continue
    const { labelId: id } = act.params
    labels.set(id, { kind: "label", id, ...act.body.make, mergedInto: null })
  }
  return labels
}

export function shownSelf(memory: Memory): SelfRow | undefined {
  const [self] = memory.kept.self.values()
  return self && memory.pendings.reduce(overlaySelf, self)
}

/** Lays the acts on their way over the rows anew, for those conversations that changed. */
export function overlayTouched(memory: Memory): void {
  const acts = Map.groupBy(memory.pendings, (pending) => conversationOf(pending.act))
  for (const id of memory.touched) {
    const row = memory.kept.conversation.get(id)
    const own = acts.get(id)
    if (row && own)
      memory.overlaid.set(
        id,
        own.reduce((under, pending) => overlay(under, pending, memory.agentId), row),
      )
    else memory.overlaid.delete(id)
  }
}

export function findReader(memory: Memory): Reader | undefined {
  const agent = memory.kept.agent.get(memory.agentId)
  return agent && readerOf(agent, memory.kept.team.values())
}

/** Puts other acts on the way; their conversations and timelines are shown anew. */
export function setPendings(memory: Memory, pendings: readonly Pending[]): void {
  for (const one of [...memory.pendings, ...pendings]) {
    const id = conversationOf(one.act)
    if (id === undefined) memory.watchers.mark("self")
    else {
      memory.touched.add(id)
      memory.watchers.mark(`timeline:${id}`)
    }
    if (one.act.command === "label" && one.act.body.make) memory.watchers.mark("label")
    // An inbox's remembered filter is shown through its list.
    if (one.act.command === "setInbox") memory.directoryTouched = true
  }
  memory.pendings = pendings
  memory.watchers.mark("pendings")
}
