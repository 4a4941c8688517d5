import { sql, type RawBuilder } from "kysely"
import type { z } from "zod"
import type { conversationsQuery, entriesQuery } from "../../protocol/commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Page } from "../../protocol/stream.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { snapshot, type Tx } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { accessConversation, findMerged } from "./act.ts"
import { loadEntries } from "./entries.ts"
import { accessThread } from "./note.ts"
import { conversationLoader } from "./loading.ts"
import { isSeenBy, teamIdsOf, teamsSeenBy } from "./visible.ts"

type ConversationsQuery = z.output<typeof conversationsQuery>
type EntriesQuery = z.output<typeof entriesQuery>

/** A page of an inbox, by the latest update. Refuses `not-found` for an inbox that the agent does not have. */
export async function listConversations(sync: Sync, agent: Agent, query: ConversationsQuery): Promise<Page> {
  if (query.inbox === "all" && !agent.keys.has("admins")) throw refuse("not-found")
  if (query.inbox.startsWith("team:") && !agent.keys.has(query.inbox)) throw refuse("not-found")
  return snapshot(sync.db, async (tx) => {
    const direction = directionOf(query)
    const { rows } = await sql<{ id: Id }>`
      select id from (${inboxPart(agent, query)}) part
       order by at ${direction}, id ${direction} limit ${query.limit + 1}`.execute(tx)
    const ids = rows.slice(0, query.limit).map(({ id }) => id)
    return pageOf(tx, agent, ids, rows.length > query.limit)
  })
}

/** One conversation by its link; the one it was merged into, if it was. */
export async function getConversation(sync: Sync, agent: Agent, conversationId: Id): Promise<Page> {
  return snapshot(sync.db, async (tx) => {
    const id = (await findMerged(tx, agent.workspaceId, conversationId)) ?? conversationId
    await accessConversation(tx, agent, id)
    return pageOf(tx, agent, [id], false)
  })
}

async function pageOf(tx: Tx, agent: Agent, ids: readonly Id[], hasMore: boolean): Promise<Page> {
  const loaded = (await conversationLoader.load(tx, agent.workspaceId, ids, [agent])).get(agent.agentId)
  const rows = ids.flatMap((id) => loaded?.get(id) ?? [])
  return { asOf: await findNumber(tx, agent.workspaceId), rows, hasMore }
}

/** The change up to which everything is in what this snapshot reads. */
export async function findNumber(tx: Tx, workspaceId: Id): Promise<number> {
  const { rows } = await sql<{ number: number }>`
    select number from counters where workspace_id = ${workspaceId}`.execute(tx)
  return rows[0]?.number ?? 0
}

/**
 * The inbox's first conversations after the cursor as (id, at). Each team and each way of having one is read by
 * itself from the start of its own index, and only then are the parts merged: one condition with OR reads all.
 */
function inboxPart(agent: Agent, query: ConversationsQuery): RawBuilder<unknown> {
  const { workspaceId, agentId } = agent
  const part = (matches: RawBuilder<unknown>) => partBySource(workspaceId, query, matches)
  const isWanted = query.teamIds ? sql`team.id = any(${query.teamIds}::uuid[])` : sql`true`
  const partOfTeams = (teams: RawBuilder<unknown>, matches: RawBuilder<unknown>) => sql`
    select c.id, c.at from (select team.id from (${teams}) team where ${isWanted}) team cross join lateral (
      ${part(sql`c.team_id = team.id and ${matches}`)}) c`
  const isMentioned = sql`c.id in (
    select n.conversation_id from notices n
     where n.workspace_id = ${workspaceId} and n.agent_id = ${agentId} and n.what = 'mention'
       and not n.is_done)`
  const myTeams = sql`select unnest(${teamIdsOf(agent)}::uuid[]) as id`
  switch (query.inbox) {
    case "me":
      return sql`(${part(sql`c.assignee_id = ${agentId}`)}) union (${part(sql`c.offer_agent_id = ${agentId}`)})`
    case "mentions":
      return partOf(
        workspaceId,
        query,
        sql`${isMentioned} and c.assignee_id is distinct from ${agentId}
            and c.offer_agent_id is distinct from ${agentId}`,
      )
    case "unassigned":
      return partOfTeams(myTeams, sql`c.assignee_id is null and c.offer_agent_id is null`)
    case "starred":
      return partOf(
        workspaceId,
        { ...query, closed: undefined },
        sql`c.id in (select s.conversation_id from stars s
                      where s.workspace_id = ${workspaceId} and s.agent_id = ${agentId}) and ${isSeenBy(agent)}`,
      )
    case "all":
      return partOfTeams(teamsSeenBy(agent), sql`true`)
    default:
      return part(sql`c.team_id = ${query.inbox.slice("team:".length)}::uuid`)
  }
}

/** An index is read in either direction. */
function directionOf({ order }: Pick<ConversationsQuery, "order">): RawBuilder<unknown> {
  return order === "oldest" ? sql`asc` : sql`desc`
}

/**
 * What is closed and narrowed to channels is read source by source, for which there are indexes: of a rare channel
 * the first page may otherwise lie behind nearly all there is. An address never leaves its source, so the channel
 * that is shown, the last address's, is the last source's.
 */
