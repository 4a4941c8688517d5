import { randomBytes } from "node:crypto"
import { sql } from "kysely"
import type { z } from "zod"
import type { deliveriesAnswer, programCommands, webhooksAnswer } from "../../protocol/programs.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import { newId, stamp, type Tx } from "../db/db.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import { requireAdmin, type Agent } from "../team/team.ts"
import { putDown, tell, TEST } from "./log.ts"

type Done = { number: number }
type Body<Name extends keyof typeof programCommands> = z.output<(typeof programCommands)[Name]["body"]>
type Webhook = z.input<typeof webhooksAnswer>["webhooks"][number]
type Delivery = z.input<typeof deliveriesAnswer>["deliveries"][number]

/** Milliseconds. */
const OLD_SECRET_LIVES = 24 * 60 * 60_000
const SHOWN = 100

/** It is told what happens from now on. The command's id becomes the webhook's. */
export async function makeWebhook(
  sync: Sync,
  agent: Agent,
  { id, url, events }: Body<"makeWebhook">,
): Promise<Done & { id: Id }> {
  const { workspaceId } = agent
  return change(sync, agent, { id, name: "make-webhook" }, async ({ tx, at }) => {
    const { rows } = await sql`
      insert into webhooks (workspace_id, id, url, events, secret, fed_number, created_at)
      values (${workspaceId}, ${id}, ${url}, ${events}::text[], ${newSecret()}, ${latest(workspaceId)}, ${at})
      on conflict do nothing returning id`.execute(tx)
    if (rows.length === 0) throw refuse("invalid-input")
    return { id }
  })
}

export async function changeWebhook(
  sync: Sync,
  agent: Agent,
  webhookId: Id,
  { id, url, events, isOn }: Body<"changeWebhook">,
): Promise<Done> {
  const { workspaceId } = agent
  return change(sync, agent, { id, name: `change-webhook ${webhookId}` }, async ({ tx, at }) => {
    const { wasOn } = await hold(tx, workspaceId, webhookId)
    await sql`
      update webhooks set url = coalesce(${url ?? null}, url), events = coalesce(${events ?? null}::text[], events)
       where workspace_id = ${workspaceId} and id = ${webhookId}`.execute(tx)
    if (isOn === true && !wasOn)
      await sql`
        update webhooks
           set off_at = null, off_why = null, failing_since = null, fed_number = ${latest(workspaceId)}
         where workspace_id = ${workspaceId} and id = ${webhookId}`.execute(tx)
    if (isOn === false && wasOn)
      await sql`
        update webhooks set off_at = ${at}
         where workspace_id = ${workspaceId} and id = ${webhookId}`.execute(tx)
    return {}
  })
}

export async function deleteWebhook(
  sync: Sync,
  agent: Agent,
  webhookId: Id,
  { id }: Body<"deleteWebhook">,
): Promise<Done> {
  const { workspaceId } = agent
  return change(sync, agent, { id, name: `delete-webhook ${webhookId}` }, async ({ tx, at }) => {
    await hold(tx, workspaceId, webhookId)
    await sql`
      update webhooks set deleted_at = ${at}
       where workspace_id = ${workspaceId} and id = ${webhookId}`.execute(tx)
    return {}
  })
}

/** Takes a deletion back; what happened in between is told now. */
export async function restoreWebhook(
  sync: Sync,
  agent: Agent,
  webhookId: Id,
  { id }: Body<"restoreWebhook">,
): Promise<Done> {
  const { workspaceId } = agent
  return change(sync, agent, { id, name: `restore-webhook ${webhookId}` }, async ({ tx }) => {
    const { rows } = await sql`
      update webhooks set deleted_at = null
       where workspace_id = ${workspaceId} and id = ${webhookId} returning id`.execute(tx)
    if (rows.length === 0) throw refuse("not-found")
    return {}
  })
}

export async function renewSecret(
  sync: Sync,
  agent: Agent,
  webhookId: Id,
  { id }: Body<"renewWebhookSecret">,
): Promise<Done> {
  const { workspaceId } = agent
  const until = stamp(new Date(sync.clock.now().getTime() + OLD_SECRET_LIVES))
  return change(sync, agent, { id, name: `renew-webhook-secret ${webhookId}` }, async ({ tx }) => {
    await hold(tx, workspaceId, webhookId)
    await sql`
      update webhooks set old_secret = secret, old_secret_until = ${until}, secret = ${newSecret()}
       where workspace_id = ${workspaceId} and id = ${webhookId}`.execute(tx)
    return {}
  })
}

