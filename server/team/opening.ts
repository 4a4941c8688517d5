import { sql } from "kysely"
import type { WorkingHours } from "../../protocol/hours.ts"
import type { Stamp } from "../../protocol/values.ts"
import { stamp, type Tx } from "../db/db.ts"
import type { Writing } from "../sync/sync.ts"
import { stateAt } from "./hours.ts"
import { beThere } from "./reached.ts"

/**
 * Opens or closes the team as its hours say, and looks again when they will say otherwise. Whoever has no open team
 * left is Away by it; for the others it is as if they had switched this team off.
 */
export async function followHours(writing: Writing, workspaceId: string, teamId: string): Promise<void> {
  const { tx, at, changed, enqueue } = writing
  const { rows } = await sql<{ hours: WorkingHours | null; wasOpen: boolean }>`
    select hours, is_open as "wasOpen" from teams
     where workspace_id = ${workspaceId} and id = ${teamId} for update`.execute(tx)
  const [team] = rows
  if (team === undefined) return
  const { isOpen, changesAt } = stateAt(team.hours, new Date(at))
  if (changesAt !== undefined) {
    const key = `follow-hours:${teamId}`
    await enqueue({ name: "follow-hours", payload: { teamId }, runAt: stamp(changesAt), key })
  }
  if (isOpen === team.wasOpen) return
  await sql`
    update teams set is_open = ${isOpen} where workspace_id = ${workspaceId} and id = ${teamId}`.execute(tx)
  changed("team", teamId, ["workspace"])
  if (isOpen && team.hours !== null) await beThere(writing, workspaceId, teamId)
  const { rows: members } = await sql<{ agentId: string; hasAnother: boolean }>`
    select m.agent_id as "agentId",
           exists (select 1 from memberships other
                     join teams t on t.workspace_id = other.workspace_id and t.id = other.team_id and t.is_open
                    where other.workspace_id = m.workspace_id and other.agent_id = m.agent_id
                      and other.team_id <> m.team_id) as "hasAnother"
      from memberships m where m.workspace_id = ${workspaceId} and m.team_id = ${teamId}`.execute(tx)
  for (const { agentId, hasAnother } of members) {
    if (!hasAnother) changed("agent", agentId, ["workspace"])
    if (isOpen) continue
    const payload = { agentId, why: "away" as const, teamId: hasAnother ? teamId : null }
    await enqueue({ name: "release-agent", payload })
  }
}

/** When the team works again; null where it works now, or nothing is foreseen. */
export async function opensAt(
  tx: Tx,
  { workspaceId, teamId, now }: { workspaceId: string; teamId: string; now: Date },
): Promise<Stamp | null> {
  const { rows } = await sql<{ hours: WorkingHours | null }>`
    select hours from teams where workspace_id = ${workspaceId} and id = ${teamId}`.execute(tx)
  const state = stateAt(rows[0]?.hours ?? null, now)
  return state.isOpen || state.opensAt === undefined ? null : stamp(state.opensAt)
}
