/**
 * What of memory goes to disk next: all that changed since the last time together with the cursor it belongs
 * to. Written lazily and as a whole; what a killed tab did not write the server tells again from the old cursor.
 */
import type { ConversationRow, Row } from "../../protocol/rows.ts"
import { bucketOf, BUCKETS, type Change, type TimelineRecord } from "./disk.ts"
import { recordOf } from "./kept-timelines.ts"
import { nothingUnsaved, type Memory } from "./memory.ts"

/** Undefined while a snapshot is coming in: the disk keeps the last whole state. */
export function takeUnsaved(memory: Memory): Change | undefined {
  const { unsaved, cursor, epoch } = memory
  if (!memory.isComplete || cursor === undefined || epoch === undefined) return undefined
  memory.unsaved = nothingUnsaved()
  const isAll = unsaved.everything
  const timelines: TimelineRecord[] = []
  const forgottenTimelines: string[] = []
  for (const id of isAll ? new Set([...unsaved.timelines, ...memory.timelines.keys()]) : unsaved.timelines) {
    const record = recordOf(memory, id)
    if (record) timelines.push(record)
    else forgottenTimelines.push(id)
  }
  // A closed conversation is on disk for the sake of its timeline only.
  const changed = isAll
    ? Array.from({ length: BUCKETS }, (_, bucket) => bucket)
    : [...unsaved.conversations, ...unsaved.timelines].map(bucketOf)
  return {
    head: { epoch, cursor },
    first: { conversations: firstRows(memory), counts: memory.counts },
    buckets: bucketsOf(memory, new Set(changed)),
    ...(isAll || unsaved.directory ? { directory: directoryOf(memory) } : {}),
    timelines,
    forgottenTimelines,
  }
}

/** Where the lists looked at begin: more than the highest window shows. */
const FIRST_ROWS = 30

function firstRows({ lists, kept }: Memory): ConversationRow[] {
  const ids = new Set(
    [...lists.values()].flatMap(({ rows }) => rows.slice(0, FIRST_ROWS).map(({ id }) => id)),
  )
  return [...ids].flatMap((id) => kept.conversation.get(id) ?? [])
}

function bucketsOf(memory: Memory, wanted: ReadonlySet<number>): Map<number, ConversationRow[]> {
  const buckets = new Map<number, ConversationRow[]>()
  if (wanted.size === 0) return buckets
  for (const bucket of wanted) buckets.set(bucket, [])
  for (const row of memory.kept.conversation.values())
    if (row.isOpen || row.own.isStarred || memory.timelines.get(row.id)?.isLoaded)
      buckets.get(bucketOf(row.id))?.push(row)
  return buckets
}

/** Everything that is no conversation. */
export function directoryOf({ kept }: Memory): Row[] {
  const { conversation: _, ...others } = kept
  return Object.values(others).flatMap((rows): Row[] => [...rows.values()])
}
