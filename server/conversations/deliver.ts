import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { FileView } from "../../protocol/rows.ts"
import type { Channel, DeliveryState, Id, Stamp } from "../../protocol/values.ts"
import { findSource, type Adapters } from "../channels/channels.ts"
import { setConsent } from "../customers/customers.ts"
import { stamp, type Tx } from "../db/db.ts"
import { links } from "../files/files.ts"
import type { RunningJob } from "../jobs/jobs.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { act } from "./act.ts"
import { accessAddress } from "./answer.ts"
import { filesOf } from "./entries.ts"
import { addEvent, audienceOf, hold, save } from "./hold.ts"
import { tryOthersAgain } from "./try-again.ts"

type Sending = {
  id: Id
  conversationId: Id
  addressId: Id
  sourceId: Id
  channel: Channel
  to: string
  isOptedOut: boolean
  text: string
  delivery: DeliveryState | null
  sendingSince: Stamp | null
  files: FileView[]
}

/**
 * Hands an answer to its provider. That it is being sent is committed before the provider is asked: a process that
 * finds it so after a crash cannot know whether the provider took it, and leaves it `unsure` instead of sending it
 * twice, unless the provider knows our ids.
 */
export async function deliver(
  needs: { sync: Sync; adapters: Adapters },
  { entryId }: { entryId: Id },
  job: RunningJob,
): Promise<void> {
  try {
    await tryToDeliver(needs, entryId, job)
  } catch (error) {
    if (job.lastAttempt) await giveUp(needs.sync, job.workspaceId, entryId)
    throw error
  }
}

async function tryToDeliver(
  { sync, adapters }: { sync: Sync; adapters: Adapters },
  entryId: Id,
  job: RunningJob,
): Promise<void> {
  const { workspaceId } = job
  const sending = await findSending(sync, workspaceId, entryId)
  if (sending?.delivery !== "sending") return
  const settled = { workspaceId, entryId, providerId: null, reason: null, isOptedOut: false }
  const source = await findSource(sync.db, sending.sourceId)
  const adapter = adapters.get(sending.channel)
  if (source === undefined || adapter === undefined || !("send" in adapter))
    return settle(sync, { ...settled, state: "failed", reason: "source-gone" })
  if (sending.isOptedOut) return settle(sync, { ...settled, state: "failed", reason: "opted-out" })
  if (sending.sendingSince !== null && !adapter.capabilities.isIdempotent)
    return settle(sync, { ...settled, state: "unsure" })
  const since = stamp(sync.clock.now())
  if (!(await beginSending(sync, workspaceId, sending, since))) return
  const { to, text } = sending
  const now = sync.clock.now()
  const files = sending.files.map(({ id, name, type, size }) => {
    return { name, type, size, path: links.linkOf(sync.database.secret, { workspaceId, id }, now) }
  })
  const outcome = await adapter.send({ id: entryId, since, to, text, files }, source)
  if (outcome.kind === "taken") {
    await settle(sync, { ...settled, state: "sent", providerId: outcome.providerId })
    return tryOthersAgain(sync, workspaceId, sending.sourceId)
  }
  if (outcome.kind === "unsure") return settle(sync, { ...settled, state: "unsure" })
  const { reason, isPermanent, isOptedOut } = outcome
  if (isPermanent || job.lastAttempt) return settle(sync, { ...settled, state: "failed", reason, isOptedOut })
  await endSending(sync, workspaceId, entryId)
  throw new Error(`The provider does not take the message now: ${reason}.`)
}

/** Nobody will try again by himself, so an agent must be able to; what may have been handed over is `unsure`. */
export async function giveUp(sync: Sync, workspaceId: Id, entryId: Id): Promise<void> {
  const sending = await findSending(sync, workspaceId, entryId)
  if (sending?.delivery !== "sending" && sending?.delivery !== "held") return
  const settled = { workspaceId, entryId, providerId: null, isOptedOut: false }
  if (sending.sendingSince === null) await settle(sync, { ...settled, state: "failed", reason: "refused" })
  else await settle(sync, { ...settled, state: "unsure", reason: null })
}