/** Tells it something that did not happen, whatever it wants to be told. */
export async function testWebhook(
  sync: Sync,
  agent: Agent,
  webhookId: Id,
  { id }: Body<"testWebhook">,
): Promise<Done & { deliveryId: Id }> {
  const { workspaceId } = agent
  return change(sync, agent, { id, name: `test-webhook ${webhookId}` }, async (writing) => {
    await hold(writing.tx, workspaceId, webhookId)
    const deliveryId = newId()
    await putDown(writing, { workspaceId, webhookId }, [
      { id: deliveryId, event: TEST, about: `test ${id}`, data: { askedBy: agent.name } },
    ])
    return { deliveryId }
  })
}

/** The same once more, under the same id. */
export async function resendDelivery(
  sync: Sync,
  agent: Agent,
  { webhookId, deliveryId }: { webhookId: Id; deliveryId: Id },
  { id }: Body<"resendDelivery">,
): Promise<Done> {
  const { workspaceId } = agent
  return change(sync, agent, { id, name: `resend-delivery ${deliveryId}` }, async (writing) => {
    await hold(writing.tx, workspaceId, webhookId)
    const { rows } = await sql<{ id: Id; event: string }>`
      update webhook_deliveries set state = 'waiting', attempts = 0, wanted_at = ${writing.at}
       where workspace_id = ${workspaceId} and id = ${deliveryId} and webhook_id = ${webhookId}
      returning id, event`.execute(writing.tx)
    const [delivery] = rows
    if (delivery === undefined) throw refuse("not-found")
    await tell(writing, webhookId, delivery)
    return {}
  })
}

export async function listWebhooks(sync: Sync, agent: Agent): Promise<{ webhooks: Webhook[] }> {
  requireAdmin(agent)
  const { rows } = await sql<Webhook>`
    select id, url, events, secret, failing_since as "failingSince",
           case when off_at is not null then coalesce(off_why, 'by-hand') end as off
      from webhooks where workspace_id = ${agent.workspaceId} and deleted_at is null
     order by created_at, id`.execute(sync.db)
  return { webhooks: rows }
}

export async function listDeliveries(
  sync: Sync,
  agent: Agent,
  webhookId: Id,
): Promise<{ deliveries: Delivery[] }> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const { rows: known } = await sql`
    select 1 from webhooks
     where workspace_id = ${workspaceId} and id = ${webhookId} and deleted_at is null`.execute(sync.db)
  if (known.length === 0) throw refuse("not-found")
  const { rows } = await sql<Delivery>`
    select id, event, state, attempts, created_at as "createdAt", tried_at as "triedAt", status,
           took_ms as "tookMs", answer
      from webhook_deliveries
     where workspace_id = ${workspaceId} and webhook_id = ${webhookId}
     order by created_at desc, id desc limit ${SHOWN}`.execute(sync.db)
  return { deliveries: rows }
}

async function change<T extends object>(
  sync: Sync,
  agent: Agent,
  asked: { id: Id; name: string },
  work: (writing: Writing) => Promise<T>,
): Promise<T & Done> {
  requireAdmin(agent)
  const { workspaceId, agentId } = agent
  return write(sync, { workspaceId, command: { actor: `agent:${agentId}`, ...asked } }, work)
}

async function hold(tx: Tx, workspaceId: Id, webhookId: Id): Promise<{ wasOn: boolean }> {
  const { rows } = await sql<{ wasOn: boolean }>`
    select off_at is null as "wasOn" from webhooks
     where workspace_id = ${workspaceId} and id = ${webhookId} and deleted_at is null for update`.execute(tx)
  const [found] = rows
  if (found === undefined) throw refuse("not-found")
  return found
}

/** The latest change; whatever commits after this was read has a higher number. */
const latest = (workspaceId: Id) =>
  sql<number>`(select coalesce(max(number), 0) from counters where workspace_id = ${workspaceId})`

/** As https://www.standardwebhooks.com has them. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`
}
