import { sql, type RawBuilder } from "kysely"
import type { ConversationRow, Row } from "../../protocol/rows.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { prepared, type Db, type Tx } from "../db/db.ts"
import type { Loader } from "../sync/sync.ts"
import { orderedIds } from "./visible.ts"
import { firstMark } from "./marks.ts"
import { keysOf, stateColumns, stateOf, type State, type StateRecord } from "./state.ts"

const LONGEST_EXCERPT = 200

type Loaded = Omit<ConversationRow, "own">
type Own = ConversationRow["own"]

/** The keys of those who may see each conversation now; `ids` may be SQL for a set of them. */
export async function keysOfConversations(
  tx: Db,
  workspaceId: Id,
  ids: readonly Id[] | RawBuilder<unknown>,
): Promise<Map<Id, string[]>> {
  const those = "length" in ids ? prepared.anyOf(ids) : sql`any(${ids})`
  const { rows } = await sql<KeysRecord & { id: Id }>`/* prepared */
    select c.id, ${keyColumns} from conversations c
     where c.workspace_id = ${workspaceId} and c.id = ${those}`.execute(tx)
  return new Map(rows.map((row) => [row.id, keysOfRecord(row)]))
}

const mentioned = sql`
  array(select distinct n.agent_id from notices n
         where n.workspace_id = c.workspace_id and n.conversation_id = c.id and n.what = 'mention') as mentioned`

/** Of `conversations c`: what says who may see it. */
export const keyColumns = sql`
  c.team_id as "teamId", c.assignee_id as "assigneeId", c.offer_agent_id as "offerAgentId", ${mentioned}`

export type KeysRecord = { teamId: Id; assigneeId: Id | null; offerAgentId: Id | null; mentioned: Id[] }

export function keysOfRecord({ teamId, assigneeId, offerAgentId, mentioned }: KeysRecord): string[] {
  const offer = offerAgentId === null ? null : { agentId: offerAgentId }
  return [...keysOf({ teamId, assigneeId, offer }), ...mentioned.map((id) => `agent:${id}`)]
}

export const conversationLoader: Loader = {
  kind: "conversation",
  async load(tx, workspaceId, ids, readers) {
    // Asked for at once, so of all who might see it; who may is known when everything is there.
    const agentIds = readers.map(({ agentId }) => agentId)
    const [loaded, owns] = await Promise.all([
      loadAll(tx, workspaceId, ids),
      loadOwn(tx, workspaceId, { ids, agentIds }),
    ])
    const readerOf = new Map(readers.map((reader) => [reader.agentId, reader]))
    const answer = new Map<string, Map<string, Row>>(readers.map(({ agentId }) => [agentId, new Map()]))
    // To most readers a conversation looks the same; then it is the same row, which is made into text once.
    const alike = new Map<string, ConversationRow>()
    for (const { id, agentId, ...own } of owns) {
      const { keys, row } = loaded.get(id) ?? {}
      if (row === undefined || !keys?.some((key) => readerOf.get(agentId)?.keys.has(key))) continue
      const look = `${id} ${JSON.stringify(own)}`
      const shown = alike.get(look) ?? { ...row, own }
      alike.set(look, shown)
      answer.get(agentId)?.set(id, shown)
    }
    return answer
  },
  snapshot: orderedIds,
}

type LoadedRecord = StateRecord &
  KeysRecord & {
    customer: Omit<Loaded["customer"], "firstSeenAt" | "isBlocked">
    firstSeenAt: Stamp
    addresses: Loaded["addresses"]
    last: Loaded["last"]
  }

/** What every reader sees alike, and who they are. */
async function loadAll(
  tx: Tx,
  workspaceId: Id,
  ids: readonly Id[],
): Promise<Map<Id, { keys: string[]; row: Loaded }>> {
  const { rows } = await sql<LoadedRecord>`/* prepared */
    select ${stateColumns}, ${mentioned}, customer.created_at as "firstSeenAt",
           jsonb_build_object('id', customer.id, 'name', customer.name, 'city', customer.city,
                              'country', customer.country, 'language', customer.language,
                              'photoId', customer.photo_id) as customer,
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'id', a.id, 'sourceId', a.source_id, 'channel', a.channel, 'display', a.display,
                     'optedOut', a.opted_out_at is not null) order by a.last_used_at desc, a.id), '[]')
              from addresses a where a.workspace_id = c.workspace_id and a.customer_id = c.customer_id) as addresses,
           case when last.id is not null then jsonb_build_object(
             'id', last.id, 'type', last.type, 'agentId', last.agent_id, 'text', left(last.text, 1000),
             'hasFiles', cardinality(last.file_ids) > 0, 'voiceMs', ${voiceMsOf(workspaceId)}, 'labelIds', to_jsonb(${labelIdsOf(sql`last`)})) end as last
      from conversations c
      join customers customer on customer.workspace_id = c.workspace_id and customer.id = c.customer_id
      left join entries last on last.workspace_id = c.workspace_id and last.id = c.last_entry_id
     where c.workspace_id = ${workspaceId} and c.id = ${prepared.anyOf(ids)}`.execute(tx)
  return new Map(
    rows.map((record) => {
      const { customer, firstSeenAt, addresses, last } = record
      const row = rowOf(stateOf(record), {
        customer: { ...customer, firstSeenAt, isBlocked: record.blockedAt !== null },
        addresses,
        last,
      })
      return [record.id, { keys: keysOfRecord(record), row }]
    }),
  )
}

