import { sql } from "kysely"
import type { WorkingHours } from "../../protocol/hours.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { DeliveryMode } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import { requireAdmin, type Agent } from "./agent.ts"
import { followHours } from "./opening.ts"

type TeamRules = { id: string; deliveryMode: DeliveryMode; offerSeconds: number; returnsWhenAway: boolean }
type Wanted = {
  id: string
  name?: string | undefined
  deliveryMode?: DeliveryMode | undefined
  offerSeconds?: number | undefined
  returnsWhenAway?: boolean | undefined
  hours?: WorkingHours | null | undefined
  memberIds?: string[] | undefined
}

/** The command's id becomes the team's. */
export async function makeTeam(
  sync: Sync,
  agent: Agent,
  { id, name, memberIds }: { id: string; name: string; memberIds: string[] },
): Promise<{ number: number; id: string }> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const command = { actor: `agent:${agent.agentId}`, id, name: "make-team" }
  return write(sync, { workspaceId, command }, async (writing) => {
    const { rows } = await sql`
      insert into teams (workspace_id, id, name, created_at) values (${workspaceId}, ${id}, ${name}, ${writing.at})
      on conflict do nothing returning id`.execute(writing.tx)
    if (rows.length === 0) throw refuse("invalid-input")
    await setMembers(writing, workspaceId, { id, isEveryone: false }, memberIds)
    writing.changed("team", id, ["workspace"])
    return { id }
  })
}

export async function changeTeam(
  sync: Sync,
  agent: Agent,
  teamId: string,
  wanted: Wanted,
): Promise<{ number: number }> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const command = { actor: `agent:${agent.agentId}`, id: wanted.id, name: `change-team ${teamId}` }
  return write(sync, { workspaceId, command }, async (writing) => {
    const {
      name = null,
      deliveryMode = null,
      offerSeconds = null,
      returnsWhenAway = null,
      memberIds,
      hours,
    } = wanted
    const { rows } = await sql<{ isEveryone: boolean }>`
      update teams set name = coalesce(${name}, name),
             delivery_mode = coalesce(${deliveryMode}, delivery_mode),
             offer_seconds = coalesce(${offerSeconds}::int, offer_seconds),
             returns_when_away = coalesce(${returnsWhenAway}::boolean, returns_when_away)
       where workspace_id = ${workspaceId} and id = ${teamId}
      returning is_everyone as "isEveryone"`.execute(writing.tx)
    const [team] = rows
    if (team === undefined) throw refuse("not-found")
    if (memberIds !== undefined)
      await setMembers(writing, workspaceId, { id: teamId, isEveryone: team.isEveryone }, memberIds)
    if (hours !== undefined) await setHours(writing, workspaceId, teamId, hours)
    writing.changed("team", teamId, ["workspace"])
    return {}
  })
}

async function setHours(
  writing: Writing,
  workspaceId: string,
  teamId: string,
  hours: WorkingHours | null,
): Promise<void> {
  await sql`
    update teams set hours = ${hours === null ? null : JSON.stringify(hours)}::jsonb
     where workspace_id = ${workspaceId} and id = ${teamId}`.execute(writing.tx)
  await followHours(writing, workspaceId, teamId)
}

/** Makes exactly these agents the members. The team's row must be locked. */
async function setMembers(
  writing: Writing,
  workspaceId: string,
  team: { id: string; isEveryone: boolean },
  memberIds: string[],
): Promise<void> {
  const { tx, changed, enqueue } = writing
  const { rows: agents } = await sql<{ id: string; wasMember: boolean }>`
    select a.id, m.agent_id is not null as "wasMember"
      from agents a
      left join memberships m
        on m.workspace_id = a.workspace_id and m.agent_id = a.id and m.team_id = ${team.id}
     where a.workspace_id = ${workspaceId}`.execute(tx)
  const wanted = new Set(memberIds)
  const joining = agents.filter(({ id, wasMember }) => !wasMember && wanted.has(id)).map(({ id }) => id)
  const leaving = agents.filter(({ id, wasMember }) => wasMember && !wanted.has(id)).map(({ id }) => id)
  const known = new Set(agents.map(({ id }) => id))
  if (memberIds.some((id) => !known.has(id))) throw refuse("not-found")
  if (team.isEveryone && joining.length + leaving.length > 0) throw refuse("team-needed")
  await join(writing, workspaceId, team.id, joining)
  await sql`
    delete from memberships
     where workspace_id = ${workspaceId} and team_id = ${team.id} and agent_id = any(${leaving}::uuid[])`.execute(
    tx,
  )
  for (const agentId of leaving) {
    // A team he had switched off is no longer among those of his row.
    changed("agent", agentId, ["workspace"])
    changed("access-changed", agentId, [`agent:${agentId}`])
    await enqueue({ name: "release-agent", payload: { agentId, why: "left-team", teamId: team.id } })
  }
}

