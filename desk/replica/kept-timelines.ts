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

/** The latest opened from disk; the others are to leave it. */
export function takeTimelines(memory: Memory, records: readonly TimelineRecord[]): void {
  const latest = records.toSorted((one, other) => other.openedAt - one.openedAt)
  for (const record of latest.slice(0, MOST_TIMELINES)) {
    if (!memory.kept.conversation.has(record.conversationId)) continue
    const timeline = createTimeline(record.conversationId)
    memory.timelines.set(record.conversationId, timeline)
    takeTimeline(timeline, record, memory.cursor ?? 0)
    memory.watchers.mark(`timeline:${record.conversationId}`)
  }
  for (const { conversationId } of latest.slice(MOST_TIMELINES)) memory.unsaved.timelines.add(conversationId)
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
