import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { act } from "./act.ts"
import { addEvent } from "./hold.ts"
import { endOffer, reopen as reopenHeld } from "./ownership.ts"
import type { State } from "./state.ts"

/** Closes; the assignee is remembered. Refuses `customer-wrote-meanwhile` when the author has not seen the latest. */
export async function close(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: { id: Id; lastCustomerEntryId: Id | null },
): Promise<{ number: number }> {
  return act(sync, { agent, conversationId, name: "close", commandId: body.id }, async (held, writing) => {
    if (held.now.closedAt !== null) return {}
    if (held.now.lastCustomerEntryId !== body.lastCustomerEntryId) throw refuse("customer-wrote-meanwhile")
    endOffer(held)
    held.now.waitingSince = null
    held.now.closedAt = addEvent(held, writing.at, { what: "closed", byAgentId: agent.agentId }).at
    return {}
  })
}

/** Opens it again with the assignee it had. With `undo` the customer waits on as if it had never been closed. */
export async function reopen(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: { id: Id; undo: boolean },
): Promise<{ number: number }> {
  return act(sync, { agent, conversationId, name: "reopen", commandId: body.id }, async (held, writing) => {
    if (held.now.closedAt === null) return {}
    if (body.undo) held.now.waitingSince = await findWaitingSince(writing.tx, agent.workspaceId, held.now)
    reopenHeld(writing, held, agent.agentId)
    if (
      held.now.assigneeId !== null &&
      (await isDisabled(writing.tx, agent.workspaceId, held.now.assigneeId))
    )
      held.now.assigneeId = null
    return {}
  })
}

/** The customer's first message that no answer, and no close before the one that is undone, has followed. */
export async function findWaitingSince(tx: Tx, workspaceId: Id, state: State): Promise<Stamp | null> {
  const { rows } = await sql<{ at: Stamp | null }>`
    select min(at) as at from entries
     where workspace_id = ${workspaceId} and conversation_id = ${state.id} and type = 'message' and agent_id is null
       and at > greatest(${state.lastAnswerAt}::timestamptz, (
             select max(closing.at) from entries closing
              where closing.workspace_id = ${workspaceId} and closing.conversation_id = ${state.id}
                and closing.type = 'event' and closing.event ->> 'what' = 'closed'
                and closing.at < coalesce(${state.closedAt}::timestamptz, 'infinity')
                and closing.at > coalesce(${state.lastAnswerAt}::timestamptz, '-infinity')), '-infinity')`.execute(
    tx,
  )
  return rows[0]?.at ?? null
}

export async function isDisabled(tx: Tx, workspaceId: Id, agentId: Id): Promise<boolean> {
  const { rows } = await sql`
    select id from agents
     where workspace_id = ${workspaceId} and id = ${agentId} and disabled_at is not null`.execute(tx)
  return rows.length > 0
}
