import { sql, type RawBuilder } from "kysely"
import type { EventView } from "../../protocol/rows.ts"
import type { DeliveryState, Id, Stamp } from "../../protocol/values.ts"
import { newId, prepared } from "../db/db.ts"
import type { Writing } from "../sync/sync.ts"
import { keepMarks } from "./marks.ts"
import { keysOf, nextAt, stateColumns, stateOf, type State, type StateRecord } from "./state.ts"

export type NewEntry = {
  id: Id
  at: Stamp
  type: "message" | "note" | "event"
  agentId?: Id
  addressId?: Id
  sourceId?: Id
  text?: string
  event?: EventView
  fileIds?: Id[]
  thread?: Id
  delivery?: DeliveryState
  providerId?: string | null
  claimedAt?: Stamp | null
}

type Notice = {
  agentId: Id
  entryId: Id
  what: "mention" | "assigned" | "offered" | "not-accepted" | "woke"
  at: Stamp
}

/**
 * A conversation under its row's lock: how it was found, how it shall be, and what joins its timeline. Acts
 * change `now` and add entries; `save` writes all of it at once and tells everyone who saw it before or sees it after.
 */
export type Held = {
  readonly workspaceId: Id
  readonly before: Readonly<State>
  now: State
  /** Agents whom a note mentioned: they may see it whoever has it. */
  readonly mentioned: Set<Id>
  readonly entries: NewEntry[]
  readonly notices: Notice[]
  /** Agents whose unread offer is taken back. */
  readonly withdrawn: Set<Id>
}

/** Locks the conversations, always in the order of their ids, so that two transactions never wait for each other. */
export async function hold(
  writing: Writing,
  workspaceId: Id,
  by: { ids: readonly Id[] } | { customerIds: readonly Id[] } | { addressIds: readonly Id[] },
): Promise<Held[]> {
  const matches = matching(workspaceId, by)
  const [{ rows }, mentioned] = await Promise.all([
    sql<StateRecord>`/* prepared */
    select ${stateColumns} from conversations c
     where c.workspace_id = ${workspaceId} and ${matches}
     order by c.id
       for update`.execute(writing.tx),
    findMentioned(writing, workspaceId, matches),
  ])
  return rows.map((record) => ({
    workspaceId,
    before: stateOf(record),
    now: stateOf(record),
    mentioned: new Set(mentioned.get(record.id)?.map(({ agentId }) => agentId)),
    entries: [],
    notices: [],
    withdrawn: new Set(),
  }))
}

function matching(workspaceId: Id, by: Parameters<typeof hold>[2]): RawBuilder<unknown> {
  if ("ids" in by) return sql`c.id = ${prepared.anyOf(by.ids)}`
  if ("customerIds" in by) return sql`c.customer_id = ${prepared.anyOf(by.customerIds)}`
  return sql`c.customer_id in (
    select a.customer_id from addresses a where a.workspace_id = ${workspaceId} and a.id = ${prepared.anyOf(by.addressIds)})`
}

/**
 * A statement of its own, done after the one that locks: that one sees other tables as they were before it waited,
 * and would miss whom the note that it waited for has mentioned.
 */
async function findMentioned(
  writing: Writing,
  workspaceId: Id,
  matches: RawBuilder<unknown>,
): Promise<Map<Id, { agentId: Id }[]>> {
  const { rows } = await sql<{ conversationId: Id; agentId: Id }>`/* prepared */
    select distinct n.conversation_id as "conversationId", n.agent_id as "agentId" from conversations c
      join notices n on n.workspace_id = c.workspace_id and n.conversation_id = c.id and n.what = 'mention'
     where c.workspace_id = ${workspaceId} and ${matches}`.execute(writing.tx)
  return Map.groupBy(rows, ({ conversationId }) => conversationId)
}

