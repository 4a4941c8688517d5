import { sql, type RawBuilder } from "kysely"
import type { Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import type { Held } from "./hold.ts"

/**
 * Where an agent's mark stands before he has read anything: at the last answer given before he gained sight of
 * the conversation by his team or his role, whichever came first. The arguments are SQL for the four ids.
 */
export function firstMark(
  of: Record<"workspaceId" | "conversationId" | "teamId" | "agentId", RawBuilder<unknown>>,
) {
  return sql<Stamp | null>`(
    select entry.at from entries entry
     where entry.workspace_id = ${of.workspaceId} and entry.conversation_id = ${of.conversationId}
       and entry.type = 'message' and entry.agent_id is not null and entry.at < ${gainedAt(of)}
     order by entry.at desc limit 1)`
}

/** null: neither his team nor his role lets him see it. */
export function gainedAt(of: Record<"workspaceId" | "teamId" | "agentId", RawBuilder<unknown>>) {
  return sql<Stamp | null>`(
    select least(case when agent.role <> 'agent' then agent.role_since end, membership.joined_at)
      from agents agent
      left join memberships membership on membership.workspace_id = agent.workspace_id
           and membership.agent_id = agent.id and membership.team_id = ${of.teamId}
     where agent.workspace_id = ${of.workspaceId} and agent.id = ${of.agentId})`
}

/**
 * Fixes the marks of those whose sight of the conversation is about to change. Who sees it already keeps what
 * his team or role gave him, and who gains sight starts at the last answer so far; from then on his mark no longer
 * depends on which team the conversation is in. Call it before anything is written.
 */
export async function keepMarks(tx: Tx, held: Held): Promise<void> {
  const { before, now, workspaceId } = held
  const gaining = held.notices.filter(({ what }) => what === "mention").map(({ agentId }) => agentId)
  if (now.assigneeId !== null && now.assigneeId !== before.assigneeId) gaining.push(now.assigneeId)
  if (now.offer !== null && now.offer.agentId !== before.offer?.agentId) gaining.push(now.offer.agentId)
  const isMoved = now.teamId !== before.teamId
  if (gaining.length === 0 && !isMoved) return
  const teams = isMoved ? [before.teamId, now.teamId] : []
  await sql`
    insert into marks (workspace_id, agent_id, conversation_id, read_up_to)
    select a.workspace_id, a.id, ${before.id},
           case when gained.at is null then ${before.lastAnswerAt}::timestamptz
                else ${firstMark({
                  workspaceId: sql`a.workspace_id`,
                  conversationId: sql`${before.id}`,
                  teamId: sql`${before.teamId}`,
                  agentId: sql`a.id`,
                })} end
      from agents a
      cross join lateral (select ${gainedAt({
        workspaceId: sql`a.workspace_id`,
        teamId: sql`${before.teamId}`,
        agentId: sql`a.id`,
      })} as at) gained
     where a.workspace_id = ${workspaceId}
       and (a.id = any(${gaining}::uuid[])
            or ${isMoved} and a.role <> 'agent'
            or exists (select 1 from memberships m
                        where m.workspace_id = a.workspace_id and m.agent_id = a.id and m.team_id = any(${teams}::uuid[])))
    on conflict (workspace_id, conversation_id, agent_id) do nothing`.execute(tx)
}
