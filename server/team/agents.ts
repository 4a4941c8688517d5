import { sql } from "kysely"
import type { NotificationPreference } from "../../protocol/notifications.ts"
import type { InboxPreference } from "../../protocol/rows.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Role } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import { endSessions, write, type Sync, type Writing } from "../sync/sync.ts"
import { requireAdmin, type Agent } from "./agent.ts"
import { forgetProofs, takeFactors } from "./two-factors.ts"

type Done = { number: number }
type Target = { id: string; userId: string; role: Role; isDisabled: boolean }
type Wanted = {
  id: string
  role?: Role | undefined
  capacity?: number | null | undefined
  isDisabled?: boolean | undefined
}

/** Role, capacity, disabling and enabling of an agent, by admins; of an owner, by owners. */
export async function changeAgent(sync: Sync, actor: Agent, agentId: string, wanted: Wanted): Promise<Done> {
  requireAdmin(actor)
  const { workspaceId } = actor
  const command = { actor: `agent:${actor.agentId}`, id: wanted.id, name: `change-agent ${agentId}` }
  const { isEnded, ...done } = await write(sync, { workspaceId, command }, async (writing) => {
    const target = await accessTarget(writing.tx, actor, agentId)
    await refuseBeyondRole(writing.tx, actor, target, wanted)
    await changeRole(writing, workspaceId, target, wanted.role ?? target.role)
    if (wanted.capacity !== undefined) await changeCapacity(writing, workspaceId, agentId, wanted.capacity)
    const isDisabled = wanted.isDisabled ?? target.isDisabled
    if (isDisabled !== target.isDisabled) await (isDisabled ? disable : enable)(writing, workspaceId, target)
    return { isEnded: isDisabled }
  })
  if (isEnded) endSessions(sync, workspaceId, agentId)
  return done
}

/**
 * Who is to be changed. Holds the workspace's row until the end, so that of two owners who demote each other at
 * the same moment one remains; therefore the actor's role is looked at once more.
 */
async function accessTarget(tx: Tx, actor: Agent, agentId: string): Promise<Target> {
  const { workspaceId } = actor
  await sql`select 1 from workspaces where id = ${workspaceId} for update`.execute(tx)
  const { rows } = await sql<Target>`
    select id, user_id as "userId", role, disabled_at is not null as "isDisabled"
      from agents where workspace_id = ${workspaceId} and id = any(${[agentId, actor.agentId]}::uuid[])`.execute(
    tx,
  )
  const self = rows.find(({ id }) => id === actor.agentId)
  if (self === undefined || self.isDisabled || self.role !== actor.role) throw refuse("not-allowed")
  const target = rows.find(({ id }) => id === agentId)
  if (target === undefined) throw refuse("not-found")
  return target
}

async function refuseBeyondRole(tx: Tx, actor: Agent, target: Target, wanted: Wanted): Promise<void> {
  if (actor.role !== "owner" && (target.role === "owner" || wanted.role === "owner"))
    throw refuse("not-allowed")
  const staysOwner = (wanted.role ?? "owner") === "owner" && !wanted.isDisabled
  if (target.role !== "owner" || target.isDisabled || staysOwner) return
  const { rows } = await sql`
    select 1 from agents
     where workspace_id = ${actor.workspaceId} and role = 'owner' and disabled_at is null and id <> ${target.id}
     limit 1`.execute(tx)
  if (rows.length === 0) throw refuse("last-owner")
}

async function changeRole(writing: Writing, workspaceId: string, target: Target, role: Role): Promise<void> {
  if (role === target.role) return
  await sql`
    update agents set role = ${role}, role_since = ${writing.at}
     where workspace_id = ${workspaceId} and id = ${target.id}`.execute(writing.tx)
  writing.changed("agent", target.id, ["workspace"])
  writing.changed("access-changed", target.id, [`agent:${target.id}`])
  if (role === "agent") await withdrawInvitationsOf(writing, workspaceId, target.id)
}

/** Who may no longer invite must not come back, or let others in, by a link he has kept. */
async function withdrawInvitationsOf(
  { tx, at }: Writing,
  workspaceId: string,
  agentId: string,
): Promise<void> {
  await sql`
    update invitations set withdrawn_at = ${at}
     where workspace_id = ${workspaceId} and created_by = ${agentId} and accepted_by is null
       and withdrawn_at is null`.execute(tx)
}

async function changeCapacity(
  { tx, changed }: Writing,
  workspaceId: string,
  agentId: string,
  capacity: number | null,
): Promise<void> {
  await sql`
    update agents set capacity = ${capacity} where workspace_id = ${workspaceId} and id = ${agentId}`.execute(
    tx,
  )
  changed("agent", agentId, ["workspace"])
}

async function disable(writing: Writing, workspaceId: string, target: Target): Promise<void> {
  const { tx, at, changed, enqueue } = writing
  await sql`
    update agents set disabled_at = ${at}, is_present = false
     where workspace_id = ${workspaceId} and id = ${target.id}`.execute(tx)
  // Who still belongs to another workspace stays signed in there; here the row above shuts every door.
  await sql`
    delete from identity.session
     where "userId" = ${target.userId}
       and not exists (select 1 from agents where user_id = ${target.userId} and disabled_at is null)`.execute(
    tx,
  )
  changed("agent", target.id, ["workspace"])
  changed("access-changed", target.id, [`agent:${target.id}`])
  await withdrawInvitationsOf(writing, workspaceId, target.id)
  await enqueue({ name: "release-agent", payload: { agentId: target.id, why: "disabled", teamId: null } })
}

