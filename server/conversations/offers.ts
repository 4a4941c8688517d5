import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { newId, stamp, type Tx } from "../db/db.ts"
import type { Writing } from "../sync/sync.ts"
import { availableAgents, getTeam } from "../team/team.ts"
import { addEvent, addNotice, type Held } from "./hold.ts"
import { endOffer } from "./ownership.ts"

export type Candidate = {
  agentId: Id
  /** Open conversations at which he is offered no more; null: no limit. */
  capacity: number | null
  /** Open conversations he has or is offered. */
  load: number
  lastAcceptedAt: Stamp | null
}

/**
 * Whom to offer a conversation: the one who had this customer last, else the one with the least to do, of equals
 * the one who has not accepted for longest. Nobody when all are at their capacity.
 */
export function chooseAgent(candidates: readonly Candidate[], lastAssigneeId: Id | null): Id | undefined {
  const free = candidates.filter(({ capacity, load }) => capacity === null || load < capacity)
  const last = free.find(({ agentId }) => agentId === lastAssigneeId)
  const [first] = free.toSorted(
    (one, other) =>
      one.load - other.load ||
      compare(one.lastAcceptedAt ?? "", other.lastAcceptedAt ?? "") ||
      compare(one.agentId, other.agentId),
  )
  return (last ?? first)?.agentId
}

/**
 * Handles the conversation as new in its team: nobody's, and offered if the team offers and somebody can take it.
 * `all` are the conversations held by this transaction: what they give an agent is not in the tables yet.
 */
export async function placeAsNew(writing: Writing, held: Held, all: readonly Held[]): Promise<void> {
  const { workspaceId } = held
  held.now.assigneeId = null
  endOffer(held)
  const team = await getTeam(writing.tx, workspaceId, held.now.teamId)
  if (team.deliveryMode !== "offer") return
  await lockOffers(writing.tx, workspaceId)
  const candidates = await findCandidates(writing.tx, held, all)
  const agentId = chooseAgent(candidates, held.now.lastAssigneeId)
  if (agentId !== undefined)
    await offerTo(writing, held, { agentId, byAgentId: null, seconds: team.offerSeconds })
}

/** Puts the conversation before one agent until the time is over; a former offer ends. */
export async function offerTo(
  writing: Writing,
  held: Held,
  o: { agentId: Id; byAgentId: Id | null; seconds: number },
): Promise<void> {
  const { agentId, byAgentId } = o
  endOffer(held)
  const endsAt = stamp(new Date(Date.parse(writing.at) + o.seconds * 1000))
  const offer = { id: newId(), agentId, byAgentId, endsAt }
  held.now.offer = offer
  const event = addEvent(held, writing.at, { what: "offered", toAgentId: agentId, byAgentId })
  // A former offer's unread mark is deleted in the same statement, which does not see this one.
  addNotice(held, agentId, "offered", event)
  await writing.enqueue({
    name: "end-offer",
    payload: { conversationId: held.now.id, offerId: offer.id },
    runAt: endsAt,
    key: `end-offer:${held.now.id}`,
  })
}

/**
 * From choosing to commit one transaction of a workspace at a time, so that two conversations that arrive together
 * are not offered to the same agent beyond his capacity. Agents are in several teams: hence not per team.
 */
async function lockOffers(tx: Tx, workspaceId: Id): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`offers:${workspaceId}`}, 0))`.execute(tx)
}

async function findCandidates(tx: Tx, held: Held, all: readonly Held[]): Promise<Candidate[]> {
  const { workspaceId } = held
  const available = await availableAgents(tx, workspaceId, held.now.teamId)
  const ids = available.map(({ agentId }) => agentId)
  const heldIds = all.map(({ now }) => now.id)
  const { rows } = await sql<{ agentId: Id; load: number; lastAcceptedAt: Stamp | null }>`
    select agent.id as "agentId", acceptances.at as "lastAcceptedAt",
           (select count(*) from conversations c
             where c.workspace_id = ${workspaceId} and c.closed_at is null and c.assignee_id = agent.id
               and c.id <> all(${heldIds}::uuid[]))
         + (select count(*) from conversations c
             where c.workspace_id = ${workspaceId} and c.closed_at is null and c.offer_agent_id = agent.id
               and c.assignee_id is distinct from agent.id and c.id <> all(${heldIds}::uuid[])) as load
      from unnest(${ids}::uuid[]) as agent (id)
      left join acceptances on acceptances.workspace_id = ${workspaceId} and acceptances.agent_id = agent.id`.execute(
    tx,
  )
  const counted = new Map(rows.map((row) => [row.agentId, row]))
  return available.map(({ agentId, capacity }) => {
    const { load = 0, lastAcceptedAt = null } = counted.get(agentId) ?? {}
    const here = all.filter(({ now }) => isOn(now, agentId)).length
    return { agentId, capacity, load: load + here, lastAcceptedAt }
  })
}

function isOn(now: Held["now"], agentId: Id): boolean {
  return now.closedAt === null && (now.assigneeId === agentId || now.offer?.agentId === agentId)
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