export function addEntry(held: Held, now: Stamp, entry: Omit<NewEntry, "at">): NewEntry {
  const at = nextAt(now, held.now.lastAt)
  const added = { ...entry, at }
  held.entries.push(added)
  held.now.lastAt = at
  if (entry.type !== "event") {
    held.now.lastEntryId = entry.id
    held.now.updatedAt = at
  }
  return added
}

export function addEvent(held: Held, now: Stamp, event: EventView): NewEntry {
  return addEntry(held, now, { id: newId(), type: "event", event })
}

export function addNotice(held: Held, agentId: Id, what: Notice["what"], entry: NewEntry): void {
  held.notices.push({ agentId, what, entryId: entry.id, at: entry.at })
}

/** Writes what the acts did to the held conversations, at the end of the transaction; one untouched is left alone. */
export async function save(writing: Writing, all: readonly Held[]): Promise<void> {
  all.forEach(endOldSnooze)
  const touched = all.filter(isTouched)
  const [first] = touched
  if (first === undefined) return
  for (const held of touched) await keepMarks(writing.tx, held)
  const { workspaceId } = first
  const statement = sql`/* prepared */
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(touched.map(recordOf))}::jsonb) as given (
        id uuid, team_id uuid, assignee_id uuid, last_assignee_id uuid, closed_at timestamptz, listed_at timestamptz,
        blocked_at timestamptz, seen_at timestamptz,
        offer_id uuid, offer_agent_id uuid, offer_by_agent_id uuid, offer_ends_at timestamptz, is_snoozed boolean,
        snoozed_until timestamptz, last_at timestamptz,
        updated_at timestamptz, waiting_since timestamptz, last_source_id uuid, last_address_id uuid,
        last_entry_id uuid, last_customer_entry_id uuid, last_answer_id uuid, last_answer_agent_id uuid,
        last_answer_at timestamptz)
    ), changed as (
      update conversations c
         set team_id = given.team_id, assignee_id = given.assignee_id, last_assignee_id = given.last_assignee_id,
             closed_at = given.closed_at, listed_at = given.listed_at, blocked_at = given.blocked_at,
             seen_at = given.seen_at, offer_id = given.offer_id,
             offer_agent_id = given.offer_agent_id, offer_by_agent_id = given.offer_by_agent_id,
             offer_ends_at = given.offer_ends_at, is_snoozed = given.is_snoozed,
             snoozed_until = given.snoozed_until, last_at = given.last_at, updated_at = given.updated_at,
             waiting_since = given.waiting_since, last_source_id = given.last_source_id,
             last_address_id = given.last_address_id, last_entry_id = given.last_entry_id,
             last_customer_entry_id = given.last_customer_entry_id, last_answer_id = given.last_answer_id,
             last_answer_agent_id = given.last_answer_agent_id, last_answer_at = given.last_answer_at
        from given
       where c.workspace_id = ${workspaceId} and c.id = given.id
    ), written as (
      insert into entries (workspace_id, id, conversation_id, at, type, agent_id, address_id, source_id, text, event,
                           file_ids, delivery, provider_id, claimed_at, thread)
      select ${workspaceId}, id, conversation_id, at, type, agent_id, address_id, source_id, coalesce(text, ''), event,
             coalesce(file_ids, '{}'), delivery, provider_id, claimed_at, thread
        from jsonb_to_recordset(${JSON.stringify(touched.flatMap(entryRecords))}::jsonb) as entry (
          id uuid, conversation_id uuid, at timestamptz, type text, agent_id uuid, address_id uuid, source_id uuid,
          text text, event jsonb, file_ids uuid[], delivery text, provider_id text, claimed_at timestamptz, thread uuid)
    ), withdrawn as (
      delete from notices n
       using jsonb_to_recordset(${JSON.stringify(touched.flatMap(withdrawnRecords))}::jsonb)
             as gone (conversation_id uuid, agent_id uuid)
       where n.workspace_id = ${workspaceId} and n.conversation_id = gone.conversation_id
         and n.agent_id = gone.agent_id and n.what = 'offered'
    )
    insert into notices (workspace_id, agent_id, conversation_id, entry_id, what, at)
    select ${workspaceId}, agent_id, conversation_id, entry_id, what, at
      from jsonb_to_recordset(${JSON.stringify(touched.flatMap(noticeRecords))}::jsonb) as notice (
        agent_id uuid, conversation_id uuid, entry_id uuid, what text, at timestamptz)`
  writing.last(statement.compile(writing.tx))
  for (const held of touched) announce(writing, held)
}

