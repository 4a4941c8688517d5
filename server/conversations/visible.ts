import { sql } from "kysely"
import { belongsTo, compareRows, defaultOrder } from "../../protocol/inboxes.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import type { Reader } from "../sync/sync.ts"

const FIRST_OF_EACH = 100
const PAGE = 500

/** The teams whose conversations the reader may see: his own, for admins all. One column, `id`. */
export function teamsSeenBy(reader: Reader) {
  return reader.keys.has("admins")
    ? sql<{ id: Id }>`select t.id from teams t where t.workspace_id = ${reader.workspaceId}`
    : sql<{ id: Id }>`select unnest(${teamIdsOf(reader)}::uuid[]) as id`
}

export function teamIdsOf(reader: Pick<Reader, "keys">): Id[] {
  return [...reader.keys].flatMap((key) => (key.startsWith("team:") ? [key.slice("team:".length)] : []))
}

/** Whether the reader may see `conversations c`: the same rule as `keysOf`, for SQL that starts from something rare. */
export function isSeenBy(reader: Reader) {
  const { workspaceId, agentId } = reader
  return sql<boolean>`(
    c.team_id in (${teamsSeenBy(reader)}) or c.assignee_id = ${agentId} or c.offer_agent_id = ${agentId}
    or exists (select 1 from notices n where n.workspace_id = ${workspaceId} and n.conversation_id = c.id
                  and n.agent_id = ${agentId} and n.what = 'mention'))`
}

type Seen = {
  id: Id
  teamId: Id
  assigneeId: Id | null
  offer: { agentId: Id } | null
  isOpen: boolean
  updatedAt: Stamp
  waitingSince: Stamp | null
  own: { isStarred: boolean; isMentioned: boolean }
}

/**
 * What a fresh replica holds: every open conversation the reader may see and those he starred. First what stands at
 * the top of his inboxes, so that the desk can show any of them before the rest has come.
 */
export async function* orderedIds(tx: Tx, reader: Reader): AsyncIterable<Id[]> {
  const { workspaceId, agentId } = reader
  const { rows } = await sql<Seen>`
    with mentioned as materialized (
      select distinct n.conversation_id as id from notices n
       where n.workspace_id = ${workspaceId} and n.agent_id = ${agentId} and n.what = 'mention'
    ), starred as materialized (
      select s.conversation_id as id from stars s where s.workspace_id = ${workspaceId} and s.agent_id = ${agentId}
    ), seen as (
      select c.id from (${teamsSeenBy(reader)}) team
       cross join lateral (select c.id from conversations c
                            where c.workspace_id = ${workspaceId} and c.team_id = team.id and c.closed_at is null) c
      union
      select c.id from conversations c
       where c.workspace_id = ${workspaceId} and c.assignee_id = ${agentId} and c.closed_at is null
      union
      select c.id from conversations c where c.workspace_id = ${workspaceId} and c.offer_agent_id = ${agentId}
      union
      select c.id from mentioned join conversations c on c.workspace_id = ${workspaceId} and c.id = mentioned.id
       where c.closed_at is null
      union
      select c.id from starred join conversations c on c.workspace_id = ${workspaceId} and c.id = starred.id
       where ${isSeenBy(reader)}
    )
    select c.id, c.team_id as "teamId", c.assignee_id as "assigneeId",
           case when c.offer_id is not null then jsonb_build_object('agentId', c.offer_agent_id) end as offer,
           c.closed_at is null as "isOpen", c.updated_at as "updatedAt", c.waiting_since as "waitingSince",
           jsonb_build_object('isStarred', c.id in (select id from starred),
                              'isMentioned', c.id in (select id from mentioned)) as own
      from seen join conversations c on c.workspace_id = ${workspaceId} and c.id = seen.id`.execute(tx)
  const first = topOfInboxes(rows, reader)
  if (first.size > 0) yield [...first]
  const rest = rows.map(({ id }) => id).filter((id) => !first.has(id))
  for (let from = 0; from < rest.length; from += PAGE) yield rest.slice(from, from + PAGE)
}

function topOfInboxes(rows: Seen[], reader: Reader): Set<Id> {
  const teamIds = teamIdsOf(reader)
  const isAdmin = reader.keys.has("admins")
  const who = { agentId: reader.agentId, isAdmin, isAvailableInATeam: false, teamIds: new Set(teamIds) }
  const inboxes = ["me", "mentions", "unassigned", "starred", ...teamIds.map((id) => `team:${id}`)]
  if (isAdmin) inboxes.push("all")
  const first = new Set<Id>()
  for (const inbox of inboxes) {
    const inOrder = compareRows(defaultOrder(inbox))
    rows
      .filter((row) => (row.isOpen || inbox === "starred") && belongsTo(inbox, row, who))
      .toSorted((one, other) => inOrder(one, other))
      .slice(0, FIRST_OF_EACH)
      .forEach(({ id }) => first.add(id))
  }
  return first
}
