/**
 * What components read the replica with. Each hook watches as little as it shows: a change of one row repaints
 * those who show that row, never a list of five thousand.
 */
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from "react"
import type { Counts, Reader } from "../../protocol/inboxes.ts"
import { toldOfEverything } from "../../protocol/notifications.ts"
import type { RefusalBody } from "../../protocol/refusals.ts"
import type {
  AgentRow,
  ConversationRow,
  EntryRow,
  InboxPreference,
  LabelRow,
  ReplyRow,
  SelfRow,
  SourceRow,
  TeamRow,
  WorkspaceRow,
} from "../../protocol/rows.ts"
import { PRESENCE_RENEWAL, type Presence } from "../../protocol/stream.ts"
import type { InboxKey } from "../../protocol/values.ts"
import { conversationOf } from "./act.ts"
import { getList } from "./apply.ts"
import { findReplica, watchReplica } from "./current.ts"
import { shownNotes, type CustomerNotes } from "./customer.ts"
import { isAtEnd, isPaged } from "./list.ts"
import {
  findReader,
  shownLabelRows,
  shownRow,
  shownSelf,
  type ConnectionState,
  type Memory,
} from "./memory.ts"
import type { Replica } from "./open.ts"
import type { DraftFile } from "./act.ts"
import type { UploadView } from "./uploads.ts"
import { entryOf, overlayEntry, type TimelineEntry } from "./overlay.ts"
import {
  askUntilSaid,
  getTimeline,
  loadClosed,
  loadConversation,
  loadCustomer,
  loadTimeline,
  openTimeline,
} from "./pages.ts"
import type { Viewing } from "./tabs.ts"
import { isPartOf, type Part, type Timeline } from "./timeline.ts"

export function useReplica(): Replica {
  const replica = useSyncExternalStore(watchReplica, findReplica)
  const last = useRef(replica)
  if (replica) last.current = replica
  // Closing comes before the components that show it have gone.
  if (!last.current) throw new Error("No replica is open.")
  return last.current
}

/** What `read` finds in memory, read again only when one of the topics was marked. What it closes over must be in their names. */
export function useWatched<T>(replica: Replica, topics: readonly string[], read: (memory: Memory) => T): T {
  const { memory } = replica
  const names = topics.join(" ")
  const watch = useCallback(
    (tell: () => void) => {
      const stops = names.split(" ").map((topic) => memory.watchers.watch(topic, tell))
      return () => stops.forEach((stop) => stop())
    },
    [memory, names],
  )
  const version = useSyncExternalStore(watch, () => topics.map(memory.watchers.versionOf).join(" "))
  const found = useRef<{ memory: Memory; names: string; version: string; value: T }>(undefined)
  const last = found.current
  if (last?.memory === memory && last.names === names && last.version === version) return last.value
  const value = read(memory)
  found.current = { memory, names, version, value }
  return value
}

export type Self = Pick<SelfRow, "preferences" | "undoesSend" | "notifications"> & {
  /** null: none is chosen; undefined: not known yet. */
  language: SelfRow["language"] | undefined
  agent: AgentRow
  reader: Reader
}
/** Undefined until the replica has the agent's own rows: from disk at once, else with the first part of the snapshot. */
export function useSelf(): Self | undefined {
  return useWatched(useReplica(), ["agent", "team", "self"], (memory) => {
    const agent = memory.kept.agent.get(memory.agentId)
    const reader = findReader(memory)
    const row = shownSelf(memory)
    const { preferences = {}, undoesSend = false, notifications = toldOfEverything } = row ?? {}
    return (
      agent && reader && { agent, reader, preferences, undoesSend, notifications, language: row?.language }
    )
  })
}

export function useWorkspace(): WorkspaceRow | undefined {
  return useWatched(useReplica(), ["workspace"], (memory) => [...memory.kept.workspace.values()][0])
}

export function useAgents(): ReadonlyMap<string, AgentRow> {
  return useWatched(useReplica(), ["agent"], (memory) => new Map(memory.kept.agent))
}

export function useTeams(): ReadonlyMap<string, TeamRow> {
  return useWatched(useReplica(), ["team"], (memory) => new Map(memory.kept.team))
}

export function useSources(): ReadonlyMap<string, SourceRow> {
  return useWatched(useReplica(), ["source"], (memory) => new Map(memory.kept.source))
}

export function useLabels(): ReadonlyMap<string, LabelRow> {
  return useWatched(useReplica(), ["label"], shownLabelRows)
}

export function useReplies(): ReadonlyMap<string, ReplyRow> {
  return useWatched(useReplica(), ["reply"], (memory) => new Map(memory.kept.reply))
}

export function useCounts(): Counts {
  return useWatched(useReplica(), ["counts"], (memory) => memory.counts)
}

export type InboxView = {
  rows: readonly ConversationRow[]
  isLoading: boolean
  /** Closed ones come in pages. */
  hasMore: boolean
  loadMore: () => void
  /** The last page did not come: offer `loadMore` again. */
  isFailed: boolean
  preference: InboxPreference
}