/**
 * Codes and passkeys of a colleague who has lost his are gone. They are his in every workspace he belongs to, so where
 * there are others it takes whoever runs the server: refuses `belongs-elsewhere`.
 */
export async function resetTwoFactors(
  sync: Sync,
  actor: Agent,
  agentId: string,
  { id }: { id: string },
): Promise<Done> {
  requireAdmin(actor)
  // Whoever has only found somebody's open desk must not get rid of them: for oneself it takes the password.
  if (agentId === actor.agentId) throw refuse("not-allowed")
  const { workspaceId } = actor
  const command = { actor: `agent:${actor.agentId}`, id, name: `reset-two-factors ${agentId}` }
  return write(sync, { workspaceId, command }, async ({ tx, changed }) => {
    const target = await accessTarget(tx, actor, agentId)
    await refuseBeyondRole(tx, actor, target, { id })
    const { rows } = await sql`
      select 1 from agents where user_id = ${target.userId} and workspace_id <> ${workspaceId} limit 1`.execute(
      tx,
    )
    if (rows.length > 0) throw refuse("belongs-elsewhere")
    await takeFactors(tx, target.userId)
    await forgetProofs(tx, target.userId)
    changed("agent", agentId, ["workspace"])
    return {}
  })
}

/** The agents of the workspace who have codes or a passkey; for admins. */
export async function secondFactors(sync: Sync, agent: Agent): Promise<string[]> {
  requireAdmin(agent)
  const { rows } = await sql<{ id: string }>`
    select a.id from agents a
      join identity."user" u on u.id = a.user_id
     where a.workspace_id = ${agent.workspaceId}
       and (u."twoFactorEnabled" or exists (select 1 from identity.passkey p where p."userId" = u.id))`.execute(
    sync.db,
  )
  return rows.map(({ id }) => id)
}

/** Colleagues see the address he signs in with now. */
export async function readdress(sync: Sync, userId: string): Promise<void> {
  const { rows } = await sql<{ workspaceId: string; id: string }>`
    select workspace_id as "workspaceId", id from agents where user_id = ${userId}`.execute(sync.db)
  for (const { workspaceId, id } of rows)
    await write(sync, { workspaceId }, async ({ tx, changed }) => {
      await sql`
        update agents a set email = u.email from identity."user" u
         where a.workspace_id = ${workspaceId} and a.id = ${id} and u.id = a.user_id`.execute(tx)
      changed("agent", id, ["workspace"])
      return {}
    })
}

async function enable({ tx, changed }: Writing, workspaceId: string, target: Target): Promise<void> {
  await sql`
    update agents set disabled_at = null where workspace_id = ${workspaceId} and id = ${target.id}`.execute(
    tx,
  )
  changed("agent", target.id, ["workspace"])
  changed("access-changed", target.id, [`agent:${target.id}`])
}

export async function renameSelf(
  sync: Sync,
  agent: Agent,
  { id, name }: { id: string; name: string },
): Promise<Done> {
  const { workspaceId, agentId } = agent
  const command = { actor: `agent:${agentId}`, id, name: "rename-self" }
  return write(sync, { workspaceId, command }, async ({ tx, changed }) => {
    await sql`update agents set name = ${name} where workspace_id = ${workspaceId} and id = ${agentId}`.execute(
      tx,
    )
    changed("agent", agentId, ["workspace"])
    return {}
  })
}

export async function setUndoSend(
  sync: Sync,
  agent: Agent,
  { id, isOn }: { id: string; isOn: boolean },
): Promise<Done> {
  const { workspaceId, agentId } = agent
  const command = { actor: `agent:${agentId}`, id, name: "set-undo-send" }
  return write(sync, { workspaceId, command }, async ({ tx, changed }) => {
    await sql`
      update agents set undoes_send = ${isOn} where workspace_id = ${workspaceId} and id = ${agentId}`.execute(
      tx,
    )
    changed("self", agentId, [`agent:${agentId}`])
    return {}
  })
}

/** Remembers filter and order of one of his inboxes; refuses `not-found` for what is none of his. */
export async function setInbox(
  sync: Sync,
  agent: Agent,
  inbox: string,
  { id, preference }: { id: string; preference: InboxPreference },
): Promise<Done> {
  const { workspaceId, agentId } = agent
  const command = { actor: `agent:${agentId}`, id, name: `set-inbox ${inbox}` }
  return write(sync, { workspaceId, command }, async ({ tx, changed }) => {
    // Else there could be any number of them.
    if (inbox.startsWith("team:") && !agent.keys.has(inbox)) throw refuse("not-found")
    await sql`
      insert into inbox_preferences (workspace_id, agent_id, inbox, preference)
      values (${workspaceId}, ${agentId}, ${inbox}, ${JSON.stringify(preference)})
      on conflict (workspace_id, agent_id, inbox) do update set preference = excluded.preference`.execute(tx)
    changed("self", agentId, [`agent:${agentId}`])
    return {}
  })
}

/** What he is told of while he is not looking. */
export async function setNotifications(
  sync: Sync,
  agent: Agent,
  { id, preference }: { id: string; preference: NotificationPreference },
): Promise<Done> {
  const { workspaceId, agentId } = agent
  const command = { actor: `agent:${agentId}`, id, name: "set-notifications" }
  return write(sync, { workspaceId, command }, async ({ tx, changed }) => {
    await sql`
      insert into notification_preferences (workspace_id, agent_id, preference)
      values (${workspaceId}, ${agentId}, ${JSON.stringify(preference)})
      on conflict (workspace_id, agent_id) do update set preference = excluded.preference`.execute(tx)
    changed("self", agentId, [`agent:${agentId}`])
    return {}
  })
}
