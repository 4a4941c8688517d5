import { sql } from "kysely"
import type { Stamp } from "../../protocol/values.ts"
import { stamp } from "../db/db.ts"
import type { Handlers } from "../jobs/jobs.ts"
import { write, type Sync } from "../sync/sync.ts"
import { followHours } from "./opening.ts"
import { autoAwayKey, AWAY_AFTER, isReached } from "./reached.ts"

export { isAvailable } from "./agent.ts"
export { opensAt } from "./opening.ts"

/** How often the process that holds a connection says so; it may die right after having said it. */
const RENEWED_EVERY = 60_000
/** Found out later than this, the machine was down or its clock was set: who is connected has to be heard first. */
const LATE = 30_000

/**
 * The agents have an app connected: called when one connects, and every minute as long as one is. Whoever counts as
 * connected already costs one update and no change; whoever comes back becomes available for everyone to see.
 */
export async function renewPresence(
  sync: Sync,
  workspaceId: string,
  agentIds: readonly string[],
): Promise<void> {
  const until = stamp(new Date(sync.clock.now().getTime() + AWAY_AFTER + RENEWED_EVERY))
  const { rows: present } = await sql<{ id: string }>`
    update agents set connected_until = ${until}
     where workspace_id = ${workspaceId} and id = any(${agentIds}::uuid[]) and is_present
    returning id`.execute(sync.db)
  const known = new Set(present.map(({ id }) => id))
  const absent = agentIds.filter((id) => !known.has(id))
  if (absent.length === 0) return
  await write(sync, { workspaceId }, async ({ tx, changed, enqueue }) => {
    const { rows } = await sql<{ id: string }>`
      update agents set connected_until = ${until}, is_present = true
       where workspace_id = ${workspaceId} and id = any(${absent}::uuid[]) and not is_present and disabled_at is null
      returning id`.execute(tx)
    for (const { id } of rows) {
      changed("agent", id, ["workspace"])
      await enqueue({ name: "auto-away", payload: { agentId: id }, runAt: until, key: autoAwayKey(id) })
    }
    return {}
  })
}

/**
 * The last connection of the agent that this process held is gone. Another process may hold one: its next renewal
 * moves the time on again, and the job looks at the time when it runs.
 */
export async function connectionClosed(sync: Sync, workspaceId: string, agentId: string): Promise<void> {
  const until = stamp(new Date(sync.clock.now().getTime() + AWAY_AFTER))
  await write(sync, { workspaceId }, async ({ tx, enqueue }) => {
    const { rows } = await sql<{ id: string }>`
      update agents set connected_until = ${until}
       where workspace_id = ${workspaceId} and id = ${agentId} and is_present
      returning id`.execute(tx)
    if (rows.length > 0)
      await enqueue({ name: "auto-away", payload: { agentId }, runAt: until, key: autoAwayKey(agentId) })
    return {}
  })
}

/** The handlers of team's own jobs. */
export function teamJobs(sync: Sync): Pick<Required<Handlers>, "auto-away" | "follow-hours"> {
  return {
    async "follow-hours"({ teamId }, { workspaceId }) {
      await write(sync, { workspaceId }, async (writing) => {
        await followHours(writing, workspaceId, teamId)
        return {}
      })
    },
    async "auto-away"({ agentId }, { workspaceId }) {
      await write(sync, { workspaceId }, async ({ tx, at, changed, enqueue }) => {
        const { rows } = await sql<{
          connectedUntil: string | null
          awayByHand: boolean
          isDisabled: boolean
          isReached: boolean
        }>`
          select a.connected_until as "connectedUntil", a.away_by_hand as "awayByHand",
                 a.disabled_at is not null as "isDisabled", ${isReached} as "isReached"
            from agents a where a.workspace_id = ${workspaceId} and a.id = ${agentId} and a.is_present
             for update`.execute(tx)
        const [agent] = rows
        if (agent === undefined) return {}
        const { connectedUntil, awayByHand, isDisabled } = agent
        const until =
          (connectedUntil === null ? undefined : lookAgainAt(connectedUntil, at)) ??
          (agent.isReached ? stamp(new Date(Date.parse(at) + AWAY_AFTER)) : undefined)
        if (until !== undefined) {
          await sql`
            update agents set connected_until = ${until}
             where workspace_id = ${workspaceId} and id = ${agentId}`.execute(tx)
          await enqueue({ name: "auto-away", payload: { agentId }, runAt: until, key: autoAwayKey(agentId) })
          return {}
        }
        await sql`
          update agents set is_present = false
           where workspace_id = ${workspaceId} and id = ${agentId}`.execute(tx)
        changed("agent", agentId, ["workspace"])
        // Away by hand or disabled, he has been released before.
        if (!awayByHand && !isDisabled)
          await enqueue({ name: "release-agent", payload: { agentId, why: "away", teamId: null } })
        return {}
      })
    },
  }
}

/** Until when he counts as connected all the same; `undefined` when he does no longer. */
function lookAgainAt(connectedUntil: Stamp, at: Stamp): Stamp | undefined {
  const now = Date.parse(at)
  const longest = stamp(new Date(now + AWAY_AFTER + RENEWED_EVERY))
  // Nobody is promised longer: the clock was put back since.
  if (connectedUntil > at) return connectedUntil < longest ? connectedUntil : longest
  if (now - Date.parse(connectedUntil) < LATE) return undefined
  return stamp(new Date(now + RENEWED_EVERY + LATE / 2))
}
