import { createHash, createHmac } from "node:crypto"
import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Role } from "../../protocol/values.ts"
import { newId, stamp, type Db, type Tx } from "../db/db.ts"
import { write, type Sync } from "../sync/sync.ts"
import { requireAdmin, type Agent } from "./agent.ts"
import type { User } from "./identity.ts"
import { languageOf } from "./language.ts"
import { invitationMail } from "./mails.ts"
import { getTeam, joinTeams } from "./teams.ts"

const VALID_FOR = 7 * 24 * 60 * 60_000

type Invitation = {
  workspaceId: string
  id: string
  role: Role
  email: string | null
  teamIds: string[]
  company: string
  invitedBy: string
  /** The agent it was accepted as. */
  acceptedBy: string | null
}

/**
 * The token of an invitation's link. It is computed and not kept: the table holds its hash, and repeating the
 * command answers with the same link although no answer that is kept contains it.
 */
function tokenOf(secret: string, workspaceId: string, id: string): string {
  return createHmac("sha256", secret).update(`invitation ${workspaceId} ${id}`).digest("base64url")
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex")
}

/**
 * A link by which one person may join within a week; mailed too where an address is given and mail can be sent.
 * `origin` is what the link begins with; the mail is in the language of who invites. The command's id becomes the invitation's.
 */
export async function invite(
  sync: Sync,
  agent: Agent,
  wanted: { id: string; role: "admin" | "agent"; email?: string | undefined; teamIds: string[] },
  { origin, canMail, askedIn }: { origin: string; canMail: boolean; askedIn: readonly string[] },
): Promise<{ id: string; link: string; isMailed: boolean }> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const { id, role, email, teamIds } = wanted
  const token = tokenOf(sync.database.secret, workspaceId, id)
  const link = `${origin}/invitation/${token}`
  const command = { actor: `agent:${agent.agentId}`, id, name: "invite" }
  const { isMailed } = await write(sync, { workspaceId, command }, async ({ tx, at, enqueue }) => {
    for (const teamId of teamIds) await getTeam(tx, workspaceId, teamId)
    const { rows } = await sql`
      insert into invitations (workspace_id, id, token_hash, role, email, team_ids, created_by, created_at, expires_at)
      values (${workspaceId}, ${id}, ${hashOf(token)}, ${role}, ${email ?? null}, ${teamIds}::uuid[],
              ${agent.agentId}, ${at}, ${stamp(new Date(sync.clock.now().getTime() + VALID_FOR))})
      on conflict do nothing returning id`.execute(tx)
    if (rows.length === 0) throw refuse("invalid-input")
    if (email === undefined || !canMail) return { isMailed: false }
    const company = await companyOf(tx, workspaceId)
    const language = await languageOf(tx, agent.userId, askedIn)
    await enqueue({
      name: "send-mail",
      payload: invitationMail({ to: email, company, invitedBy: agent.name, link, language }),
    })
    return { isMailed: true }
  })
  return { id, link, isMailed }
}

export async function withdrawInvitation(
  sync: Sync,
  agent: Agent,
  invitationId: string,
  { id }: { id: string },
): Promise<{ number: number }> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const command = { actor: `agent:${agent.agentId}`, id, name: `withdraw-invitation ${invitationId}` }
  return write(sync, { workspaceId, command }, async ({ tx, at }) => {
    const { rows } = await sql`
      update invitations set withdrawn_at = coalesce(withdrawn_at, ${at}::timestamptz)
       where workspace_id = ${workspaceId} and id = ${invitationId} and accepted_by is null
      returning id`.execute(tx)
    if (rows.length === 0) throw refuse("not-found")
    return {}
  })
}

type OpenInvitation = { id: string; role: Role; email: string | null; expiresAt: string; createdBy: string }

/** Those that can still be accepted, newest first. */
export async function listInvitations(sync: Sync, agent: Agent): Promise<OpenInvitation[]> {
  requireAdmin(agent)
  const { rows } = await sql<OpenInvitation>`
    select id, role, email, expires_at as "expiresAt", created_by as "createdBy"
      from invitations
     where workspace_id = ${agent.workspaceId} and accepted_by is null and withdrawn_at is null
       and expires_at > ${stamp(sync.clock.now())}::timestamptz
     order by created_at desc, id`.execute(sync.db)
  return rows
}

/**
 * What the page of a link shows; refuses `invitation-over` for any token that does not lead anywhere (any more).
 * `orAccepted`: one that was used is found too, for whoever repeats accepting it.
 */
export async function findInvitation(
  sync: Sync,
  token: string,
  { orAccepted = false } = {},
): Promise<{ company: string; invitedBy: string; email: string | null }> {
  const { company, invitedBy, email, acceptedBy } = await readInvitation(sync.db, sync, token)
  if (acceptedBy !== null && !orAccepted) throw refuse("invitation-over")
  return { company, invitedBy, email }
}

/**
 * The person becomes an agent. Accepting twice with one link answers the same; someone who is in the workspace
 * already is refused `already-member` and uses up nothing.
 */
export async function acceptInvitation(
  sync: Sync,
  token: string,
  user: User,
): Promise<{ workspaceId: string }> {
  const { workspaceId } = await readInvitation(sync.db, sync, token)
  const { number: _number, ...accepted } = await write(sync, { workspaceId }, async (writing) => {
    const { tx, at, changed } = writing
    const invitation = await readInvitation(tx, sync, token, "for update of i")
    const { rows: known } = await sql<{ id: string }>`
      select id from agents where workspace_id = ${workspaceId} and user_id = ${user.id}`.execute(tx)
    if (invitation.acceptedBy !== null && invitation.acceptedBy === known[0]?.id) return { workspaceId }
    if (invitation.acceptedBy !== null) throw refuse("invitation-over")
    if (known.length > 0) throw refuse("already-member")
    const agentId = newId()
    await sql`
      insert into agents (workspace_id, id, user_id, name, email, role, role_since, created_at)
      values (${workspaceId}, ${agentId}, ${user.id}, ${user.name}, ${user.email}, ${invitation.role}, ${at}, ${at})
      `.execute(tx)
    await joinTeams(writing, workspaceId, agentId, invitation.teamIds)
    await sql`
      update invitations set accepted_by = ${agentId}
       where workspace_id = ${workspaceId} and id = ${invitation.id}`.execute(tx)
    changed("agent", agentId, ["workspace"])
    return { workspaceId }
  })
  return accepted
}

async function readInvitation(
  db: Db | Tx,
  sync: Sync,
  token: string,
  lock: "" | "for update of i" = "",
): Promise<Invitation> {
  const { rows } = await sql<Invitation>`
    select i.workspace_id as "workspaceId", i.id, i.role, i.email, i.team_ids as "teamIds", w.name as company,
           a.name as "invitedBy", i.accepted_by as "acceptedBy"
      from invitations i
      join workspaces w on w.id = i.workspace_id
      join agents a on a.workspace_id = i.workspace_id and a.id = i.created_by
     where i.token_hash = ${hashOf(token)} and i.withdrawn_at is null
       and (i.expires_at > ${stamp(sync.clock.now())}::timestamptz or i.accepted_by is not null)
       ${sql.raw(lock)}`.execute(db)
  const [invitation] = rows
  if (invitation === undefined) throw refuse("invitation-over")
  return invitation
}

async function companyOf(tx: Tx, workspaceId: string): Promise<string> {
  const { rows } = await sql<{ name: string }>`select name from workspaces where id = ${workspaceId}`.execute(
    tx,
  )
  return rows[0]?.name ?? ""
}