function partBySource(
  workspaceId: Id,
  query: ConversationsQuery,
  matches: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const { closed, channels } = query
  if (!closed || channels === undefined) return partOf(workspaceId, query, matches)
  const ofSource = sql`${matches} and c.last_source_id = source.id`
  return sql`
    select c.id, c.at from sources source
     cross join lateral (${partOf(workspaceId, { ...query, channels: undefined }, ofSource)}) c
     where source.workspace_id = ${workspaceId} and source.channel = any(${channels}::text[])`
}

/** Closed ones are in the order of an index; of open ones there are never many. */
function partOf(
  workspaceId: Id,
  query: Omit<ConversationsQuery, "closed"> & { closed: boolean | undefined },
  matches: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const { inbox, closed, snoozed, teamIds, channels, order, beforeAt, beforeId, limit } = query
  const at = closed === true ? sql`c.listed_at` : sql`c.updated_at`
  const direction = directionOf(query)
  const follows = order === "oldest" ? sql`>` : sql`<`
  const conditions = [sql`c.workspace_id = ${workspaceId}`, matches]
  if (closed !== undefined) conditions.push(closed ? isListedClosed : sql`c.closed_at is null`)
  if (closed === false && inbox !== "mentions") conditions.push(sql`c.is_snoozed = ${snoozed}`)
  if (teamIds !== undefined) conditions.push(sql`c.team_id = any(${teamIds}::uuid[])`)
  if (channels !== undefined)
    conditions.push(sql`exists (
      select 1 from addresses a where a.workspace_id = c.workspace_id and a.id = c.last_address_id
                                  and a.channel = any(${channels}::text[]))`)
  if (beforeAt !== undefined)
    conditions.push(
      beforeId === undefined
        ? sql`${at} ${follows} ${beforeAt}`
        : sql`(${at}, c.id) ${follows} (${beforeAt}::timestamptz, ${beforeId}::uuid)`,
    )
  return sql`
    select c.id, ${at} as at from conversations c
     where ${sql.join(conditions, sql` and `)}
     order by ${at} ${direction}, c.id ${direction} limit ${limit + 1}`
}

/** One in which nobody has said anything yet, of a customer who was brought in, is in no list. */
const isListedClosed = sql`c.closed_at is not null and c.listed_at > '-infinity'`

/** A page of a timeline, oldest first: the latest, those before or after a time, or those around an entry. */
export async function listEntries(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  query: EntriesQuery,
): Promise<Page> {
  return snapshot(sync.db, async (tx) => {
    await accessConversation(tx, agent, conversationId)
    const { workspaceId } = agent
    const { thread } = query
    if (thread !== undefined) await accessThread(tx, { workspaceId, conversationId }, thread)
    const timeline = { workspaceId, conversationId, thread }
    const { ids, hasMore } = await findEntries(tx, timeline, query)
    return { asOf: await findNumber(tx, workspaceId), rows: await loadEntries(tx, workspaceId, ids), hasMore }
  })
}

type Timeline = { workspaceId: Id; conversationId: Id; thread: Id | undefined }

async function findEntries(
  tx: Tx,
  timeline: Timeline,
  query: EntriesQuery,
): Promise<{ ids: Id[]; hasMore: boolean }> {
  const { before, after, around, limit } = query
  if (around === undefined) {
    const matches =
      after === undefined ? (before === undefined ? sql`true` : sql`e.at < ${before}`) : sql`e.at > ${after}`
    return cut(
      await entryIds(tx, timeline, {
        matches,
        order: after === undefined ? "desc" : "asc",
        limit: limit + 1,
      }),
      limit,
    )
  }
  const { rows } = await sql<{ at: Stamp }>`
    select at from entries where workspace_id = ${timeline.workspaceId} and id = ${around}
       and conversation_id = ${timeline.conversationId}`.execute(tx)
  const [entry] = rows
  if (entry === undefined) throw refuse("not-found")
  const older = Math.ceil(limit / 2)
  const before_ = await entryIds(tx, timeline, {
    matches: sql`e.at <= ${entry.at}`,
    order: "desc",
    limit: older + 1,
  })
  const after_ = await entryIds(tx, timeline, {
    matches: sql`e.at > ${entry.at}`,
    order: "asc",
    limit: limit - older,
  })
  const { ids, hasMore } = cut(before_, older)
  return { ids: [...ids, ...after_], hasMore }
}

function cut(ids: Id[], limit: number): { ids: Id[]; hasMore: boolean } {
  return { ids: ids.slice(0, limit), hasMore: ids.length > limit }
}

async function entryIds(
  tx: Tx,
  { workspaceId, conversationId, thread }: Timeline,
  o: { matches: RawBuilder<unknown>; order: "asc" | "desc"; limit: number },
): Promise<Id[]> {
  // The note, then its answers by an index of their own: of a long conversation they are few.
  const ofThread =
    thread === undefined
      ? sql`true`
      : sql`e.id = any(array(select ${thread}::uuid union all
                             select t.id from entries t where t.workspace_id = ${workspaceId} and t.thread = ${thread}))`
  const { rows } = await sql<{ id: Id }>`
    select e.id from entries e
     where e.workspace_id = ${workspaceId} and e.conversation_id = ${conversationId} and ${o.matches} and ${ofThread}
     order by e.at ${o.order === "asc" ? sql`asc` : sql`desc`} limit ${o.limit}`.execute(tx)
  return rows.map(({ id }) => id)
}