async function join(
  writing: Writing,
  workspaceId: string,
  teamId: string,
  agentIds: string[],
): Promise<void> {
  await sql`
    insert into memberships (workspace_id, team_id, agent_id, joined_at)
    select ${workspaceId}::uuid, ${teamId}::uuid, agent_id, ${writing.at}::timestamptz
      from unnest(${agentIds}::uuid[]) as joining (agent_id)
    on conflict do nothing`.execute(writing.tx)
  for (const agentId of agentIds) {
    // One more team that may be open.
    writing.changed("agent", agentId, ["workspace"])
    writing.changed("access-changed", agentId, [`agent:${agentId}`])
  }
}

/** A new agent enters Everyone and those of the named teams that still exist. */
export async function joinTeams(
  writing: Writing,
  workspaceId: string,
  agentId: string,
  teamIds: readonly string[],
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    insert into memberships (workspace_id, team_id, agent_id, joined_at)
    select workspace_id, id, ${agentId}::uuid, ${writing.at}::timestamptz
      from teams where workspace_id = ${workspaceId} and (is_everyone or id = any(${teamIds}::uuid[]))
    returning team_id as id`.execute(writing.tx)
  for (const { id } of rows) writing.changed("team", id, ["workspace"])
}

/** How the team takes in new conversations; refuses `not-found`. */
export async function getTeam(tx: Tx, workspaceId: string, teamId: string): Promise<TeamRules> {
  const { rows } = await sql<TeamRules>`
    select id, delivery_mode as "deliveryMode", offer_seconds as "offerSeconds",
           returns_when_away as "returnsWhenAway"
      from teams where workspace_id = ${workspaceId} and id = ${teamId}`.execute(tx)
  const [team] = rows
  if (team === undefined) throw refuse("not-found")
  return team
}

/** Who may be offered something in the team: Available, and has not switched the team off; nobody while it is closed. */
export async function availableAgents(
  tx: Tx,
  workspaceId: string,
  teamId: string,
): Promise<{ agentId: string; capacity: number | null }[]> {
  const { rows } = await sql<{ agentId: string; capacity: number | null }>`
    select a.id as "agentId", a.capacity
      from memberships m
      join agents a on a.workspace_id = m.workspace_id and a.id = m.agent_id
      join teams t on t.workspace_id = m.workspace_id and t.id = m.team_id and t.is_open
     where m.workspace_id = ${workspaceId} and m.team_id = ${teamId} and not m.switched_off
       and a.is_present and not a.away_by_hand and a.disabled_at is null
     order by a.id`.execute(tx)
  return rows
}

/** The members of the teams who are not disabled; one line per team and member. */
export async function membersOf(
  tx: Tx,
  workspaceId: string,
  teamIds: readonly string[],
): Promise<{ agentId: string; teamId: string }[]> {
  const { rows } = await sql<{ agentId: string; teamId: string }>`
    select m.agent_id as "agentId", m.team_id as "teamId"
      from memberships m
      join agents a on a.workspace_id = m.workspace_id and a.id = m.agent_id
     where m.workspace_id = ${workspaceId} and m.team_id = any(${teamIds}::uuid[]) and a.disabled_at is null
     order by m.team_id, m.agent_id`.execute(tx)
  return rows
}