async function findSending(sync: Sync, workspaceId: Id, entryId: Id): Promise<Sending | undefined> {
  const { rows } = await sql<Sending>`
    select e.id, e.conversation_id as "conversationId", e.address_id as "addressId", e.source_id as "sourceId",
           a.channel, a.value as "to", a.opted_out_at is not null as "isOptedOut", e.text, e.delivery,
           e.sending_since as "sendingSince", ${filesOf(workspaceId, sql`e.file_ids`)} as files
      from entries e join addresses a on a.workspace_id = e.workspace_id and a.id = e.address_id
     where e.workspace_id = ${workspaceId} and e.id = ${entryId}`.execute(sync.db)
  return rows[0]
}

/**
 * Nobody sees this, so it is no change. False when another worker has begun since we looked: one that was held up
 * for longer than its lease must not send beside the one that took over.
 */
async function beginSending(
  sync: Sync,
  workspaceId: Id,
  { id, sendingSince }: Pick<Sending, "id" | "sendingSince">,
  since: Stamp,
): Promise<boolean> {
  const { rows } = await sql`
    update entries set sending_since = ${since}
     where workspace_id = ${workspaceId} and id = ${id} and delivery = 'sending'
       and sending_since is not distinct from ${sendingSince}::timestamptz
    returning id`.execute(sync.db)
  return rows.length > 0
}

async function endSending(sync: Sync, workspaceId: Id, entryId: Id): Promise<void> {
  await sql`
    update entries set sending_since = null
     where workspace_id = ${workspaceId} and id = ${entryId}`.execute(sync.db)
}

type Settled = {
  workspaceId: Id
  entryId: Id
  state: DeliveryState
  reason: string | null
  providerId: string | null
  isOptedOut: boolean
}

async function settle(sync: Sync, settled: Settled): Promise<void> {
  const { workspaceId, entryId } = settled
  await write(sync, { workspaceId }, async (writing) => {
    const { rows } = await sql<Known>`
      select ${knownColumns} from entries e where e.workspace_id = ${workspaceId} and e.id = ${entryId}`.execute(
      writing.tx,
    )
    const [known] = rows
    if (known !== undefined) await move(writing, workspaceId, known, settled)
    return {}
  })
}

/** What a provider tells about an answer of ours, by which sending it is where it hands that back. */
export type Delivery = {
  workspaceId: Id
  sourceId: Id
  providerId: string
  sending: { entryId: Id; since: Stamp } | null
  state: DeliveryState
  reason: string | null
}

/** Takes a provider's word on an answer, in whatever order it comes; answers whether the answer was found. */
export async function recordDelivery(sync: Sync, told: Delivery): Promise<boolean> {
  const { workspaceId, sourceId, providerId, sending, reason } = told
  const { isKnown } = await write(sync, { workspaceId }, async (writing) => {
    // By our id only while the provider's own is not known, and only of the same sending: once the answer is sent
    // again, a late word is about the one before.
    const { rows } = await sql<Known>`
      select ${knownColumns} from entries e
       where e.workspace_id = ${workspaceId} and e.source_id = ${sourceId} and e.agent_id is not null
         and (e.provider_id = ${providerId}
              or e.id = ${sending?.entryId ?? null} and e.provider_id is null
                 and e.sending_since = ${sending?.since ?? null})`.execute(writing.tx)
    const [known] = rows
    if (known === undefined) return { isKnown: false }
    await move(writing, workspaceId, known, { ...told, isOptedOut: reason === "opted-out" })
    return { isKnown: true }
  })
  return isKnown
}

type Known = { id: Id; conversationId: Id; addressId: Id }
const knownColumns = sql`e.id, e.conversation_id as "conversationId", e.address_id as "addressId"`

/** Later wins over earlier, whatever came first; that it arrived wins over that it failed. */
const ranks: Record<DeliveryState, number> = {
  held: -1,
  sending: 0,
  unsure: 1,
  sent: 2,
  failed: 3,
  delivered: 4,
  read: 5,
}
export function isFurther(state: DeliveryState, than: DeliveryState): boolean {
  return ranks[state] > ranks[than]
}

