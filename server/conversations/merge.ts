import { sql } from "kysely"
import type { z } from "zod"
import type { conversationCommands } from "../../protocol/conversation-commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { merging } from "../customers/customers.ts"
import { turns, type Tx } from "../db/db.ts"
import { putOff } from "../jobs/jobs.ts"
import type { Sync, Writing } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { readAcceptances, type Acceptance } from "./acceptances.ts"
import { accessConversation, command, maySee } from "./act.ts"
import { isDisabled } from "./close.ts"
import { addEvent, audienceOf, hold, save, type Held } from "./hold.ts"
import { readOwn, uniteOwn, type KeptOwn } from "./merged-own.ts"
import { endOffer } from "./ownership.ts"
import { giveWay, type Moved } from "./moments.ts"
import { makeOne, type OneAddress } from "./one-address.ts"
import type { State } from "./state.ts"
import { isLater, united } from "./united.ts"

type Body = z.output<typeof conversationCommands.merge.body>
type Notice = { agentId: Id; entryId: Id; at: Stamp; isDone: boolean }

/** All that undoing needs to know. */
export type Kept = {
  into: State
  other: State & { createdAt: Stamp }
  customers: merging.Kept
  own: KeptOwn
  /** Of the other's timeline what has no address to be known by. */
  entryIds: Id[]
  /** Answers of both that could still be taken back; what they took, they had taken. */
  unsentIds: Id[]
  /** Entries that had to give way to others of the same moment, and when they were. */
  moved: Moved[]
  /** Unread offers that ended by it, of both. */
  offered: { into: Notice[]; other: Notice[] }
  acceptances: Acceptance[]
  /** Where two of their addresses were proven to be one. */
  one?: OneAddress
}

/** Makes the other's conversation and customer part of this one's. Refuses `not-found` and `invalid-input`. */
export async function merge(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  { id, otherId }: Body,
): Promise<{ number: number; mergeId: Id }> {
  if (otherId === conversationId) throw refuse("invalid-input")
  const asked = { id, name: `merge ${otherId} into ${conversationId}` }
  return inTurn(agent.workspaceId, () =>
    command(sync, agent, asked, async (writing) => {
      const [into, other] = await holdBoth(writing, agent, [conversationId, otherId])
      return { mergeId: await mergeHeld(writing, { into, other, byAgentId: agent.agentId }) }
    }),
  )
}

/**
 * Agents' merges and undoings, by workspace, wait for each other here: in PostgreSQL each would hold a connection meanwhile,
 * until nobody else had one. Refuses `too-often`.
 */
export const inTurn = turns.createTurns({ atOnce: 4, atOnceOfOne: 1, mostWaitingOfOne: 50 })

/**
 * The product's own merging, only on proof that two addresses are one person's: a signed identity, or an answer to a token
 * of ours. Part of the caller's transaction, to be called before that holds an address or a conversation. Answers whose
 * they both are now: `addressId`'s customer, unless nobody has written there and the other one has. With `areOne` it is
 * one address from now on. An agent can undo it.
 */
export async function mergeOnProof(
  writing: Writing,
  workspaceId: Id,
  { addressId, otherId, areOne = false }: { addressId: Id; otherId: Id; areOne?: boolean },
): Promise<{ customerId: Id }> {
  const { tx } = writing
  await lockMerges(tx, workspaceId)
  const intoId = await merging.getCustomerId(tx, workspaceId, addressId)
  const fromId = await merging.getCustomerId(tx, workspaceId, otherId)
  if (intoId === fromId) return { customerId: intoId }
  await merging.holdAddresses(tx, workspaceId, [intoId, fromId])
  const held = await hold(writing, workspaceId, { customerIds: [intoId, fromId] })
  const [into, other] = [intoId, fromId].map((id) => held.find(({ now }) => now.customerId === id))
  const one = areOne ? { workspaceId, fromId: otherId, toId: addressId } : undefined
  if (into !== undefined && other !== undefined) {
    await mergeHeld(writing, { into, other, byAgentId: null, one })
    return { customerId: intoId }
  }
  // Who never wrote has no timeline that could say so, nor anything that would have to be put back.
  const [customerId, goneId] = other === undefined ? [intoId, fromId] : [fromId, intoId]
  const customers = await merging.merge(tx, workspaceId, { intoId: customerId, otherId: goneId })
  if (one) await makeOne(writing, { ...one, held: held[0] })
  for (const each of held)
    tell(writing, { conversationId: each.now.id, audience: audienceOf(each), drafting: [], customers })
  await save(writing, held)
  return { customerId }
}

