/**
 * What happened that this agent may want to be told of, read off the frames the server sends. Only what is fresh: after
 * a night of sleep the lists say what waits. What he did himself, on whatever device, is no news to him.
 */
import { belongsTo } from "../../protocol/inboxes.ts"
import type { NotificationKind } from "../../protocol/notifications.ts"
import type { ConversationRow, EntryRow } from "../../protocol/rows.ts"
import type { Frame } from "../../protocol/stream.ts"
import { mentionsIn } from "../../protocol/text.ts"
import { findReader, type Memory } from "./memory.ts"

export type News = { kind: NotificationKind; row: ConversationRow; entry: EntryRow | undefined }

/** Milliseconds. */
const FRESH = 2 * 60_000

/** Of a frame that has just been applied; `before` are its conversations as they were. */
export function newsOf(
  memory: Memory,
  frame: Frame,
  before: ReadonlyMap<string, ConversationRow | undefined>,
): News[] {
  const reader = findReader(memory)
  if (!reader) return []
  const { agentId } = reader
  const since = new Date(Date.now() + memory.skew - FRESH).toISOString()
  const entries = frame.rows.filter((row) => row.kind === "entry").filter(({ at }) => at > since)
  return frame.rows
    .filter((row) => row.kind === "conversation")
    .flatMap((row): News[] => {
      const own = entries.filter(({ conversationId }) => conversationId === row.id)
      const told = own.findLast((entry) => kindOf(entry, row) !== undefined)
      const kind = told && kindOf(told, row)
      if (kind) return [{ kind, row, entry: told }]
      const was = before.get(row.id)
      const isWaiting =
        row.isOpen && row.snooze === null && belongsTo("unassigned", row, reader) && reader.isAvailableInATeam
      const wasWaiting = was?.isOpen === true && belongsTo("unassigned", was, reader)
      const isByMe = own.some(({ body }) => byWhom(body) === agentId)
      if (own.length === 0 || !isWaiting || wasWaiting || isByMe) return []
      return [{ kind: "unassigned", row, entry: own.findLast(({ body }) => body.type === "message") }]
    })

  function kindOf({ body }: EntryRow, row: ConversationRow): NotificationKind | undefined {
    // Read on another device by now.
    if (row.own.unread === 0) return undefined
    const isMine = row.assigneeId === agentId && row.snooze === null
    if (body.type === "message") return body.agentId === null && isMine ? "mine" : undefined
    if (body.type === "note")
      return body.agentId !== agentId && (isMentioned(body.text) || isInThread(body, row))
        ? "mention"
        : undefined
    const { event } = body
    if (event.what === "offered" && event.toAgentId === agentId && row.offer?.agentId === agentId)
      return "offer"
    const isGiven = event.what === "assigned" && event.toAgentId === agentId && event.byAgentId !== agentId
    const isBack = event.what === "woke" && event.why === "time" && isMine
    const isKept = event.what === "offer-ended" && isMine && isMoreUnread(row)
    return isGiven || isBack || isKept ? "mine" : undefined
  }

  /** An answer in a thread mentions those in it without their names: what counts is that there is more unread. */
  function isInThread({ thread }: { thread: object | null }, row: ConversationRow): boolean {
    return thread !== null && row.own.hasUnreadMention && isMoreUnread(row)
  }

  function isMoreUnread(row: ConversationRow): boolean {
    return row.own.unread > (before.get(row.id)?.own.unread ?? 0)
  }

  function isMentioned(text: string): boolean {
    const { agentIds, teamIds } = mentionsIn(text)
    return agentIds.includes(agentId) || teamIds.some((id) => reader?.teamIds.has(id))
  }
}

function byWhom(body: EntryRow["body"]): string | null {
  if (body.type !== "event") return body.agentId
  return "byAgentId" in body.event ? body.event.byAgentId : null
}

const listening = new Set<(news: News, viewed: ReadonlySet<string>) => void>()

/** Called in one tab of all, with what is open in a visible window of any. */
export function watchNews(tell: (news: News, viewed: ReadonlySet<string>) => void): () => void {
  listening.add(tell)
  return () => listening.delete(tell)
}

export function tellNews(news: readonly News[], viewed: ReadonlySet<string>): void {
  for (const one of news) for (const tell of listening) tell(one, viewed)
}
