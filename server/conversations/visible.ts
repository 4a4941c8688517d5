import { sql, type RawBuilder } from "kysely"
import { belongsTo, compareRows, defaultOrder, shows } from "../../protocol/inboxes.ts"
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

/**
 * Conversations the reader may see, `most` at most, as SQL with one column, `id`. Where teams or a state are named, those
 * of them, and all in which he is mentioned.
 */
export function someSeenBy(
  reader: Reader,
  {
    most,
    teamIds,
    isOpen,
  }: { most: number; teamIds?: readonly Id[] | undefined; isOpen?: boolean | undefined },
) {
  const { workspaceId, agentId } = reader
  // Open and closed ones are in indexes of their own.
  const states = [true, false]
    .filter((state) => isOpen === undefined || isOpen === state)
    .map((state) => (state ? sql`is null` : sql`is not null`))
  const part = (matches: RawBuilder<unknown>) =>
    sql.join(
      states.map(
        (state) => sql`(select c.id from conversations c
          where c.workspace_id = ${workspaceId} and ${matches} and c.closed_at ${state} limit ${most})`,
      ),
      sql` union all `,
    )
  const isOneOf = (id: RawBuilder<unknown>) =>
    teamIds === undefined ? sql`true` : sql`${id} = any(${[...teamIds]}::uuid[])`
  return sql<{ id: Id }>`
    select distinct id from (
      select c.id from (${teamsSeenBy(reader)}) team cross join lateral (${part(sql`c.team_id = team.id`)}) c
       where ${isOneOf(sql`team.id`)}
      union all (${part(sql`c.assignee_id = ${agentId} and ${isOneOf(sql`c.team_id`)}`)})
      union all select c.id from conversations c where c.workspace_id = ${workspaceId} and c.offer_agent_id = ${agentId}
      union all (${mentionsOf(reader)})
    ) seen limit ${most}`
}

type Seen = {
  id: Id
  teamId: Id
  assigneeId: Id | null
  offer: { agentId: Id } | null
  isOpen: boolean
  snooze: { until: Stamp | null } | null
  updatedAt: Stamp
  waitingSince: Stamp | null
}
type SeenByReader = Seen & { own: { isStarred: boolean; isMentioned: boolean } }

/**
 * What a fresh replica holds: every open conversation the reader may see and those he starred. First what stands at
 * the top of his inboxes, so that the desk can show any of them before the rest has come.
 */
export async function* orderedIds(tx: Tx, reader: Reader): AsyncIterable<Id[]> {
  const rows = await findSeen(tx, reader)
  const first = topOfInboxes(rows, reader)
  if (first.size > 0) yield [...first]
  const rest = rows.map(({ id }) => id).filter((id) => !first.has(id))
  for (let from = 0; from < rest.length; from += PAGE) yield rest.slice(from, from + PAGE)
}

/**
 * Each way of seeing one is read by itself with all that is needed of the row, and what is found twice is dropped
 * here: thousands of rows looked up once more by their ids took longer than everything else together.
 */
async function findSeen(tx: Tx, reader: Reader): Promise<SeenByReader[]> {
  const { workspaceId, agentId } = reader
  const columns = sql`c.id, c.team_id, c.assignee_id, c.offer_agent_id, c.closed_at, c.is_snoozed,
    c.snoozed_until, c.updated_at, c.waiting_since`
  const { rows: seen } = await sql<Seen>`
    with seen as (
      select ${columns} from (${teamsSeenBy(reader)}) team
       cross join lateral (select ${columns} from conversations c
                            where c.workspace_id = ${workspaceId} and c.team_id = team.id and c.closed_at is null) c
      union all
      select ${columns} from conversations c
       where c.workspace_id = ${workspaceId} and c.assignee_id = ${agentId} and c.closed_at is null
      union all
      select ${columns} from conversations c where c.workspace_id = ${workspaceId} and c.offer_agent_id = ${agentId}
      union all
      select ${columns} from (${mentionsOf(reader)}) mentioned
        join conversations c on c.workspace_id = ${workspaceId} and c.id = mentioned.id
       where c.closed_at is null
      union all
      select ${columns} from (${starsOf(reader)}) starred
        join conversations c on c.workspace_id = ${workspaceId} and c.id = starred.id
       where ${isSeenBy(reader)}
    )
    select id, team_id as "teamId", assignee_id as "assigneeId",
           case when offer_agent_id is not null then jsonb_build_object('agentId', offer_agent_id) end as offer,
           closed_at is null as "isOpen",
           case when is_snoozed then jsonb_build_object('until', snoozed_until) end as snooze, updated_at as "updatedAt", waiting_since as "waitingSince"
      from seen`.execute(tx)
  const { rows: own } = await sql<{ mentioned: Id[]; starred: Id[] }>`
    select array(${mentionsOf(reader)} and not n.is_done) as mentioned, array(${starsOf(reader)}) as starred`.execute(
    tx,
  )
  const mentioned = new Set(own[0]?.mentioned)
  const starred = new Set(own[0]?.starred)
  const once = new Map(seen.map((row) => [row.id, row]))
  return [...once.values()].map((row) => ({
    ...row,
    own: { isStarred: starred.has(row.id), isMentioned: mentioned.has(row.id) },
  }))
}

function mentionsOf({ workspaceId, agentId }: Reader) {
  return sql<{ id: Id }>`
    select distinct n.conversation_id as id from notices n
     where n.workspace_id = ${workspaceId} and n.agent_id = ${agentId} and n.what = 'mention'`
}

function starsOf({ workspaceId, agentId }: Reader) {
  return sql<{ id: Id }>`
    select s.conversation_id as id from stars s where s.workspace_id = ${workspaceId} and s.agent_id = ${agentId}`
}

function topOfInboxes(rows: SeenByReader[], reader: Reader): Set<Id> {
  const teamIds = teamIdsOf(reader)
  const isAdmin = reader.keys.has("admins")
  const who = { agentId: reader.agentId, isAdmin, isAvailableInATeam: false, teamIds: new Set(teamIds) }
  const inboxes = ["me", "mentions", "unassigned", "starred", ...teamIds.map((id) => `team:${id}`)]
  if (isAdmin) inboxes.push("all")
  const first = new Set<Id>()
  for (const inbox of inboxes) {
    const inOrder = compareRows(defaultOrder(inbox))
    rows
      .filter((row) => shows(inbox, row) && belongsTo(inbox, row, who))
      .toSorted((one, other) => inOrder(one, other))
      .slice(0, FIRST_OF_EACH)
      .forEach(({ id }) => first.add(id))
  }
  return first
}