/** `byAgentId` null: on proof. Answers the merge's id, which is its event's. */
async function mergeHeld(
  writing: Writing,
  o: {
    into: Held
    other: Held
    byAgentId: Id | null
    one?: { workspaceId: Id; fromId: Id; toId: Id } | undefined
  },
): Promise<Id> {
  const { into, other, byAgentId } = o
  const { tx } = writing
  const { workspaceId } = into
  const [before, his] = [into.before, other.before]
  const [conversationId, otherId] = [before.id, his.id]
  const states = {
    into: before,
    other: { ...his, createdAt: await findCreatedAt(tx, workspaceId, otherId) },
  }
  const drafting = await draftersOf(tx, workspaceId, [conversationId, otherId])
  const own = await uniteOwn(tx, workspaceId, { into: before, other: his })
  const offered = {
    into: await findOffered(tx, workspaceId, conversationId),
    other: await findOffered(tx, workspaceId, otherId),
  }
  const acceptances = await readAcceptances(tx, workspaceId)
  const unsentIds = await findUnsent(tx, workspaceId, [conversationId, otherId])
  const now = await unitedNow(writing, into, other)
  const entries = await moveEntries(writing, { workspaceId, from: otherId, to: conversationId })
  const customers = await merging.merge(tx, workspaceId, {
    intoId: before.customerId,
    otherId: his.customerId,
  })
  await sql`delete from conversations where workspace_id = ${workspaceId} and id = ${otherId}`.execute(tx)
  for (const lane of ["", "held:"])
    await putOff.moveLane(tx, { workspaceId, from: `${lane}${otherId}`, to: `${lane}${conversationId}` })
  for (const agentId of other.mentioned) into.mentioned.add(agentId)
  for (const held of [into, other]) endOffer(held)
  for (const agentId of other.withdrawn) into.withdrawn.add(agentId)
  into.now = now
  const one = o.one && (await makeOne(writing, { ...o.one, held: into }))
  const { name, city, country } = customers.other.facts
  const event = addEvent(into, writing.at, {
    what: "merged",
    byAgentId,
    customer: { name, city, country },
    fields: merging.differing(customers.into, customers.other),
  })
  const { entryIds, moved } = entries
  const kept: Kept = {
    ...states,
    customers,
    own,
    entryIds,
    unsentIds,
    moved,
    offered,
    acceptances,
    ...(one && { one }),
  }
  await sql`
    insert into merges (workspace_id, id, conversation_id, merged_id, at, kept)
    values (${workspaceId}, ${event.id}, ${conversationId}, ${otherId}, ${event.at}, ${JSON.stringify(kept)})`.execute(
    tx,
  )
  const audience = { into: audienceOf(into), other: audienceOf(other) }
  for (const entryId of entries.all) writing.changed("entry", entryId, [...audience.into, ...audience.other])
  tell(writing, { conversationId, audience: audience.into, drafting, customers })
  tell(writing, { conversationId: otherId, audience: audience.other, drafting, customers })
  await save(writing, [into])
  return event.id
}

async function unitedNow(writing: Writing, into: Held, other: Held): Promise<State> {
  const { tx, at } = writing
  const { workspaceId } = into
  const isHisLater = await isLater(tx, workspaceId, other.before, into.before)
  const now = united(into.before, other.before, { at, isHisLater })
  const { assigneeId, closedAt } = now
  const isHeldByNobody =
    assigneeId !== null && closedAt === null && (await isDisabled(tx, workspaceId, assigneeId))
  return isHeldByNobody ? { ...now, assigneeId: null } : now
}

