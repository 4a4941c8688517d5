import { randomBytes } from "node:crypto"
import { sql } from "kysely"
import type { Db, Tx } from "../db/db.ts"
import { write, type Sync } from "../sync/sync.ts"
import type { Agent } from "./agent.ts"

type Done = { number: number }

/** `picture`: as `makeSmall` made it. */
export async function setPhoto(
  sync: Sync,
  agent: Agent,
  { id, picture }: { id: string; picture: Buffer },
): Promise<Done> {
  const { workspaceId, agentId } = agent
  return change(sync, agent, { id, name: "set-photo" }, async (tx) => {
    const path = `/photos/${workspaceId}/${randomBytes(18).toString("base64url")}`
    await sql`
      insert into agent_photos (workspace_id, path, agent_id, picture)
      values (${workspaceId}, ${path}, ${agentId}, ${picture})`.execute(tx)
    return path
  })
}

export async function removePhoto(sync: Sync, agent: Agent, { id }: { id: string }): Promise<Done> {
  return change(sync, agent, { id, name: "remove-photo" }, async () => null)
}

async function change(
  sync: Sync,
  { workspaceId, agentId }: Agent,
  { id, name }: { id: string; name: string },
  place: (tx: Tx) => Promise<string | null>,
): Promise<Done> {
  const command = { actor: `agent:${agentId}`, id, name }
  return write(sync, { workspaceId, command }, async ({ tx, changed }) => {
    const photo = await place(tx)
    await sql`update agents set photo = ${photo} where workspace_id = ${workspaceId} and id = ${agentId}`.execute(
      tx,
    )
    await sql`
      update agent_photos set picture = null
       where workspace_id = ${workspaceId} and agent_id = ${agentId} and picture is not null
         and path is distinct from ${photo}`.execute(tx)
    changed("agent", agentId, ["workspace"])
    return {}
  })
}

/** The photo an address leads to; not for ever, where it is the address of an earlier one. */
export async function findPhoto(
  db: Db,
  { workspaceId, path }: { workspaceId: string; path: string },
): Promise<{ picture: Buffer; isForEver: boolean } | undefined> {
  const { rows } = await sql<{ picture: Buffer; isForEver: boolean }>`
    select shown.picture, shown.path = asked.path as "isForEver"
      from agent_photos asked
      join agents a on a.workspace_id = asked.workspace_id and a.id = asked.agent_id
      join agent_photos shown on shown.workspace_id = a.workspace_id and shown.path = a.photo
     where asked.workspace_id = ${workspaceId} and asked.path = ${path}`.execute(db)
  return rows[0]
}
