/** Pure rules over messages: joining, unread, and how a timeline is cut into days and runs. */
import type { PublicMessage } from "../protocol/visitor.ts"

/**
 * Joined by id, the newcomers winning, oldest first. What an agent has seen includes everything before it. A message stays
 * where it stands: when customers are merged some move by microseconds, and who is not told of all must not mix the times.
 */
export function merge(known: readonly PublicMessage[], arrived: readonly PublicMessage[]): PublicMessage[] {
  const byId = new Map(known.map((message) => [message.id, message]))
  for (const message of arrived) {
    const before = byId.get(message.id)
    byId.set(
      message.id,
      before ? { ...message, at: before.at, isSeen: before.isSeen || message.isSeen } : message,
    )
  }
  const joined = [...byId.values()].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
  const lastSeen = joined.findLastIndex((message) => message.isSeen)
  return joined.map((message, index) =>
    index < lastSeen && !message.agent && !message.isSeen ? { ...message, isSeen: true } : message,
  )
}

/**
 * Without those from before the first that is known while there are more: an own one whose yes comes late, or one that
 * an agent has just seen. Between them and the first would be a gap that nobody fills; they come with the older ones.
 */
export function inReach(
  arrived: readonly PublicMessage[],
  known: { messages: readonly PublicMessage[]; hasMore: boolean },
): readonly PublicMessage[] {
  const [first] = known.messages
  return first && known.hasMore ? arrived.filter(({ at }) => at >= first.at) : arrived
}

/** How many of the agents' messages came after what was seen. */
export function unreadIn(messages: readonly PublicMessage[], seenUpTo: string): number {
  return messages.filter((message) => message.agent && message.at > seenUpTo).length
}

export type Bubble = {
  id: string
  at: number
  stamp: string | undefined
  name: string | undefined
  text: string
  files: PublicMessage["files"]
}
export type Run = { id: string; day: number; name: string | undefined; bubbles: Bubble[] }

const RUN = 5 * 60_000

/** Runs of one author within five minutes; a new day begins a new run. */
export function runsOf(bubbles: readonly Bubble[]): Run[] {
  const runs: Run[] = []
  for (const bubble of bubbles) {
    const day = new Date(bubble.at).setHours(0, 0, 0, 0)
    const last = runs.at(-1)
    const before = last?.bubbles.at(-1)
    if (last && before && last.name === bubble.name && last.day === day && bubble.at - before.at < RUN)
      last.bubbles.push(bubble)
    else runs.push({ id: bubble.id, day, name: bubble.name, bubbles: [bubble] })
  }
  return runs
}