async function move(
  writing: Writing,
  workspaceId: Id,
  known: Known,
  to: Pick<Settled, "state" | "reason" | "providerId" | "isOptedOut">,
): Promise<void> {
  const { tx, at } = writing
  const { id, conversationId, addressId } = known
  // The conversation is locked before anything of it is written, in the order all acts keep.
  const all = await hold(writing, workspaceId, { ids: [conversationId] })
  const { rows } = await sql<{
    delivery: DeliveryState
    providerId: string | null
    sendingSince: Stamp | null
  }>`
    select delivery, provider_id as "providerId", sending_since as "sendingSince" from entries
     where workspace_id = ${workspaceId} and id = ${id} for update`.execute(tx)
  const [found] = rows
  if (found === undefined) return
  // An earlier attempt, from before it was sent once more, says nothing about this one.
  if (found.providerId !== null && to.providerId !== null && found.providerId !== to.providerId) return
  const isMoved = isFurther(to.state, found.delivery)
  await sql`
    update entries
       set provider_id = coalesce(provider_id, ${to.providerId}),
           delivery = case when ${isMoved} then ${to.state} else delivery end,
           delivery_reason = case when ${isMoved} then ${to.reason} else delivery_reason end
     where workspace_id = ${workspaceId} and id = ${id}`.execute(tx)
  if (isMoved) {
    writing.count("deliveries", { state: to.state })
    await entryChanged(writing, workspaceId, id)
  }
  // He had opted out when this was sent; what he has said since counts more.
  const optedOut = { consent: "opted-out", at: found.sendingSince ?? at } as const
  for (const held of all)
    if (to.isOptedOut && (await setConsent(tx, workspaceId, addressId, optedOut)))
      addEvent(held, at, { what: "opted-out", addressId })
  await save(writing, all)
}

/** Notes that an entry looks different now, for everyone who may see it. */
export async function entryChanged(writing: Writing, workspaceId: Id, entryId: Id): Promise<void> {
  const { rows } = await sql<{ conversationId: Id; addressId: Id | null }>`
    select conversation_id as "conversationId", address_id as "addressId" from entries
     where workspace_id = ${workspaceId} and id = ${entryId}`.execute(writing.tx)
  const [entry] = rows
  if (entry === undefined) return
  // Under its lock, so that whoever gains sight of it meanwhile is told, too.
  const [held] = await hold(writing, workspaceId, { ids: [entry.conversationId] })
  const audience = held === undefined ? [] : audienceOf(held)
  writing.changed(
    "entry",
    entryId,
    entry.addressId === null ? audience : [...audience, `address:${entry.addressId}`],
  )
}

/** Sends a failed or possibly unsent answer once more; one that is on its way goes on. */
export async function resend(
  sync: Sync,
  agent: Agent,
  ids: { conversationId: Id; entryId: Id },
  body: { id: Id },
): Promise<{ number: number }> {
  const { conversationId, entryId } = ids
  return act(
    sync,
    { agent, conversationId, name: `resend ${entryId} of`, commandId: body.id },
    async (held, writing) => {
      const { workspaceId } = agent
      const entry = await lockAnswer(writing.tx, { workspaceId, conversationId, entryId })
      if (entry.delivery !== "failed" && entry.delivery !== "unsure") return {}
      await accessAddress(writing.tx, held, entry.addressId)
      await sql`
      update entries set delivery = 'sending', delivery_reason = null, sending_since = null, provider_id = null
       where workspace_id = ${workspaceId} and id = ${entryId}`.execute(writing.tx)
      await writing.enqueue({ name: "deliver", payload: { entryId }, lane: conversationId })
      await entryChanged(writing, workspaceId, entryId)
      return {}
    },
  )
}

async function lockAnswer(
  tx: Tx,
  { workspaceId, conversationId, entryId }: { workspaceId: Id; conversationId: Id; entryId: Id },
): Promise<{ addressId: Id; delivery: DeliveryState }> {
  const { rows } = await sql<{ addressId: Id; delivery: DeliveryState }>`
    select address_id as "addressId", delivery from entries
     where workspace_id = ${workspaceId} and id = ${entryId} and conversation_id = ${conversationId}
       and type = 'message' and agent_id is not null
       for update`.execute(tx)
  const [entry] = rows
  if (entry === undefined) throw refuse("not-found")
  return entry
}
