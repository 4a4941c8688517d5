import type { ConversationRow } from "../../protocol/rows.ts"
import { folded } from "../../protocol/text.ts"
import { findReplica } from "./current.ts"
import { shownRow, shownRows } from "./memory.ts"

/** Conversations on this machine by what `nameOf` calls their customers: open ones before closed, the latest first. */
export function findConversations(
  words: readonly string[],
  nameOf: (row: ConversationRow) => string,
  most: number,
): ConversationRow[] {
  const replica = findReplica()
  if (!replica || words.length === 0) return []
  const found = [...shownRows(replica.memory)].filter((row) => {
    const name = folded(nameOf(row))
    return words.every((word) => name.includes(word))
  })
  return found
    .toSorted(
      (one, other) => Number(other.isOpen) - Number(one.isOpen) || (one.updatedAt < other.updatedAt ? 1 : -1),
    )
    .slice(0, most)
}

/** Tells once when nothing of the conversation is unread any more, or it is out of sight; the answer stops waiting. */
export function whenRead(conversationId: string, tell: () => void): () => void {
  const replica = findReplica()
  if (!replica) return () => undefined
  const { memory } = replica
  const stop = memory.watchers.watch(`conversation:${conversationId}`, () => {
    const row = shownRow(memory, conversationId)
    if (row && (row.own.unread > 0 || (row.isOpen && row.assigneeId === null && row.offer === null))) return
    stop()
    tell()
  })
  return stop
}
