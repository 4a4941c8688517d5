import { sql, type RawBuilder } from "kysely"
import type { EntryRow, EventView, FileView, Row } from "../../protocol/rows.ts"
import type { Channel, DeliveryState, Id, Stamp } from "../../protocol/values.ts"
import type { Db } from "../db/db.ts"
import type { Loader } from "../sync/sync.ts"
import { keyColumns, keysOfRecord, labelIdsOf, type KeysRecord } from "./loading.ts"

type EntryRecord = {
  id: Id
  conversationId: Id
  at: Stamp
  type: "message" | "note" | "event"
  agentId: Id | null
  addressId: Id | null
  channel: Channel | null
  text: string
  event: EventView | null
  files: FileView[]
  labelIds: Id[]
  delivery: DeliveryState | null
  deliveryReason: string | null
}

/** Entries are seen by whoever may see their conversation. A fresh replica holds none: timelines come in pages. */
export const entryLoader: Loader = {
  kind: "entry",
  async load(tx, workspaceId, ids, readers) {
    const { rows: records } = await sql<EntryRecord & KeysRecord>`/* prepared */
      select ${entryColumns(workspaceId)}, ${keyColumns}
        from entries e
        join conversations c on c.workspace_id = e.workspace_id and c.id = e.conversation_id
        left join addresses a on a.workspace_id = e.workspace_id and a.id = e.address_id
       where e.workspace_id = ${workspaceId} and e.id = any(${ids}::uuid[])`.execute(tx)
    const loaded = records.map((record) => ({ keys: keysOfRecord(record), row: rowOf(record) }))
    return new Map(
      readers.map((reader) => {
        const seen = loaded.filter(({ keys }) => keys.some((key) => reader.keys.has(key)))
        return [reader.agentId, new Map<string, Row>(seen.map(({ row }) => [row.id, row]))]
      }),
    )
  },
  async *snapshot() {},
}

/** In the order of their timelines. The caller has made sure of the reader. */
export async function loadEntries(tx: Db, workspaceId: Id, ids: readonly Id[]): Promise<EntryRow[]> {
  const { rows } = await sql<EntryRecord>`/* prepared */
    select ${entryColumns(workspaceId)}
      from entries e
      left join addresses a on a.workspace_id = e.workspace_id and a.id = e.address_id
     where e.workspace_id = ${workspaceId} and e.id = any(${ids}::uuid[])
     order by e.conversation_id, e.at`.execute(tx)
  return rows.map(rowOf)
}

/** Of `entries e` and its `addresses a`. */
function entryColumns(workspaceId: Id) {
  return sql`
    e.id, e.conversation_id as "conversationId", e.at, e.type, e.agent_id as "agentId", e.address_id as "addressId",
    a.channel, e.text, e.event, e.delivery, e.delivery_reason as "deliveryReason",
    ${filesOf(workspaceId, sql`e.file_ids`)} as files, ${labelIdsOf(sql`e`)} as "labelIds"`
}

function rowOf(record: EntryRecord): EntryRow {
  const { id, conversationId, at } = record
  return { kind: "entry", id, conversationId, at, body: bodyOf(record) }
}

/** The files of these ids, in their order, as one value. */
export function filesOf(workspaceId: Id, fileIds: RawBuilder<unknown>) {
  return sql<FileView[]>`
    coalesce((select jsonb_agg(jsonb_build_object(
                       'id', f.id, 'name', f.name, 'type', f.type, 'size', f.size, 'width', f.width,
                       'height', f.height, 'voice', f.voice, 'state', f.state) order by wanted.position)
                from unnest(${fileIds}) with ordinality as wanted (id, position)
                join files f on f.workspace_id = ${workspaceId} and f.id = wanted.id), '[]')`
}

function bodyOf(record: EntryRecord): EntryRow["body"] {
  const { type, agentId, addressId, channel, text, event, files, labelIds, delivery, deliveryReason } = record
  if (type === "message" && addressId !== null && channel !== null)
    return {
      type,
      agentId,
      addressId,
      channel,
      text,
      files,
      labelIds,
      delivery: delivery === null ? null : { state: delivery, reason: deliveryReason },
    }
  if (type === "note" && agentId !== null) return { type, agentId, text, files }
  if (type === "event" && event !== null)
    return { type, event: event.what === "wrote-while-blocked" ? { ...event, files } : event }
  throw new Error(`Entry ${record.id} is not whole.`)
}