export function useInbox(inbox: InboxKey): InboxView {
  const replica = useReplica()
  const online = useConnection() === "online"
  const seen = useWatched(replica, [`list:${inbox}`, "self", "generation"], (memory) => {
    const list = getList(memory, inbox)
    const { rows, edge, isLoading, isFailed, preference } = list
    return {
      rows,
      edge,
      isPaged: isPaged(list),
      hasMore: !isAtEnd(list),
      isFailed,
      isLoading: isLoading || (!memory.isComplete && rows.length === 0),
      preference,
    }
  })
  const loadMore = useCallback(() => void loadClosed(replica.memory, replica.server, inbox), [replica, inbox])
  const needsFirst = seen.isPaged && seen.edge === "nothing"
  // Another filter or order makes another list, which needs a first page of its own.
  useEffect(() => {
    if (needsFirst && online) loadMore()
  }, [needsFirst, online, loadMore, seen.preference])
  return useMemo(() => {
    const { rows, isLoading, hasMore, isFailed, preference } = seen
    return {
      rows,
      isLoading: isLoading || (needsFirst && !isFailed && online),
      hasMore,
      loadMore,
      isFailed,
      preference,
    }
  }, [seen, needsFirst, online, loadMore])
}

export type ConversationView = {
  row: ConversationRow | undefined
  state: "loading" | "ready" | "missing"
  /** The conversation that it is a part of now. */
  mergedInto: string | undefined
}

export function useConversation(id: string): ConversationView {
  const replica = useReplica()
  const online = useConnection() === "online"
  const generation = useWatched(replica, ["generation"], (memory) => memory.generation)
  const { row, isAbsent, mergedInto } = useWatched(replica, [`conversation:${id}`], (memory) => ({
    row: shownRow(memory, id),
    isAbsent: memory.absent.has(id),
    mergedInto: memory.mergedInto.get(id),
  }))
  // Closed conversations are no part of snapshots: what is known of one may be old by now. One that was here and is
  // not any more is asked for again: it may be out of sight, or a part of another.
  const known = row === undefined ? "none" : row.isOpen ? "open" : "closed"
  useEffect(() => {
    if (known === "open" || !online) return undefined
    return askUntilSaid(replica.isOpen, () => loadConversation(replica.memory, replica.server, id))
  }, [replica, id, known, online, generation])
  return useMemo(
    () => ({ row, state: row ? "ready" : isAbsent ? "missing" : "loading", mergedInto }),
    [row, isAbsent, mergedInto],
  )
}

export type TimelineView = {
  entries: readonly TimelineEntry[]
  hasOlder: boolean
  loadOlder: () => void
  /** Only after opening at a linked message: there is more below what is loaded. */
  hasNewer: boolean
  loadNewer: () => void
  isLoading: boolean
  /** Why the last page did not come; loading again clears it. "offline" where the server could not be reached. */
  error: RefusalBody | undefined
  /** Asks for it once more. */
  retry: () => void
}

/** Of a whole conversation, of the part around an entry that a link names, or of a note's thread. */
export function useTimeline(
  conversationId: string,
  { around: aroundEntryId, thread }: Part = {},
): TimelineView {
  const replica = useReplica()
  const { memory, server } = replica
  const online = useConnection() === "online"
  const generation = useWatched(replica, ["generation"], () => memory.generation)
  // Decided once: a linked entry that is loaded already needs no stretch of its own.
  const around = useMemo(
    () =>
      aroundEntryId !== undefined && getTimeline(memory, conversationId).asOf.has(aroundEntryId)
        ? undefined
        : aroundEntryId,
    [memory, conversationId, aroundEntryId],
  )
  const part = useMemo(() => ({ around, thread }), [around, thread])
  useEffect(() => {
    const isWhole = part.around === undefined && part.thread === undefined
    void replica.isOpen
      .then(() => openTimeline(memory, server, conversationId, part))
      .then(() => isWhole && replica.keepTimeline(conversationId))
  }, [replica, memory, server, conversationId, part, online, generation])
  const load = useCallback(
    (which: "older" | "newer") =>
      void loadTimeline(memory, server, getTimeline(memory, conversationId, part), which),
    [memory, server, conversationId, part],
  )
  const retry = useCallback(() => {
    const { isLoaded, isStale } = getTimeline(memory, conversationId, part)
    if (isLoaded && !isStale) load("older")
    else void openTimeline(memory, server, conversationId, part)
  }, [memory, server, conversationId, part, load])
  const loadOlder = useCallback(() => load("older"), [load])
  const loadNewer = useCallback(() => load("newer"), [load])
  const topics = [`timeline:${conversationId}`, `part:${around ?? ""}#${thread ?? ""}`]
  const seen = useWatched(replica, topics, () => {
    const timeline = getTimeline(memory, conversationId, part)
    const { hasOlder, hasNewer, flight, isLoaded, error } = timeline
    return {
      entries: entriesOf(memory, timeline),
      hasOlder: isLoaded && hasOlder,
      hasNewer,
      isLoading: flight !== undefined || (!isLoaded && !error),
      error,
    }
  })
  return useMemo(() => ({ ...seen, loadOlder, loadNewer, retry }), [seen, loadOlder, loadNewer, retry])
}

