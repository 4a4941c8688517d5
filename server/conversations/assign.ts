import { sql } from "kysely"
import type { z } from "zod"
import type { conversationCommands } from "../../protocol/conversation-commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import { getTeam, presence, type Agent } from "../team/team.ts"
import { act } from "./act.ts"
import { takenBy } from "./answer.ts"
import { addEvent } from "./hold.ts"
import { offerTo, placeAsNew } from "./offers.ts"
import { accept, assignTo, endOffer, endOfferUnaccepted, release } from "./ownership.ts"

type Done = { number: number }
type Body<Name extends keyof typeof conversationCommands> = z.output<
  (typeof conversationCommands)[Name]["body"]
>

/**
 * Gives the conversation to an agent, to nobody, or to a team, which handles it as new. Refuses `conversation-taken`
 * or `conversation-released` when it is no longer whose the author thought; a closed one stays closed.
 */
export async function assign(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: Body<"assign">,
): Promise<Done> {
  const { workspaceId, agentId } = agent
  return act(sync, { agent, conversationId, name: "assign", commandId: body.id }, async (held, writing) => {
    const { to, expects } = body
    const { assigneeId, closedAt } = held.now
    const isDone = to.kind === "agent" && to.agentId === assigneeId && held.now.offer === null
    if (isDone) return {}
    if (assigneeId !== expects.assigneeId) {
      if (assigneeId === null) throw refuse("conversation-released")
      throw await takenBy(writing.tx, workspaceId, assigneeId)
    }
    if (to.kind === "agent" && to.agentId === agentId) await accept(writing, held, agentId)
    else if (to.kind === "agent") {
      await getAvailability(writing.tx, workspaceId, to.agentId)
      endOffer(held)
      if (assigneeId !== to.agentId) assignTo(writing, held, to.agentId, agentId)
    } else if (to.kind === "nobody") {
      endOffer(held)
      release(writing, held, { why: "by-hand", byAgentId: agentId })
    } else {
      const team = await getTeam(writing.tx, workspaceId, to.teamId)
      held.now.teamId = team.id
      addEvent(held, writing.at, { what: "moved", toTeamId: team.id, byAgentId: agentId })
      if (closedAt === null) await placeAsNew(writing, held, [held])
      else held.now.assigneeId = null
    }
    return {}
  })
}

/** Suggests the conversation to a colleague, who may be in any team; its assignee stays until he accepts. */
export async function offer(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: Body<"offer">,
): Promise<Done> {
  return act(sync, { agent, conversationId, name: "offer", commandId: body.id }, async (held, writing) => {
    const { workspaceId, agentId: byAgentId } = agent
    if (held.now.closedAt !== null) throw refuse("conversation-closed")
    if (body.agentId === byAgentId || body.agentId === held.now.assigneeId) throw refuse("invalid-input")
    const { isAvailable } = await getAvailability(writing.tx, workspaceId, body.agentId)
    if (!isAvailable) throw refuse("agent-unavailable")
    const { offerSeconds } = await getTeam(writing.tx, workspaceId, held.now.teamId)
    await offerTo(writing, held, { agentId: body.agentId, byAgentId, seconds: offerSeconds })
    return {}
  })
}

/** The offered agent does not want it; refuses `offer-over` when it is not his any more. */
export async function decline(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: Body<"decline">,
): Promise<Done> {
  return act(sync, { agent, conversationId, name: "decline", commandId: body.id }, async (held, writing) => {
    const { offer: standing } = held.now
    if (standing?.id !== body.offerId || standing.agentId !== agent.agentId) throw refuse("offer-over")
    endOfferUnaccepted(writing, held, "declined")
    return {}
  })
}

/**
 * Locks the colleague's row until commit, so that being disabled meanwhile releases what he is given here.
 * Refuses `not-found` for somebody of another workspace and `agent-unavailable` for a disabled colleague.
 */
export async function getAvailability(
  tx: Tx,
  workspaceId: Id,
  agentId: Id,
): Promise<{ isAvailable: boolean }> {
  const { rows } = await sql<{ isAvailable: boolean; isDisabled: boolean }>`
    select ${presence.isAvailable} as "isAvailable", a.disabled_at is not null as "isDisabled"
      from agents a where a.workspace_id = ${workspaceId} and a.id = ${agentId}
       for share`.execute(tx)
  const [found] = rows
  if (found === undefined) throw refuse("not-found")
  if (found.isDisabled) throw refuse("agent-unavailable")
  return { isAvailable: found.isAvailable }
}