/** Who is given it, or asked to take it, finds it in his inbox: a snooze lasts as long as it is whose it was then, and open. */
export function endOldSnooze({ before, now }: Pick<Held, "before" | "now">): void {
  const isOld = before.snooze !== null && before.snooze.until === now.snooze?.until
  const isSame =
    now.assigneeId === before.assigneeId &&
    now.teamId === before.teamId &&
    now.offer?.id === before.offer?.id &&
    now.closedAt === before.closedAt
  if (isOld && !isSame) now.snooze = null
}

/** Everyone who may see the conversation, before or after. */
export function audienceOf(held: Held): string[] {
  const mentions = [...held.mentioned].map((agentId) => `agent:${agentId}`)
  return [...new Set([...keysOf(held.before), ...keysOf(held.now), ...mentions])]
}

function announce(writing: Writing, held: Held): void {
  const audience = audienceOf(held)
  writing.changed("conversation", held.now.id, audience)
  for (const entry of held.entries) {
    const isPublic = entry.type === "message" && entry.addressId !== undefined && entry.delivery !== "held"
    writing.changed("entry", entry.id, isPublic ? [...audience, `address:${entry.addressId}`] : audience)
  }
}

function isTouched(held: Held): boolean {
  return (
    held.entries.length > 0 ||
    held.withdrawn.size > 0 ||
    JSON.stringify(held.now) !== JSON.stringify(held.before)
  )
}

function recordOf({ now }: Held): Record<string, string | boolean | null> {
  return {
    id: now.id,
    team_id: now.teamId,
    assignee_id: now.assigneeId,
    last_assignee_id: now.lastAssigneeId,
    closed_at: now.closedAt,
    listed_at: now.closedAt === null ? null : now.updatedAt,
    blocked_at: now.blockedAt,
    seen_at: now.seenAt,
    offer_id: now.offer?.id ?? null,
    offer_agent_id: now.offer?.agentId ?? null,
    offer_by_agent_id: now.offer?.byAgentId ?? null,
    offer_ends_at: now.offer?.endsAt ?? null,
    is_snoozed: now.snooze !== null,
    snoozed_until: now.snooze?.until ?? null,
    last_at: now.lastAt,
    updated_at: now.updatedAt,
    waiting_since: now.waitingSince,
    last_source_id: now.lastSourceId,
    last_address_id: now.lastAddressId,
    last_entry_id: now.lastEntryId,
    last_customer_entry_id: now.lastCustomerEntryId,
    last_answer_id: now.lastAnswerId,
    last_answer_agent_id: now.lastAnswerAgentId,
    last_answer_at: now.lastAnswerAt,
  }
}

function entryRecords(held: Held): object[] {
  return held.entries.map((entry) => ({
    id: entry.id,
    conversation_id: held.now.id,
    at: entry.at,
    type: entry.type,
    agent_id: entry.agentId,
    address_id: entry.addressId,
    source_id: entry.sourceId,
    text: entry.text,
    event: entry.event,
    file_ids: entry.fileIds,
    delivery: entry.delivery,
    provider_id: entry.providerId,
    claimed_at: entry.claimedAt,
    thread: entry.thread,
  }))
}

function noticeRecords(held: Held): object[] {
  return held.notices.map(({ agentId, entryId, what, at }) => ({
    agent_id: agentId,
    conversation_id: held.now.id,
    entry_id: entryId,
    what,
    at,
  }))
}

function withdrawnRecords(held: Held): object[] {
  return [...held.withdrawn].map((agentId) => ({ agent_id: agentId, conversation_id: held.now.id }))
}
