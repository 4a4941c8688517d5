/** Who counts as connected without an app: during working hours, by a device that is pushed to. */
import { sql } from "kysely"
import { stamp } from "../db/db.ts"
import type { Writing } from "../sync/sync.ts"

/** Nobody becomes Away by himself before none of his apps has been connected for this long, in milliseconds. */
export const AWAY_AFTER = 5 * 60_000

/** Of `agents a`. Hours that were never set do not run: else he would be there day and night. */
export const isReached = sql<boolean>`(
  exists (select 1 from devices d where d.workspace_id = a.workspace_id and d.agent_id = a.id)
  and exists (select 1 from memberships mine
                join teams t on t.workspace_id = mine.workspace_id and t.id = mine.team_id
               where mine.workspace_id = a.workspace_id and mine.agent_id = a.id and not mine.switched_off
                 and t.is_open and t.hours is not null))`

/** The working hours of the team have begun: members who are reached by a device are there, with or without an app. */
export async function beThere(
  { tx, at, changed, enqueue }: Writing,
  workspaceId: string,
  teamId: string,
): Promise<void> {
  const until = stamp(new Date(Date.parse(at) + AWAY_AFTER))
  const { rows } = await sql<{ id: string }>`
    update agents a set is_present = true, connected_until = ${until}
     where a.workspace_id = ${workspaceId} and not a.is_present and a.disabled_at is null and ${isReached}
       and exists (select 1 from memberships m
                    where m.workspace_id = a.workspace_id and m.agent_id = a.id and m.team_id = ${teamId})
    returning a.id`.execute(tx)
  for (const { id: agentId } of rows) {
    changed("agent", agentId, ["workspace"])
    await enqueue({ name: "auto-away", payload: { agentId }, runAt: until, key: autoAwayKey(agentId) })
  }
}

export function autoAwayKey(agentId: string): string {
  return `auto-away:${agentId}`
}
