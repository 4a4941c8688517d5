import type { ConversationRow } from "../../protocol/rows.ts"
import { folded } from "../../protocol/text.ts"
import { findReplica } from "./current.ts"
import { shownRows } from "./memory.ts"

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
