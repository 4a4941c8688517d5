import { createHash, randomBytes } from "node:crypto"
import { sql } from "kysely"
import type { z } from "zod"
import { KEY_BEGINNING, type keysAnswer } from "../../protocol/programs.ts"
import { refuse } from "../../protocol/refusals.ts"
import { stamp } from "../db/db.ts"
import { endSessions, write, type Sync } from "../sync/sync.ts"
import { agentColumns, agentOf, requireAdmin, type Agent, type AgentRecord } from "./agent.ts"

type Keys = z.input<typeof keysAnswer>["keys"]

/** Characters of a key that are shown later: enough to tell keys apart, 24 of its 256 random bits. */
const SHOWN = KEY_BEGINNING.length + 4
/** Milliseconds; a write with every request would cost more than the request. */
const USE_NOTED_EVERY = 10 * 60_000
const BEARER = new RegExp(`^Bearer (${KEY_BEGINNING}\\S+)$`, "i")

/** The key a request came with; other credentials in the header are a proxy's business. */
export function findKey(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? "")?.[1]
}

/**
 * A key that speaks for the agent who makes it. Only its hash is kept, a plain SHA-256: what was drawn from 2^256 needs
 * no slow hash against guessing. A repeated command finds the first one's beginning, and has no key to give.
 */
export async function makeKey(
  sync: Sync,
  agent: Agent,
  { id, name }: { id: string; name: string },
): Promise<{ number: number; id: string; key: string | null }> {
  requireAdmin(agent)
  const { workspaceId, agentId } = agent
  const key = KEY_BEGINNING + randomBytes(32).toString("base64url")
  const command = { actor: `agent:${agentId}`, id, name: "make-key" }
  const { beginning, ...made } = await write(sync, { workspaceId, command }, async ({ tx, at }) => {
    const beginning = key.slice(0, SHOWN)
    const { rows } = await sql`
      insert into api_keys (workspace_id, id, agent_id, name, beginning, key_hash, created_at)
      values (${workspaceId}, ${id}, ${agentId}, ${name}, ${beginning}, ${hashOf(key)}, ${at})
      on conflict (workspace_id, id) do nothing returning id`.execute(tx)
    if (rows.length === 0) throw refuse("invalid-input")
    return { id, beginning }
  })
  return { ...made, key: key.startsWith(beginning) ? key : null }
}

/** All of the workspace, whoever made them. */
export async function listKeys(sync: Sync, agent: Agent): Promise<Keys> {
  requireAdmin(agent)
  const { rows } = await sql<Keys[number]>`
    select id, name, agent_id as "agentId", beginning, created_at as "createdAt", used_at as "usedAt"
      from api_keys where workspace_id = ${agent.workspaceId} and revoked_at is null
     order by created_at desc, id`.execute(sync.db)
  return rows
}

/** Of any agent of the workspace; streams that were opened with it end. */
export async function revokeKey(
  sync: Sync,
  agent: Agent,
  keyId: string,
  { id }: { id: string },
): Promise<{ number: number }> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const command = { actor: `agent:${agent.agentId}`, id, name: `revoke-key ${keyId}` }
  const { agentId, ...done } = await write(sync, { workspaceId, command }, async ({ tx, at }) => {
    const { rows } = await sql<{ agentId: string }>`
      update api_keys set revoked_at = coalesce(revoked_at, ${at}::timestamptz)
       where workspace_id = ${workspaceId} and id = ${keyId} returning agent_id as "agentId"`.execute(tx)
    const [key] = rows
    if (key === undefined) throw refuse("not-found")
    return key
  })
  endSessions(sync, workspaceId, agentId)
  return done
}

/**
 * The agent for whom the key speaks, with the role and teams he has now. A key knows its workspace; naming another one
 * looks as if there were none. Refuses `not-signed-in` for what is no key (any more), a disabled agent's included.
 */
export async function accessByKey(
  sync: Sync,
  key: string,
  workspaceId: string | undefined,
): Promise<{ agent: Agent; keyId: string }> {
  const { rows } = await sql<AgentRecord & { keyId: string; usedAt: string | null }>`/* prepared */
    select ${agentColumns}, k.id as "keyId", k.used_at as "usedAt"
      from api_keys k
      join agents a on a.workspace_id = k.workspace_id and a.id = k.agent_id
     where k.key_hash = ${hashOf(key)} and k.revoked_at is null and a.disabled_at is null`.execute(sync.db)
  const [found] = rows
  if (found === undefined) throw refuse("not-signed-in")
  const { keyId, usedAt, ...record } = found
  if (workspaceId !== undefined && workspaceId !== record.workspaceId) throw refuse("not-found")
  const now = sync.clock.now()
  if (usedAt === null || now.getTime() - Date.parse(usedAt) >= USE_NOTED_EVERY)
    await sql`
      update api_keys set used_at = ${stamp(now)}
       where workspace_id = ${record.workspaceId} and id = ${keyId}`.execute(sync.db)
  return { agent: agentOf(record), keyId }
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex")
}
