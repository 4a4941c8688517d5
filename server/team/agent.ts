import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Role } from "../../protocol/values.ts"
import type { Db, Tx } from "../db/db.ts"
import type { Reader } from "../sync/sync.ts"
import type { User } from "./identity.ts"

/** A person in one workspace: who acts, and by `keys` what reaches him. His actor string for `write` is `agent:<id>`. */
export type Agent = {
  workspaceId: string
  agentId: string
  userId: string
  name: string
  role: Role
  keys: ReadonlySet<string>
}

/** A row of `agentColumns`. */
export type AgentRecord = {
  workspaceId: string
  agentId: string
  userId: string
  name: string
  role: Role
  teamIds: string[]
}

/** Of `agents a`: Away neither by hand, nor by himself, nor by the hours of his teams, nor for good. */
export const isAvailable = sql<boolean>`(
  a.is_present and not a.away_by_hand and a.disabled_at is null
  and exists (select 1 from memberships mine
                join teams t on t.workspace_id = mine.workspace_id and t.id = mine.team_id and t.is_open
               where mine.workspace_id = a.workspace_id and mine.agent_id = a.id))`

/** Of `agents a`. */
export const agentColumns = sql`
  a.workspace_id as "workspaceId", a.id as "agentId", a.user_id as "userId", a.name, a.role,
  array(select m.team_id::text from memberships m where m.workspace_id = a.workspace_id and m.agent_id = a.id)
    as "teamIds"`

/**
 * Who the signed-in person is in the workspace; without one named, in the only one he belongs to.
 * A workspace he does not belong to looks like one that does not exist, and so does one that disabled him.
 */
export async function accessAgent(
  db: Db | Tx,
  user: User | undefined,
  workspaceId: string | undefined,
): Promise<Agent> {
  if (user === undefined) throw refuse("not-signed-in")
  const { rows } = await sql<AgentRecord>`/* prepared */
    select ${agentColumns} from agents a
     where a.user_id = ${user.id} and a.disabled_at is null
       and (${workspaceId ?? null}::uuid is null or a.workspace_id = ${workspaceId ?? null}::uuid)
     limit 2`.execute(db)
  const [found] = rows
  if (found === undefined || rows.length > 1) throw refuse("not-found")
  if (user.shutOutOf.includes(found.workspaceId)) throw refuse("two-factors-needed")
  return agentOf(found)
}

export function agentOf({ teamIds, ...agent }: AgentRecord): Agent {
  return { ...agent, keys: keysOf(agent.agentId, agent.role, teamIds) }
}

/** What an agent's sessions and pages may show him, by the keys he has now; undefined once he is disabled. */
export async function findReader(
  tx: Db | Tx,
  workspaceId: string,
  agentId: string,
): Promise<Reader | undefined> {
  const { rows } = await sql<AgentRecord>`
    select ${agentColumns} from agents a
     where a.workspace_id = ${workspaceId} and a.id = ${agentId} and a.disabled_at is null`.execute(tx)
  const [found] = rows
  return found && { workspaceId, agentId, keys: keysOf(agentId, found.role, found.teamIds) }
}

/** Owners count as admins; refuses `not-allowed`. */
export function requireAdmin(agent: Agent): void {
  if (agent.role === "agent") throw refuse("not-allowed")
}

function keysOf(agentId: string, role: Role, teamIds: string[]): ReadonlySet<string> {
  return new Set([
    "workspace",
    `agent:${agentId}`,
    ...teamIds.map((id) => `team:${id}`),
    ...(role === "agent" ? [] : ["admins"]),
  ])
}
