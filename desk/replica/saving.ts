/**
 * What of memory goes to disk next: all that changed since the last time together with the cursor it belongs
 * to. Written lazily and as a whole; what a killed tab did not write the server tells again from the old cursor.
 */
import type { ConversationRow } from "../../protocol/rows.ts"
import { bucketOf, BUCKETS, type Change, type TimelineRecord } from "./disk.ts"
import type { Memory } from "./memory.ts"

/** Entries of a conversation that can be read offline. */
const KEPT_ENTRIES = 100

/** Undefined while a snapshot is coming in: the disk keeps the last whole state. */
export function takeUnsaved(memory: Memory): Change | undefined {
  const { unsaved, cursor, epoch } = memory
  if (!memory.isComplete || cursor === undefined || epoch === undefined) return undefined
  memory.unsaved = { conversations: new Set(), directory: false, timelines: new Set(), everything: false }
  const { kept } = memory
  const isAll = unsaved.everything
  const timelines: TimelineRecord[] = []
  const forgottenTimelines: string[] = []
  for (const id of isAll ? new Set([...unsaved.timelines, ...memory.timelines.keys()]) : unsaved.timelines) {
    const record = recordOf(memory, id)
    if (record) timelines.push(record)
    else forgottenTimelines.push(id)
  }
  // A closed conversation is on disk for the sake of its timeline only.
  const changed = isAll ? Array.from({ length: BUCKETS }, (_, bucket) => bucket) : [...unsaved.conversations, ...unsaved.timelines].map(bucketOf)
  return {
    head: { epoch, cursor },
    buckets: bucketsOf(memory, new Set(changed)),
    ...(isAll || unsaved.directory
      ? { directory: [...kept.workspace.values(), ...kept.agent.values(), ...kept.team.values(), ...kept.source.values(), ...kept.self.values()] }
      : {}),
    timelines,
    forgottenTimelines,
  }
}

function bucketsOf(memory: Memory, wanted: ReadonlySet<number>): Map<number, ConversationRow[]> {
  const buckets = new Map<number, ConversationRow[]>()
  if (wanted.size === 0) return buckets
  for (const bucket of wanted) buckets.set(bucket, [])
  for (const row of memory.kept.conversation.values())
    if (row.isOpen || row.own.isStarred || memory.timelines.get(row.id)?.isLoaded) buckets.get(bucketOf(row.id))?.push(row)
  return buckets
}

export function recordOf(memory: Memory, conversationId: string): TimelineRecord | undefined {
  const timeline = memory.timelines.get(conversationId)
  if (!timeline?.isLoaded || timeline.hasNewer) return undefined
  const { hasOlder, isStale, openedAt, entries } = timeline
  return { conversationId, entries: entries.slice(-KEPT_ENTRIES), hasOlder: hasOlder || entries.length > KEPT_ENTRIES, isStale, openedAt }
}
