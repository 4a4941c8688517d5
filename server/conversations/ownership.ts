import { sql } from "kysely"
import type { EventView } from "../../protocol/rows.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import type { Writing } from "../sync/sync.ts"
import { addEvent, addNotice, type Held } from "./hold.ts"

type Why<What extends EventView["what"]> = Extract<EventView, { what: What; why: string }>["why"]

/** Gives the conversation to an agent. `byAgentId` null: by the rules. Who does not give it to himself notifies him. */
export function assignTo(writing: Writing, held: Held, agentId: Id, byAgentId: Id | null): void {
  held.now.assigneeId = agentId
  held.now.lastAssigneeId = agentId
  const event = addEvent(held, writing.at, { what: "assigned", toAgentId: agentId, byAgentId })
  if (agentId !== byAgentId) addNotice(held, agentId, "assigned", event)
}

/** Makes it nobody's; an offer that stands goes on standing. */
export function release(
  writing: Writing,
  held: Held,
  o: { why: Why<"unassigned">; byAgentId: Id | null },
): void {
  const fromAgentId = held.now.assigneeId
  if (fromAgentId === null) return
  held.now.assigneeId = null
  addEvent(held, writing.at, { what: "unassigned", fromAgentId, ...o })
}

/**
 * Ends the offer, if there is one, because somebody acted: the event of what he did says enough. An offer that was
 * not accepted takes its unread mark with it.
 */
export function endOffer(held: Held, acceptedBy?: Id): void {
  const { offer } = held.now
  if (offer === null) return
  held.now.offer = null
  if (offer.agentId !== acceptedBy) held.withdrawn.add(offer.agentId)
}

/**
 * Ends the offer because it was not taken; who is assignee stays it, and is told where he suggested it, else the
 * conversation is Unassigned.
 */
export function endOfferUnaccepted(writing: Writing, held: Held, why: Why<"offer-ended">): void {
  const { offer } = held.now
  if (offer === null) return
  endOffer(held)
  const event = addEvent(held, writing.at, { what: "offer-ended", agentId: offer.agentId, why })
  const { assigneeId } = held.now
  if (assigneeId !== null && assigneeId === offer.byAgentId)
    addNotice(held, assigneeId, "not-accepted", event)
}

/**
 * The agent takes the conversation himself, by answering or by Assign to me. His row is locked until commit: being
 * disabled meanwhile either refuses this, or comes after it and releases what he took.
 */
export async function accept(writing: Writing, held: Held, agentId: Id): Promise<void> {
  endOffer(held, agentId)
  if (held.now.assigneeId !== agentId) assignTo(writing, held, agentId, agentId)
  const { rows } = await sql`
    insert into acceptances (workspace_id, agent_id, at)
    select workspace_id, id, ${writing.at}::timestamptz from agents
     where workspace_id = ${held.workspaceId} and id = ${agentId} and disabled_at is null for share
    on conflict (workspace_id, agent_id) do update set at = greatest(acceptances.at, excluded.at)
    returning agent_id`.execute(writing.tx)
  if (rows.length === 0) throw refuse("not-found")
}

export function reopen(writing: Writing, held: Held, byAgentId: Id | null): void {
  held.now.closedAt = null
  addEvent(held, writing.at, { what: "reopened", byAgentId })
}
