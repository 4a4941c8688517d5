/**
 * What components read the replica with. Each hook watches as little as it shows: a change of one row repaints
 * those who show that row, never a list of five thousand.
 */
import type { Counts, Reader } from "../../protocol/inboxes.ts"
import type { AgentRow, ConversationRow, EntryRow, InboxPreference, SelfRow, SourceRow, TeamRow, WorkspaceRow } from "../../protocol/rows.ts"
import type { Presence } from "../../protocol/stream.ts"
import type { RefusalBody } from "../../protocol/refusals.ts"
import type { InboxKey } from "../../protocol/values.ts"

const soon = (): never => {
  throw new Error("not built yet")
}

export type Self = { agent: AgentRow; reader: Reader; preferences: SelfRow["preferences"] }
/** Undefined until the replica has the agent's own rows: from disk at once, else with the first part of the snapshot. */
export function useSelf(): Self | undefined { return soon() }
export function useWorkspace(): WorkspaceRow | undefined { return soon() }
export function useAgents(): ReadonlyMap<string, AgentRow> { return soon() }
export function useTeams(): ReadonlyMap<string, TeamRow> { return soon() }
export function useSources(): ReadonlyMap<string, SourceRow> { return soon() }
export function useCounts(): Counts { return soon() }

export type InboxView = {
  rows: readonly ConversationRow[]
  isLoading: boolean
  /** Closed ones come in pages. */
  hasMore: boolean
  loadMore: () => void
  preference: InboxPreference
}
export function useInbox(_inbox: InboxKey): InboxView { return soon() }

export type ConversationView = { row: ConversationRow | undefined; state: "loading" | "ready" | "missing" }
export function useConversation(_id: string): ConversationView { return soon() }

/** `pending`: the server has not taken it yet. Such entries stand at the end. */
export type TimelineEntry = EntryRow & { pending?: "waiting" | "sending" }
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
}
export function useTimeline(_conversationId: string, _aroundEntryId?: string): TimelineView { return soon() }

export function usePresence(_conversationId: string): Presence | undefined { return soon() }
/** Says what this window shows, again and again while it is visible; null when nothing. */
export function useViewing(_viewing: { conversationId: string; isTyping: boolean; inNote: boolean } | null): void { return soon() }

export type ConnectionState = "connecting" | "online" | "offline"
export function useConnection(): ConnectionState { return soon() }
/** Commands the server has not taken yet; read marks, which nobody wrote by hand, do not count. */
export function useWaitingCount(): number { return soon() }

/** `reason`: this text was refused and came back; it is dropped with the text. */
export type Draft = { text: string; isNote: boolean; reason?: RefusalBody | undefined }
/** `setDraft` replaces the whole; pass `reason` on while it should stay to be seen. */
export function useDraft(_conversationId: string): { draft: Draft; setDraft: (draft: Draft) => void } { return soon() }
