import { sql } from "kysely"
import type { Counts } from "../../protocol/inboxes.ts"
import type { Id } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import type { Reader } from "../sync/sync.ts"
import { markOf, unreadCount } from "./loading.ts"
import { isSeenBy, teamIdsOf } from "./visible.ts"

type Counted = {
  me: number
  mentions: number
  unassigned: number
  starred: number
  all: number | null
  badge: number
  teams: { id: Id; count: number }[]
}

/** The counts of a reader's inboxes and his badge: `countAll` of the protocol, said in SQL. */
export async function countsFor(tx: Tx, reader: Reader): Promise<Counts> {
  const { workspaceId, agentId } = reader
  const teamIds = teamIdsOf(reader)
  const { rows } = await sql<Counted>`
    with mine as materialized (
      select c.id, c.team_id, ${agentId}::uuid as "agentId" from conversations c
       where c.workspace_id = ${workspaceId} and c.closed_at is null and not c.is_snoozed and c.assignee_id = ${agentId}
      union
      select c.id, c.team_id, ${agentId}::uuid from conversations c
       where c.workspace_id = ${workspaceId} and c.closed_at is null and not c.is_snoozed
         and c.offer_agent_id = ${agentId}
    ), mentioning as materialized (
      select c.id, c.team_id, ${agentId}::uuid as "agentId"
        from (select distinct n.conversation_id as id from notices n
               where n.workspace_id = ${workspaceId} and n.agent_id = ${agentId} and n.what = 'mention' and not n.is_done) said
        join conversations c on c.workspace_id = ${workspaceId} and c.id = said.id
       where c.closed_at is null and c.assignee_id is distinct from ${agentId}
         and c.offer_agent_id is distinct from ${agentId}
    ), unassigned as materialized (
      select c.id from unnest(${teamIds}::uuid[]) as team (id)
       cross join lateral (
         select c.id from conversations c
          where c.workspace_id = ${workspaceId} and c.team_id = team.id and c.closed_at is null
            and c.assignee_id is null and c.offer_agent_id is null) c
    ), available as (
      select exists (
        select 1 from agents a
          join memberships m on m.workspace_id = a.workspace_id and m.agent_id = a.id and not m.switched_off
          join teams t on t.workspace_id = m.workspace_id and t.id = m.team_id and t.is_open
         where a.workspace_id = ${workspaceId} and a.id = ${agentId} and a.is_present and not a.away_by_hand
           and a.disabled_at is null) as in_a_team
    ), wanting as (
      select pair.id from unassigned pair, available where available.in_a_team
      union
      select pair.id from mentioning pair
       cross join lateral (select pair.team_id) c
       cross join lateral (${markOf(workspaceId)}) mark
       where exists (
         select 1 from notices n
          where n.workspace_id = ${workspaceId} and n.conversation_id = pair.id and n.agent_id = ${agentId}
            and n.what = 'mention' and not n.is_done and (mark.at is null or n.at > mark.at))
      union
      select pair.id from mine pair
       cross join lateral (select pair.team_id) c
       cross join lateral (${markOf(workspaceId)}) mark
       where ${unreadCount(workspaceId)} > 0
    )
    select (select count(*) from mine) as me,
           (select count(*) from mentioning) as mentions,
           (select count(*) from unassigned) as unassigned,
           (select count(*) from stars s
              join conversations c on c.workspace_id = s.workspace_id and c.id = s.conversation_id
             where s.workspace_id = ${workspaceId} and s.agent_id = ${agentId} and ${isSeenBy(reader)}) as starred,
           case when ${reader.keys.has("admins")} then (
             select count(*) from conversations c where c.workspace_id = ${workspaceId} and c.closed_at is null and not c.is_snoozed) end as all,
           (select count(*) from wanting) as badge,
           (select coalesce(jsonb_agg(jsonb_build_object('id', team.id, 'count', (
                     select count(*) from conversations c
                      where c.workspace_id = ${workspaceId} and c.team_id = team.id and c.closed_at is null
                       and not c.is_snoozed))), '[]')
              from unnest(${teamIds}::uuid[]) as team (id)) as teams`.execute(tx)
  const [counted] = rows
  if (counted === undefined) throw new Error("Counting answered with no row.")
  const { me, mentions, unassigned, starred, all, badge, teams } = counted
  return {
    badge,
    inboxes: {
      me,
      mentions,
      unassigned,
      starred,
      ...(all === null ? {} : { all }),
      ...Object.fromEntries(teams.map(({ id, count }) => [`team:${id}`, count])),
    },
  }
}
