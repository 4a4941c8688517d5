/** Timelines that can be read offline: what the disk keeps of them, and how they come back. */
import { touchTimeline } from "./apply.ts"
import type { TimelineRecord } from "./disk.ts"
import type { Memory } from "./memory.ts"
import type { Said } from "./tabs.ts"
import { createTimeline, takeTimeline } from "./timeline.ts"

const MOST_TIMELINES = 60
const MOST_ENTRIES = 100

export function recordOf(memory: Memory, conversationId: string): TimelineRecord | undefined {
  const timeline = memory.timelines.get(conversationId)
  if (!timeline?.isLoaded || timeline.hasNewer) return undefined
  const { hasOlder, isStale, openedAt, entries } = timeline
  return {
    conversationId,
    entries: entries.slice(-MOST_ENTRIES),
    hasOlder: hasOlder || entries.length > MOST_ENTRIES,
    isStale,
    openedAt,
  }
}

/**
 * The latest opened from disk that are not here yet. The others are to leave it, as are those of conversations that are
 * not here: nobody would keep them up.
 */
export function takeTimelines(memory: Memory, records: readonly TimelineRecord[]): void {
  const latest = records.toSorted((one, other) => other.openedAt - one.openedAt)
  for (const [place, record] of latest.entries()) {
    const { conversationId } = record
    const timeline = memory.timelines.get(conversationId) ?? createTimeline(conversationId)
    if (timeline.isLoaded) continue
    if (place >= MOST_TIMELINES || !memory.kept.conversation.has(conversationId)) {
      memory.unsaved.timelines.add(conversationId)
      continue
    }
    memory.timelines.set(conversationId, timeline)
    takeTimeline(timeline, record, memory.cursor ?? 0)
    memory.watchers.mark(`timeline:${conversationId}`)
  }
}

/** What another tab loaded is kept for reading offline; it misses nothing only if that tab is where this one is. */
export function adoptTimeline(memory: Memory, said: Extract<Said, { kind: "timeline" }>): void {
  const { record, cursor } = said
  if (memory.timelines.get(record.conversationId)?.isLoaded) return
  const timeline = createTimeline(record.conversationId)
  memory.timelines.set(record.conversationId, timeline)
  takeTimeline(
    timeline,
    { ...record, isStale: record.isStale || cursor !== memory.cursor },
    memory.cursor ?? 0,
  )
  touchTimeline(memory, record.conversationId)
}
