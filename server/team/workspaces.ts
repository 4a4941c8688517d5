import { sql } from "kysely"
import type { Language } from "../../protocol/languages.ts"
import { refuse } from "../../protocol/refusals.ts"
import { newId, type Db, type Tx } from "../db/db.ts"
import { write, type Sync } from "../sync/sync.ts"
import { requireAdmin, type Agent } from "./agent.ts"
import type { User } from "./identity.ts"
import { joinTeams } from "./teams.ts"

/** Makes the source a new workspace starts with; given by whoever joins the modules, since sources are not team's. */
export type FirstSource = (
  tx: Tx,
  source: { workspaceId: string; teamId: string; name: string; at: string },
) => Promise<unknown>

/** What the first team and the first source are called until somebody renames them. */
const FIRST_NAMES: Record<Language, { team: string; source: string }> = {
  en: { team: "Everyone", source: "Website" },
  de: { team: "Das ganze Team", source: "Website" },
  fr: { team: "Toute l’équipe", source: "Site web" },
  es: { team: "Todo el equipo", source: "Sitio web" },
  sv: { team: "Hela teamet", source: "Webbplats" },
  ar: { team: "الفريق كله", source: "الموقع" },
}

// Any number: of two people who come first, one waits here and then sees the other's workspace.
const FIRST_WORKSPACE_LOCK = 7_275_392

export async function hasWorkspaces(db: Db | Tx): Promise<boolean> {
  const { rows } = await sql`select 1 from workspaces limit 1`.execute(db)
  return rows.length > 0
}

/**
 * A workspace with its owner, the team Everyone and a first source, named in the owner's language. The command's id
 * becomes the workspace's, so repeating it after a lost answer makes no second one. Refuses `signup-closed` where one
 * exists already.
 */
export async function createWorkspace(
  sync: Sync,
  options: {
    id: string
    company: string
    owner: User
    language: Language
    isSignupOpen: boolean
    firstSource: FirstSource
  },
): Promise<{ workspaceId: string }> {
  const { id: workspaceId, company, owner, language, isSignupOpen, firstSource } = options
  const names = FIRST_NAMES[language]
  const { number: _number, ...made } = await write(sync, { workspaceId }, async (writing) => {
    const { tx, at, changed } = writing
    await sql`select pg_advisory_xact_lock(${FIRST_WORKSPACE_LOCK})`.execute(tx)
    if (await isOwnerOf(tx, workspaceId, owner)) return { workspaceId }
    if (!isSignupOpen && (await hasWorkspaces(tx))) throw refuse("signup-closed")
    const { rows } = await sql`
      insert into workspaces (id, name, created_at) values (${workspaceId}, ${company}, ${at})
      on conflict do nothing returning id`.execute(tx)
    if (rows.length === 0) throw refuse("invalid-input")
    const agentId = newId()
    const teamId = newId()
    await sql`
      insert into agents (workspace_id, id, user_id, name, email, role, role_since, created_at)
      values (${workspaceId}, ${agentId}, ${owner.id}, ${owner.name}, ${owner.email}, 'owner', ${at}, ${at})`.execute(
      tx,
    )
    await sql`
      insert into teams (workspace_id, id, name, is_everyone, created_at)
      values (${workspaceId}, ${teamId}, ${names.team}, true, ${at})`.execute(tx)
    await joinTeams(writing, workspaceId, agentId, [])
    await firstSource(tx, { workspaceId, teamId, name: names.source, at })
    changed("workspace", workspaceId, ["workspace"])
    return { workspaceId }
  })
  return made
}

async function isOwnerOf(tx: Tx, workspaceId: string, user: User): Promise<boolean> {
  const { rows } = await sql`
    select 1 from agents
     where workspace_id = ${workspaceId} and user_id = ${user.id} and role = 'owner'`.execute(tx)
  return rows.length > 0
}

/** The workspaces the person may enter, oldest first. */
export async function workspacesOf(
  db: Db,
  userId: string,
): Promise<{ id: string; name: string; agentId: string }[]> {
  const { rows } = await sql<{ id: string; name: string; agentId: string }>`
    select w.id, w.name, a.id as "agentId"
      from agents a join workspaces w on w.id = a.workspace_id
     where a.user_id = ${userId} and a.disabled_at is null
     order by w.created_at, w.id`.execute(db)
  return rows
}

export async function renameWorkspace(
  sync: Sync,
  agent: Agent,
  { id, name }: { id: string; name: string },
): Promise<{ number: number }> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const command = { actor: `agent:${agent.agentId}`, id, name: "rename-workspace" }
  return write(sync, { workspaceId, command }, async ({ tx, changed }) => {
    await sql`update workspaces set name = ${name} where id = ${workspaceId}`.execute(tx)
    changed("workspace", workspaceId, ["workspace"])
    return {}
  })
}

/** Only owners: it shuts out whoever has none. Who is signed in stays, until he signs in again. */
export async function requireTwoFactors(
  sync: Sync,
  agent: Agent,
  { id, isOn }: { id: string; isOn: boolean },
): Promise<{ number: number }> {
  if (agent.role !== "owner") throw refuse("not-allowed")
  const { workspaceId } = agent
  const command = { actor: `agent:${agent.agentId}`, id, name: "require-two-factors" }
  return write(sync, { workspaceId, command }, async ({ tx, changed }) => {
    // By the machine's clock, as better-auth measures sessions.
    await sql`
      update workspaces set two_factors_since = case when ${isOn} then coalesce(two_factors_since, now()) end
       where id = ${workspaceId}`.execute(tx)
    changed("workspace", workspaceId, ["workspace"])
    return {}
  })
}

/** Whether the pages that messages name are asked what they are, and the answers shown. */
export async function showPreviews(
  sync: Sync,
  agent: Agent,
  { id, isOn }: { id: string; isOn: boolean },
): Promise<{ number: number }> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const command = { actor: `agent:${agent.agentId}`, id, name: "show-previews" }
  return write(sync, { workspaceId, command }, async ({ tx, changed }) => {
    await sql`update workspaces set shows_previews = ${isOn} where id = ${workspaceId}`.execute(tx)
    changed("workspace", workspaceId, ["workspace"])
    return {}
  })
}