/** Asks for a timeline that is about to be shown: while what shows it is painted, its messages are on their way. */
export function loadAhead(conversationId: string): void {
  const replica = findReplica()
  void replica?.isOpen.then(() => openTimeline(replica.memory, replica.server, conversationId))
}

/** The entries as the server told them, then what is on its way there. */
function entriesOf(memory: Memory, timeline: Timeline): readonly TimelineEntry[] {
  const acts = memory.pendings.map(({ act }) => act).filter(({ command }) => command === "label")
  // Of a thread that could not be loaded there is what is known of the conversation.
  const known =
    timeline.thread === undefined || timeline.isLoaded
      ? timeline.entries
      : getTimeline(memory, timeline.conversationId).entries.filter((entry) => isPartOf(timeline, entry))
  const entries = acts.length === 0 ? known : known.map((entry) => overlayEntry(entry, acts))
  if (timeline.hasNewer) return entries
  const row = memory.kept.conversation.get(timeline.conversationId)
  const own = memory.pendings.flatMap((pending) => {
    const entry = entryOf(pending, { row, me: memory.agentId, noteOf: (id) => findEntry(memory, id) })
    if (entry?.conversationId !== timeline.conversationId || !isPartOf(timeline, entry)) return []
    return timeline.asOf.has(entry.id) ? [] : [entry]
  })
  return own.length === 0 ? entries : [...entries, ...own]
}

function findEntry(memory: Memory, id: string): EntryRow | undefined {
  for (const { entries } of memory.timelines.values()) {
    const found = entries.find((entry) => entry.id === id)
    if (found) return found
  }
  return undefined
}

/** What is noted about the conversation's customer, under the acts on their way. `isKnown`: the server has told it. */
export function useCustomer(conversationId: string): { notes: CustomerNotes; isKnown: boolean } {
  const replica = useReplica()
  const { memory, server } = replica
  const online = useConnection() === "online"
  const generation = useWatched(replica, ["generation"], () => memory.generation)
  useEffect(() => {
    if (!online) return undefined
    return askUntilSaid(replica.isOpen, () => loadCustomer(memory, server, conversationId))
  }, [replica, memory, server, conversationId, online, generation])
  return useWatched(replica, [`customer:${conversationId}`, "pendings"], () => {
    const row = memory.kept.customer.get(conversationId)
    const pendings = memory.pendings.filter(({ act }) => conversationOf(act) === conversationId)
    return { notes: shownNotes(row, pendings, memory.agentId), isKnown: row !== undefined }
  })
}

export function usePresence(conversationId: string): Presence | undefined {
  return useWatched(useReplica(), [`presence:${conversationId}`], (memory) =>
    memory.presences.get(conversationId),
  )
}

/** Says what this window shows, again and again while it is visible; null when nothing. */
export function useViewing(viewing: Viewing | null): void {
  const replica = useReplica()
  const conversationId = viewing?.conversationId
  const isTyping = viewing?.isTyping ?? false
  const inNote = viewing?.inNote ?? false
  useEffect(() => {
    const say = (): void =>
      replica.setViewing(
        conversationId === undefined || document.visibilityState === "hidden"
          ? null
          : { conversationId, isTyping, inNote },
      )
    say()
    const renewing = setInterval(say, PRESENCE_RENEWAL)
    document.addEventListener("visibilitychange", say)
    return () => {
      clearInterval(renewing)
      document.removeEventListener("visibilitychange", say)
    }
  }, [replica, conversationId, isTyping, inNote])
  useEffect(() => {
    const leave = (): void => replica.setViewing(null)
    addEventListener("pagehide", leave)
    return () => {
      removeEventListener("pagehide", leave)
      leave()
    }
  }, [replica])
}

export function useConnection(): ConnectionState {
  return useWatched(useReplica(), ["connection"], (memory) => memory.connection)
}

/** Commands the server has not taken yet; read marks and filters, which nobody wrote, do not count. */
export function useWaitingCount(): number {
  return useWatched(
    useReplica(),
    ["pendings"],
    (memory) =>
      memory.pendings.filter(
        ({ state, act }) => state !== "done" && act.command !== "read" && act.command !== "setInbox",
      ).length,
  )
}

/** What became of a file on its way up; undefined for one that this tab knows nothing of yet. */
export function useUpload(id: string): UploadView | undefined {
  const replica = useReplica()
  return useWatched(replica, [`upload:${id}`], () => replica.uploads.viewOf(id))
}

/** How many of them cannot be sent yet. Those of a draft from disk go on where they were. */
export function useUnready(files: readonly DraftFile[]): number {
  const replica = useReplica()
  const { uploads } = replica
  const topics = files.map(({ id }) => `upload:${id}`)
  useEffect(() => {
    void replica.isOpen.then(() => {
      for (const file of files) if (uploads.viewOf(file.id) === undefined) uploads.resume(file)
    })
  }, [replica, uploads, files])
  return useWatched(
    replica,
    topics.length > 0 ? topics : ["upload:"],
    () => files.filter(({ id }) => uploads.viewOf(id)?.state !== "ready").length,
  )
}
