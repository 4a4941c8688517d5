/** When agents last accepted a conversation, where accepting is undone with a merge. */
import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import type { Held } from "./hold.ts"

export type Acceptance = { agentId: Id; at: Stamp }

export async function readAcceptances(tx: Tx, workspaceId: Id): Promise<Acceptance[]> {
  const { rows } = await sql<Acceptance>`
    select agent_id as "agentId", at from acceptances where workspace_id = ${workspaceId} order by agent_id`.execute(
    tx,
  )
  return rows
}

/**
 * Of agents who accepted what becomes two again: the last time that still holds, then (`kept`) or elsewhere. Elsewhere it is known by its event; who took what he had already, wrote
 * none, and may be a little earlier in the queue for it.
 */
export async function restoreAcceptances(
  tx: Tx,
  workspaceId: Id,
  o: { agentIds: readonly Id[]; kept: readonly Acceptance[]; since: Stamp; but: readonly Id[] },
): Promise<void> {
  if (o.agentIds.length === 0) return
  const { rows: elsewhere } = await sql<Acceptance>`
    select (e.event ->> 'toAgentId') as "agentId", max(e.at) as at
      from conversations c join entries e on e.workspace_id = c.workspace_id and e.conversation_id = c.id
     where c.workspace_id = ${workspaceId} and c.last_at > ${o.since} and c.id <> all(${[...o.but]}::uuid[])
       and e.at > ${o.since} and e.type = 'event' and e.event ->> 'what' = 'assigned'
       and e.event ->> 'toAgentId' = any(${o.agentIds}::text[]) and e.event ->> 'byAgentId' = e.event ->> 'toAgentId'
     group by 1`.execute(tx)
  const all = [...o.kept, ...elsewhere].filter(({ agentId }) => o.agentIds.includes(agentId))
  await sql`
    delete from acceptances
     where workspace_id = ${workspaceId} and agent_id = any(${o.agentIds}::uuid[])`.execute(tx)
  await sql`
    insert into acceptances (workspace_id, agent_id, at)
    select ${workspaceId}, "agentId", max(at)
      from jsonb_to_recordset(${JSON.stringify(all)}::jsonb) as one ("agentId" uuid, at timestamptz)
     group by "agentId"`.execute(tx)
}

/** What they took when it was done once more. */
export async function addAcceptances(tx: Tx, workspaceId: Id, two: readonly Held[]): Promise<void> {
  const taken = two.flatMap(({ entries }) =>
    entries.flatMap(({ at, event }) =>
      event?.what === "assigned" && event.toAgentId === event.byAgentId
        ? [{ agentId: event.toAgentId, at }]
        : [],
    ),
  )
  await sql`
    insert into acceptances (workspace_id, agent_id, at)
    select ${workspaceId}, "agentId", max(at)
      from jsonb_to_recordset(${JSON.stringify(taken)}::jsonb) as one ("agentId" uuid, at timestamptz)
     group by "agentId"
    on conflict (workspace_id, agent_id) do update set at = greatest(acceptances.at, excluded.at)`.execute(tx)
}