/** Expects `last`; files are looked at only where it has some. */
function voiceMsOf(workspaceId: Id) {
  return sql`case when cardinality(last.file_ids) > 0 then (
    select (f.voice ->> 'ms')::int from files f
     where f.workspace_id = ${workspaceId} and f.id = any(last.file_ids) and f.voice is not null limit 1) end`
}

/** The labels an entry carries, as an array; `entry` is the name of its row. */
export function labelIdsOf(entry: RawBuilder<unknown>) {
  return sql<Id[]>`array(select carried.label_id::text from entry_labels carried
                          where carried.workspace_id = ${entry}.workspace_id and carried.entry_id = ${entry}.id
                          order by carried.at, carried.label_id)`
}

function rowOf(state: State, parts: Pick<Loaded, "customer" | "addresses" | "last">): Loaded {
  const { customer, addresses, last } = parts
  const latest = addresses.find(({ id }) => id === state.lastAddressId) ?? addresses[0]
  const { lastAnswerId, lastAnswerAgentId } = state
  return {
    kind: "conversation",
    id: state.id,
    customer,
    addresses,
    teamId: state.teamId,
    assigneeId: state.assigneeId,
    isOpen: state.closedAt === null,
    offer: state.offer,
    snooze: state.snooze,
    lastAddressId: state.lastAddressId,
    channel: latest?.channel ?? "web-chat",
    waitingSince: state.waitingSince,
    updatedAt: state.updatedAt,
    last: last && { ...last, text: excerpt(last.text) },
    lastCustomerEntryId: state.lastCustomerEntryId,
    lastAnswer:
      lastAnswerId === null || lastAnswerAgentId === null
        ? null
        : { id: lastAnswerId, agentId: lastAnswerAgentId },
  }
}

/** On one line, and never ending within a mention or half a character. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim()
  if (line.length <= LONGEST_EXCERPT) return line
  return line
    .slice(0, LONGEST_EXCERPT)
    .replace(/@(\{[a-z]*(:[0-9a-f-]*)?)?$/, "")
    .replace(/[\ud800-\udbff]$/, "")
}

type Pair = { id: Id; agentId: Id }

/** What is each reader's alone. Most of them have read up to the same place: what came after it is counted once. */
async function loadOwn(
  tx: Tx,
  workspaceId: Id,
  { ids, agentIds }: { ids: readonly Id[]; agentIds: readonly Id[] },
): Promise<(Pair & Own)[]> {
  const { rows } = await sql<Pair & Own>`/* prepared */
    with marked as (
      select pair.id, pair."agentId", mark.at
        from (select id, "agentId" from unnest(${prepared.listOf(ids)}) id
               cross join unnest(${prepared.listOf(agentIds)}) "agentId") pair
        join conversations c on c.workspace_id = ${workspaceId} and c.id = pair.id
       cross join lateral (${markOf(workspaceId)}) mark
    ), written as materialized (
      select pair.id, mark.at, ${writtenCount(workspaceId)} as count
        from (select distinct id, at from marked) pair cross join lateral (select pair.at) mark
    )
    select pair.id, pair."agentId", pair.at as "readUpTo",
           noticed."isMentioned", noticed."hasUnreadMention",
           coalesce((select true from stars s where s.workspace_id = ${workspaceId} and s.agent_id = pair."agentId"
                        and s.conversation_id = pair.id), false) as "isStarred",
           least(100, written.count + noticed.count)::int as unread
      from marked pair
      join written on written.id = pair.id and written.at is not distinct from pair.at
     cross join lateral (
        select count(*) filter (where is_new) as count, coalesce(bool_or(is_mention), false) as "isMentioned",
               coalesce(bool_or(is_mention and is_new), false) as "hasUnreadMention"
          from (select n.what = 'mention' and not n.is_done as is_mention,
                       n.at > coalesce(pair.at, '-infinity') as is_new
                  from notices n
                 where n.workspace_id = ${workspaceId} and n.conversation_id = pair.id
                   and n.agent_id = pair."agentId") notice) noticed`.execute(tx)
  return rows
}

/** Expects `pair` and `c`. */
export function markOf(workspaceId: Id) {
  return sql`
    select case when given.agent_id is not null then given.read_up_to
                else ${firstMark({
                  workspaceId: sql`${workspaceId}`,
                  conversationId: sql`pair.id`,
                  teamId: sql`c.team_id`,
                  agentId: sql`pair."agentId"`,
                })} end as at
      from (select 1) one
      left join marks given on given.workspace_id = ${workspaceId} and given.conversation_id = pair.id
           and given.agent_id = pair."agentId"`
}

/** Expects `pair` and `mark`. What the customer wrote and what concerns the agent himself, after his mark. */
export function unreadCount(workspaceId: Id) {
  return sql`(${writtenCount(workspaceId)}
  + (select count(*) from (
       select 1 from notices n
        where n.workspace_id = ${workspaceId} and n.conversation_id = pair.id and n.agent_id = pair."agentId"
          and n.at > coalesce(mark.at, '-infinity') limit 100) noticed))`
}

/** Expects `pair` and `mark`. */
function writtenCount(workspaceId: Id) {
  return sql`(
    select count(*) from (
      select 1 from entries e
       where e.workspace_id = ${workspaceId} and e.conversation_id = pair.id and e.type = 'message'
         and e.agent_id is null and e.at > coalesce(mark.at, '-infinity') limit 100) written)`
}
