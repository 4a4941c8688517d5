import { sql, type RawBuilder } from "kysely"
import type { EntryRow, EventView, FileView, LinkPreview, Row } from "../../protocol/rows.ts"
import type { Channel, DeliveryState, Id, Stamp } from "../../protocol/values.ts"
import { prepared, type Db } from "../db/db.ts"
import type { Loader } from "../sync/sync.ts"
import { excerpt, keyColumns, keysOfRecord, labelIdsOf, type KeysRecord } from "./loading.ts"

type Note = Extract<EntryRow["body"], { type: "note" }>

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
  preview: LinkPreview | null
  thread: Note["thread"]
  answers: Note["answers"] | null
  labelIds: Id[]
  delivery: DeliveryState | null
  deliveryReason: string | null
}

/** Of those who answered a note, as many are told. */
const MOST_FACES = 3

/** Entries are seen by whoever may see their conversation. A fresh replica holds none: timelines come in pages. */
export const entryLoader: Loader = {
  kind: "entry",
  async load(tx, workspaceId, ids, readers) {
    const { rows: records } = await sql<EntryRecord & KeysRecord>`/* prepared */
      select ${entryColumns(workspaceId)}, ${keyColumns}
        from entries e
        join conversations c on c.workspace_id = e.workspace_id and c.id = e.conversation_id
        left join addresses a on a.workspace_id = e.workspace_id and a.id = e.address_id
       where e.workspace_id = ${workspaceId} and e.id = ${prepared.anyOf(ids)}`.execute(tx)
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
     where e.workspace_id = ${workspaceId} and e.id = ${prepared.anyOf(ids)}
     order by e.conversation_id, e.at`.execute(tx)
  return rows.map(rowOf)
}

/** Of `entries e` and its `addresses a`. */
function entryColumns(workspaceId: Id) {
  return sql`
    e.id, e.conversation_id as "conversationId", e.at, e.type, e.agent_id as "agentId", e.address_id as "addressId",
    a.channel, e.text, e.event, e.delivery, e.delivery_reason as "deliveryReason",
    ${filesOf(workspaceId, sql`e.file_ids`)} as files, ${labelIdsOf(sql`e`)} as "labelIds",
    case when strpos(e.text, '://') > 0 then ${previewOf} end as preview,
    case when e.thread is not null then ${threadOf} end as thread,
    case when e.type = 'note' and e.thread is null then ${answersOf} end as answers`
}

/** Most entries name no address, and are not looked for. */
const previewOf = sql`(
  select jsonb_build_object('address', p.address, 'title', p.title, 'description', p.description,
                            'hasPicture', p.picture is not null)
    from entry_previews shown
    join previews p on p.workspace_id = shown.workspace_id and p.id = shown.preview_id
   where shown.workspace_id = e.workspace_id and shown.entry_id = e.id)`

const threadOf = sql`(
  select jsonb_build_object('id', asked.id, 'agentId', asked.agent_id, 'text', left(asked.text, 1000))
    from entries asked where asked.workspace_id = e.workspace_id and asked.id = e.thread)`

/** A time within JSON, where the driver does not look. */
function stampOf(at: RawBuilder<unknown>) {
  return sql`to_char(${at} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

const answersOf = sql`(
  select jsonb_build_object(
           'count', count(*),
           'agentIds', coalesce((array_agg(answer.agent_id order by answer.at desc)), '{}'),
           'last', (array_agg(jsonb_build_object('id', answer.id, 'agentId', answer.agent_id, 'at', ${stampOf(sql`answer.at`)},
                                                 'text', left(answer.text, 1000),
                                                 'hasFiles', cardinality(answer.file_ids) > 0) order by answer.at desc))[1])
    from entries answer where answer.workspace_id = e.workspace_id and answer.thread = e.id)`

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
  const { thread, answers, preview } = record
  if (type === "message" && addressId !== null && channel !== null)
    return {
      type,
      agentId,
      addressId,
      channel,
      text,
      files,
      labelIds,
      preview,
      delivery: delivery === null ? null : { state: delivery, reason: deliveryReason },
    }
  if (type === "note" && agentId !== null)
    return {
      ...{ type, agentId, text, files, preview },
      thread: thread && { ...thread, text: excerpt(thread.text) },
      answers: {
        count: answers?.count ?? 0,
        agentIds: [...new Set(answers?.agentIds)].slice(0, MOST_FACES),
        last: answers?.last ? { ...answers.last, text: excerpt(answers.last.text) } : null,
      },
    }
  if (type === "event" && event !== null)
    return { type, event: event.what === "wrote-while-blocked" ? { ...event, files } : event }
  throw new Error(`Entry ${record.id} is not whole.`)
}
