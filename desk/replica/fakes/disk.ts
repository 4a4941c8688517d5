import type { ConversationRow, Row } from "../../../protocol/rows.ts"
import type { Pending } from "../act.ts"
import type { Disk, First, Head, TimelineRecord } from "../disk.ts"
import type { Draft, Returned } from "../draft.ts"

/** One machine's disk, which several tabs open; what is saved is copied, as IndexedDB does. */
export function createFakeDisk() {
  const head: { value?: Head; first?: First & Head } = {}
  const directory: { value: readonly Row[] } = { value: [] }
  const buckets = new Map<number, readonly ConversationRow[]>()
  const timelines = new Map<string, TimelineRecord>()
  const outbox = new Map<string, Pending>()
  const drafts = new Map<string, Draft>()
  const returned = new Map<string, Returned>()
  const uploads = new Map<string, Blob>()
  const open = async (): Promise<Disk> => ({
    load: async () =>
      structuredClone({
        first:
          head.first && head.first.cursor === head.value?.cursor
            ? { ...head.first, rows: [...directory.value, ...head.first.conversations] }
            : undefined,
        pendings: [...outbox.values()],
        drafts: [...drafts].map(([key, draft]) => ({ key, draft })),
        returned: [...returned.values()],
      }),
    loadRows: async () =>
      head.value &&
      structuredClone({ ...head.value, rows: [...directory.value, ...[...buckets.values()].flat()] }),
    loadTimelines: async () => structuredClone([...timelines.values()]),
    async save(given) {
      const change = structuredClone(given)
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (change.head) head.value = change.head
      if (change.head && change.first) head.first = { ...change.head, ...change.first }
      if (change.directory) directory.value = change.directory
      for (const [bucket, rows] of change.buckets ?? []) buckets.set(bucket, rows)
      for (const one of change.timelines ?? []) timelines.set(one.conversationId, one)
      for (const id of change.forgottenTimelines ?? []) timelines.delete(id)
      for (const one of [...(change.issued ?? []), ...(change.pendings ?? [])])
        outbox.set(one.act.body.id, one)
      for (const id of change.settled ?? []) outbox.delete(id)
      for (const { key, draft } of change.drafts ?? []) drafts.set(key, draft)
      for (const one of change.returned ?? []) returned.set(one.id, one)
      for (const id of change.absorbed ?? []) returned.delete(id)
    },
    keepUpload: async (id, bytes) => void uploads.set(id, bytes),
    readUpload: async (id) => uploads.get(id),
    dropUpload: async (id) => void uploads.delete(id),
    erase: async () => [buckets, timelines, outbox, drafts, returned].forEach((map) => map.clear()),
    close: () => undefined,
  })
  return { open, outbox, returned, drafts, timelines, head }
}
