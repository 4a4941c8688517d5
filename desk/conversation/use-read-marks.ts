import { useEffect } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { issue } from "../replica/replica.ts"
import { useWatched } from "../ui/ui.ts"

/** An entry is read once it has been this long in a visible, focused window, in milliseconds. */
const READING_TIME = 1_000

/**
 * Marks the conversation read up to the last entry in sight. `isHeld`: the agent has just marked it unread by
 * hand, which looking on must not undo.
 */
export function useReadMarks(row: ConversationRow, inSight: string | undefined, isHeld: boolean) {
  const isWatched = useWatched()
  const { unread, hasUnreadMention, readUpTo } = row.own
  const isUnread = unread > 0 || hasUnreadMention
  const upTo = inSight !== undefined && (readUpTo === null || inSight > readUpTo) ? inSight : undefined
  useEffect(() => {
    if (!isWatched || isHeld || !isUnread || upTo === undefined) return
    const timer = setTimeout(() => void issue("read", { conversationId: row.id }, { upTo }), READING_TIME)
    return () => clearTimeout(timer)
  }, [isWatched, isHeld, isUnread, upTo, row.id])
}
