import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import { write, type Sync } from "../sync/sync.ts"
import type { Agent } from "./agent.ts"

type Done = { number: number }

/** Away by hand lasts until ended by hand. */
export async function setAvailability(
  sync: Sync,
  agent: Agent,
  { id, awayByHand }: { id: string; awayByHand: boolean },
): Promise<Done> {
  const { workspaceId, agentId } = agent
  const command = { actor: `agent:${agentId}`, id, name: "set-availability" }
  return write(sync, { workspaceId, command }, async ({ tx, changed, enqueue }) => {
    const { rows } = await sql<{ isPresent: boolean }>`
      update agents set away_by_hand = ${awayByHand}
       where workspace_id = ${workspaceId} and id = ${agentId} and away_by_hand <> ${awayByHand}
      returning is_present as "isPresent"`.execute(tx)
    const [before] = rows
    if (before === undefined) return {}
    changed("agent", agentId, ["workspace"])
    if (awayByHand && before.isPresent)
      await enqueue({ name: "release-agent", payload: { agentId, why: "away", teamId: null } })
    return {}
  })
}

/** Switches one of his teams off or on for the agent: while off he is not available in it. */
export async function setTeamOff(
  sync: Sync,
  agent: Agent,
  teamId: string,
  { id, isOff }: { id: string; isOff: boolean },
): Promise<Done> {
  const { workspaceId, agentId } = agent
  const command = { actor: `agent:${agentId}`, id, name: `set-team-off ${teamId}` }
  return write(sync, { workspaceId, command }, async ({ tx, changed, enqueue }) => {
    const { rows } = await sql<{ wasOff: boolean }>`
      select switched_off as "wasOff" from memberships
       where workspace_id = ${workspaceId} and team_id = ${teamId} and agent_id = ${agentId}
         for update`.execute(tx)
    const [membership] = rows
    if (membership === undefined) throw refuse("not-found")
    if (membership.wasOff === isOff) return {}
    await sql`
      update memberships set switched_off = ${isOff}
       where workspace_id = ${workspaceId} and team_id = ${teamId} and agent_id = ${agentId}`.execute(tx)
    changed("agent", agentId, ["workspace"])
    // For this team it is the same as going Away.
    if (isOff) await enqueue({ name: "release-agent", payload: { agentId, why: "away", teamId } })
    return {}
  })
}
