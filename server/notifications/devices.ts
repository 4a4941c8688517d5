import { sql } from "kysely"
import type { z } from "zod"
import type { devicesAnswer, workspaceCommands } from "../../protocol/commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import type { Db } from "../db/db.ts"
import { write, type Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"

type Done = { number: number }
type Added = z.output<typeof workspaceCommands.addDevice.body>

/** Nobody uses more at a time; the oldest goes. */
const MOST_DEVICES = 10

/** The one pair of keys of this installation, made when it is first asked for. */
export async function getKeys(db: Db): Promise<{ publicKey: string; privateKey: string }> {
  const find = () =>
    sql<{ publicKey: string; privateKey: string }>`
      select public_key as "publicKey", private_key as "privateKey" from push_keys`.execute(db)
  const [known] = (await find()).rows
  if (known !== undefined) return known
  const { default: webPush } = await import("web-push")
  const made = webPush.generateVAPIDKeys()
  // Of two processes that start at the same moment the second takes the first's.
  await sql`
    insert into push_keys (public_key, private_key) values (${made.publicKey}, ${made.privateKey})
    on conflict do nothing`.execute(db)
  const [kept] = (await find()).rows
  if (kept === undefined) throw new Error("The keys of push services were not kept.")
  return kept
}

export async function listDevices(sync: Sync, agent: Agent): Promise<z.input<typeof devicesAnswer>> {
  const { publicKey } = await getKeys(sync.db)
  const { rows } = await sql<{ endpoint: string }>`
    select endpoint from devices
     where workspace_id = ${agent.workspaceId} and agent_id = ${agent.agentId} order by added_at`.execute(
    sync.db,
  )
  return { publicKey, endpoints: rows.map(({ endpoint }) => endpoint) }
}

/**
 * The browser of this session takes pushes for the agent from now on, whoever took them in it before. Refuses
 * `not-allowed` without a session, and for an endpoint that cannot be a push service's.
 */
export async function addDevice(
  { sync, sessionId, mayReach }: { sync: Sync; sessionId: string | undefined; mayReach(url: URL): boolean },
  agent: Agent,
  { id, endpoint, keys }: Added,
): Promise<Done> {
  if (sessionId === undefined || !mayReach(new URL(endpoint))) throw refuse("not-allowed")
  const { workspaceId, agentId } = agent
  const command = { actor: `agent:${agentId}`, id, name: "add-device" }
  return write(sync, { workspaceId, command }, async ({ tx, at }) => {
    // Locked before the device is there: whoever would take the place away, since nobody has a device, looks again.
    await sql`
      insert into push_places (workspace_id, fed_number)
      values (${workspaceId}, (select number from counters where workspace_id = ${workspaceId}))
      on conflict (workspace_id) do update set fed_number = push_places.fed_number`.execute(tx)
    await sql`
      insert into devices (workspace_id, id, agent_id, session_id, endpoint, public_key, secret, added_at)
      values (${workspaceId}, ${id}, ${agentId}, ${sessionId}, ${endpoint}, ${keys.p256dh}, ${keys.auth}, ${at})
      on conflict (workspace_id, endpoint) do update
         set agent_id = excluded.agent_id, session_id = excluded.session_id, public_key = excluded.public_key,
             secret = excluded.secret, added_at = excluded.added_at,
             shown = case when devices.agent_id = excluded.agent_id then devices.shown else '{}' end`.execute(
      tx,
    )
    await sql`
      delete from devices where workspace_id = ${workspaceId} and id in (
        select id from devices where workspace_id = ${workspaceId} and agent_id = ${agentId}
         order by added_at desc offset ${MOST_DEVICES})`.execute(tx)
    return {}
  })
}

export async function removeDevice(
  sync: Sync,
  agent: Agent,
  { id, endpoint }: { id: Id; endpoint: string },
): Promise<Done> {
  const { workspaceId, agentId } = agent
  const command = { actor: `agent:${agentId}`, id, name: "remove-device" }
  return write(sync, { workspaceId, command }, async ({ tx }) => {
    await sql`
      delete from devices
       where workspace_id = ${workspaceId} and agent_id = ${agentId} and endpoint = ${endpoint}`.execute(tx)
    return {}
  })
}
