import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Db } from "../db/db.ts"
import { write, type Sync } from "../sync/sync.ts"
import { getTeam, presence } from "../team/team.ts"
import { hold, save } from "./hold.ts"
import { endOfferUnaccepted, release } from "./ownership.ts"

const AT_ONCE = 100

/** The offer's time is over. Does nothing when it has ended meanwhile, or was followed by another. */
export async function endOfferInTime(
  sync: Sync,
  workspaceId: Id,
  o: { conversationId: Id; offerId: Id },
): Promise<void> {
  await write(sync, { workspaceId }, async (writing) => {
    const [held] = await hold(writing, workspaceId, { ids: [o.conversationId] })
    if (held === undefined || held.now.offer?.id !== o.offerId) return {}
    endOfferUnaccepted(writing, held, "timed-out")
    await save(writing, [held])
    return {}
  })
}

/** The assignee was Away when his customer wrote and neither came back nor answered in time. */
export async function returnToQueue(
  sync: Sync,
  workspaceId: Id,
  o: { conversationId: Id; assigneeId: Id; since: Stamp },
): Promise<void> {
  await write(sync, { workspaceId }, async (writing) => {
    const [held] = await hold(writing, workspaceId, { ids: [o.conversationId] })
    if (held === undefined || held.now.closedAt !== null || held.now.assigneeId !== o.assigneeId) return {}
    const { waitingSince, teamId } = held.now
    if (waitingSince === null || waitingSince > o.since) return {}
    const team = await getTeam(writing.tx, workspaceId, teamId)
    if (!team.returnsWhenAway || (await isAvailable(writing.tx, workspaceId, o.assigneeId))) return {}
    release(writing, held, { why: "away", byAgentId: null })
    await save(writing, [held])
    return {}
  })
}

/** `teamId` null: in all teams; with `away` and a team he has switched it off, or it has closed. */
type Releasing = { agentId: Id; why: "away" | "disabled" | "left-team"; teamId: Id | null }

/**
 * The agent cannot take anything any more: what is offered to him is offered no longer, and unless he is only Away
 * his open conversations are nobody's. Does nothing when that is over by now.
 */
export async function releaseAgent(sync: Sync, workspaceId: Id, o: Releasing): Promise<void> {
  if (await isOver(sync.db, workspaceId, o)) return
  while ((await releaseSome(sync, workspaceId, o)) === AT_ONCE);
}

async function releaseSome(sync: Sync, workspaceId: Id, o: Releasing): Promise<number> {
  const { agentId, why, teamId } = o
  const { rows } = await sql<{ id: Id }>`
    select c.id from conversations c
     where c.workspace_id = ${workspaceId} and (${teamId}::uuid is null or c.team_id = ${teamId}::uuid)
       and (c.offer_agent_id = ${agentId}
            or ${why !== "away"} and c.assignee_id = ${agentId} and c.closed_at is null)
     order by c.id limit ${AT_ONCE}`.execute(sync.db)
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return 0
  await write(sync, { workspaceId }, async (writing) => {
    const all = await hold(writing, workspaceId, { ids })
    for (const held of all) {
      if (teamId !== null && held.now.teamId !== teamId) continue
      if (held.now.offer?.agentId === agentId) endOfferUnaccepted(writing, held, why)
      if (why !== "away" && held.now.assigneeId === agentId && held.now.closedAt === null)
        release(writing, held, { why, byAgentId: null })
    }
    await save(writing, all)
    return {}
  })
  return ids.length
}

async function isOver(db: Db, workspaceId: Id, { agentId, why, teamId }: Releasing): Promise<boolean> {
  if (why === "away" && !(await isAvailable(db, workspaceId, agentId))) return false
  const { rows } = await sql<{ isDisabled: boolean; isMember: boolean; isOff: boolean }>`
    select a.disabled_at is not null as "isDisabled", m.agent_id is not null as "isMember",
           coalesce(m.switched_off or not t.is_open, false) as "isOff"
      from agents a
      left join memberships m on m.workspace_id = a.workspace_id and m.agent_id = a.id and m.team_id = ${teamId}
      left join teams t on t.workspace_id = m.workspace_id and t.id = m.team_id
     where a.workspace_id = ${workspaceId} and a.id = ${agentId}`.execute(db)
  const [agent] = rows
  if (agent === undefined) return true
  return { away: !agent.isOff, disabled: !agent.isDisabled, "left-team": agent.isMember }[why]
}

async function isAvailable(db: Db, workspaceId: Id, agentId: Id): Promise<boolean> {
  const { rows } = await sql`
    select a.id from agents a
     where a.workspace_id = ${workspaceId} and a.id = ${agentId} and ${presence.isAvailable}`.execute(db)
  return rows.length > 0
}