/**
 * One merge of a workspace at a time, so that whose the addresses are stands still while they are locked; then locks in
 * everybody's order.
 */
export async function lockMerges(tx: Tx, workspaceId: Id): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`merges:${workspaceId}`}, 0))`.execute(tx)
}

async function holdBoth(writing: Writing, agent: Agent, ids: [Id, Id]): Promise<[Held, Held]> {
  const { tx } = writing
  const { workspaceId } = agent
  await lockMerges(tx, workspaceId)
  const one = await accessConversation(tx, agent, ids[0])
  const other = await accessConversation(tx, agent, ids[1])
  await merging.holdAddresses(tx, workspaceId, [one.customerId, other.customerId])
  const all = await hold(writing, workspaceId, { ids })
  const [into, his] = ids.map((id) => all.find(({ now }) => now.id === id))
  if (into === undefined || his === undefined) throw refuse("not-found")
  if (!maySee(into, agent) || !maySee(his, agent)) throw refuse("not-found")
  return [into, his]
}

/** What everybody who saw or sees the conversation, and a customer's own page, has to look at anew. */
export function tell(
  writing: Writing,
  o: {
    conversationId: Id
    audience: readonly string[]
    drafting: readonly Id[]
    customers: Pick<merging.Kept, "addressIds">
  },
): void {
  const { conversationId, audience, drafting, customers } = o
  const addresses = customers.addressIds.map((id) => `address:${id}`)
  writing.changed("conversation", conversationId, audience)
  // Of the same kind for the customer's pages: whose address this is, is another now.
  writing.changed("customer", conversationId, [...audience, ...addresses])
  if (drafting.length === 0) return
  const drafters = drafting.map((agentId) => `agent:${agentId}`)
  writing.changed("draft", conversationId, drafters)
}

export async function draftersOf(tx: Tx, workspaceId: Id, conversationIds: readonly Id[]): Promise<Id[]> {
  const owns = await Promise.all(conversationIds.map((id) => readOwn(tx, workspaceId, id)))
  return [...new Set(owns.flatMap(({ drafts }) => drafts.map(({ agentId }) => agentId)))]
}

async function findUnsent(tx: Tx, workspaceId: Id, conversationIds: readonly Id[]): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    select id from entries
     where workspace_id = ${workspaceId} and conversation_id = any(${[...conversationIds]}::uuid[])
       and delivery = 'held'`.execute(tx)
  return rows.map(({ id }) => id)
}

async function findCreatedAt(tx: Tx, workspaceId: Id, id: Id): Promise<Stamp> {
  const { rows } = await sql<{ createdAt: Stamp }>`
    select created_at as "createdAt" from conversations
     where workspace_id = ${workspaceId} and id = ${id}`.execute(tx)
  return rows[0]?.createdAt ?? ""
}

async function findOffered(tx: Tx, workspaceId: Id, conversationId: Id): Promise<Notice[]> {
  const { rows } = await sql<Notice>`
    select agent_id as "agentId", entry_id as "entryId", at, is_done as "isDone" from notices
     where workspace_id = ${workspaceId} and conversation_id = ${conversationId} and what = 'offered'`.execute(
    tx,
  )
  return rows
}

type Moving = { workspaceId: Id; from: Id; to: Id }

async function moveEntries(
  { tx }: Writing,
  { workspaceId, from, to }: Moving,
): Promise<{ all: Id[]; entryIds: Id[]; moved: Kept["moved"] }> {
  const moved = await giveWay(tx, { workspaceId, from, to })
  const { rows } = await sql<{ id: Id; hasAddress: boolean }>`
    update entries set conversation_id = ${to}
     where workspace_id = ${workspaceId} and conversation_id = ${from}
    returning id, address_id is not null as "hasAddress"`.execute(tx)
  await sql`
    update notices set conversation_id = ${to}
     where workspace_id = ${workspaceId} and conversation_id = ${from}`.execute(tx)
  return {
    all: rows.map(({ id }) => id),
    entryIds: rows.flatMap(({ id, hasAddress }) => (hasAddress ? [] : [id])),
    moved,
  }
}
