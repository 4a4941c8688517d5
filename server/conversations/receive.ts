import { sql } from "kysely"
import { Refusal, refuse } from "../../protocol/refusals.ts"
import { mendText, MOST_TEXT } from "../../protocol/text.ts"
import type { Channel, Id, Stamp } from "../../protocol/values.ts"
import { expectMedia } from "../channels/channels.ts"
import { claimAddresses, setConsent, type Profile } from "../customers/customers.ts"
import { newId } from "../db/db.ts"
import { uploads } from "../files/files.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import { arrive, arriveBlocked, findAway, type Away } from "./arrive.ts"
import { gather } from "./gather.ts"
import { addEvent, hold, save, type Held } from "./hold.ts"

/** A customer's message as a channel took it, whatever the channel. */
export type Inbound = {
  workspaceId: Id
  sourceId: Id
  channel: Channel
  /** The source's team. */
  teamId: Id
  addressValue: string
  addressDisplay: string
  profile: Profile
  message: {
    id: Id
    /** Unique within the source. */
    providerId: string | null
    text: string
    /** When the provider says it was written: shown, and what decides which word of consent is the last. */
    claimedAt: Stamp | null
    files: { id: Id; name: string; type: string; remote: string }[]
    /** What the customer has uploaded himself, and by what name of his. */
    uploaded?: { uploader: string; ids: Id[] } | undefined
  }
  /** What the website said of itself, where the message answers that. */
  spokeFirst?: string | undefined
  /** The sender hears our answer: one who is blocked is told so and nothing of his is taken. Else it is kept quietly. */
  isAnswered?: boolean
  /** The customer forbade or allowed again that we write to this address. */
  consent?: "opted-out" | "opted-in"
}

/**
 * `isNew` false: the message had been taken before, and this is what it became then. `isRefused`: the customer is blocked
 * and hears of it; nothing was taken. No refusal that is thrown, which would have all of a batch done again singly.
 */
export type Received = {
  entryId: Id
  conversationId: Id
  addressId: Id
  at: Stamp
  isNew: boolean
  isRefused: boolean
}

/**
 * Transactions that take messages at the same time, of one workspace and of all, and how many calls one of them takes
 * at most. More would wait for each other's counter, and for the machine: what waits here instead goes in together.
 */
const TRANSACTIONS = 2
const TRANSACTIONS_OF_ALL = 8
const TOGETHER = 50

type Take = (workspaceId: Id, group: readonly Inbound[]) => Promise<PromiseSettledResult<Received[]>>
const takes = new WeakMap<Sync, Take>()

/**
 * Takes customers' messages, each exactly once however often it comes (by its id, and by its source and the provider's
 * id). Resolves after commit, in the order given. What waits is written together; if that fails because of what one
 * of them holds, one by one, so that it holds up no other: then all that can be taken is, before this throws.
 */
export async function receive(sync: Sync, inbound: readonly Inbound[]): Promise<Received[]> {
  const take: Take =
    takes.get(sync) ??
    gather({
      most: TRANSACTIONS,
      mostOfAll: TRANSACTIONS_OF_ALL,
      atOnce: TOGETHER,
      work: (workspaceId, groups) => takeAll(sync, workspaceId, groups),
    })
  takes.set(sync, take)
  const groups = Map.groupBy(inbound, ({ workspaceId }) => workspaceId)
  const taken = new Map<Id, Received[]>()
  for (const [workspaceId, group] of groups) {
    const outcome = await take(workspaceId, group)
    if (outcome.status === "rejected") throw outcome.reason
    taken.set(workspaceId, outcome.value)
  }
  return inbound.flatMap(({ workspaceId }) => taken.get(workspaceId)?.shift() ?? [])
}

async function takeAll(
  sync: Sync,
  workspaceId: Id,
  groups: readonly (readonly Inbound[])[],
): Promise<PromiseSettledResult<Received[]>[]> {
  const all = groups.flat()
  const [together] = await Promise.allSettled([takeTogether(sync, workspaceId, all)])
  if (together.status === "fulfilled")
    return groups.map(({ length }) => ({ status: "fulfilled", value: together.value.splice(0, length) }))
  if (all.length === 1 || !isOfOne(together.reason)) return groups.map(() => together)
  sync.log.warn({ err: together.reason, workspaceId }, "messages are taken one by one after a batch failed")
  const outcomes: PromiseSettledResult<Received[]>[] = []
  for (const group of groups) outcomes.push(await takeSingly(sync, workspaceId, group))
  return outcomes
}

/** Whether one message alone can be why; else each would fail by itself, too, and whoever brought it repeats it. */
function isOfOne(reason: unknown): boolean {
  if (reason instanceof Refusal) return true
  // https://www.postgresql.org/docs/current/errcodes-appendix.html: the data, or what has to hold of them.
  return reason instanceof Error && "code" in reason && /^2[23]/.test(String(reason.code))
}

async function takeSingly(
  sync: Sync,
  workspaceId: Id,
  group: readonly Inbound[],
): Promise<PromiseSettledResult<Received[]>> {
  const taken: Received[] = []
  let refused: PromiseRejectedResult | undefined
  for (const each of group) {
    const [outcome] = await Promise.allSettled([takeTogether(sync, workspaceId, [each])])
    if (outcome.status === "fulfilled") taken.push(...outcome.value)
    else refused ??= outcome
  }
  return refused ?? { status: "fulfilled", value: taken }
}

type Claimed = Awaited<ReturnType<typeof claimAddresses>>[number]

async function takeTogether(sync: Sync, workspaceId: Id, group: readonly Inbound[]): Promise<Received[]> {
  const { received } = await write(sync, { workspaceId }, async (writing) => {
    const claimed = await claimAll(writing, workspaceId, group)
    const { all, known, away } = await holdAll(writing, workspaceId, group, claimed)
    const received: Received[] = []
    for (const each of group) {
      const { addressId, customerId } = getClaimed(claimed, each)
      const earlier = known.find((one) => isSame(one, each))
      if (earlier !== undefined) {
        // Ids are made by browsers: one that names somebody else's message says nothing about it.
        if (earlier.addressId !== addressId) throw refuse("invalid-input")
        received.push({
          entryId: earlier.id,
          conversationId: earlier.conversationId,
          addressId,
          at: earlier.at,
          isNew: false,
          isRefused: false,
        })
        continue
      }
      const held = all.find(({ now }) => now.customerId === customerId)
      if (held === undefined) throw new Error("A customer has no conversation.")
      const conversationId = held.now.id
      const isBlocked = held.now.blockedAt !== null
      if (isBlocked && each.isAnswered) {
        const { id: entryId } = each.message
        received.push({ entryId, conversationId, addressId, at: writing.at, isNew: false, isRefused: true })
        continue
      }
      const inbound = mended(each)
      const entry = isBlocked
        ? arriveBlocked(writing, { held, inbound, addressId })
        : await arrive(writing, { held, all, away, inbound, addressId })
      await expectMedia(writing, {
        workspaceId,
        sourceId: each.sourceId,
        entryId: entry.id,
        files: each.message.files,
      })
      if (each.message.uploaded !== undefined) {
        const { uploader, ids: fileIds } = each.message.uploaded
        await uploads.attach(writing.tx, { workspaceId, uploader, entryId: entry.id, fileIds })
      }
      await followConsent(writing, held, addressId, each)
      writing.count("messages", { channel: each.channel, direction: "in" })
      const { id, at } = entry
      known.push({
        id,
        at,
        conversationId,
        addressId,
        sourceId: each.sourceId,
        providerId: each.message.providerId,
      })
      received.push({ entryId: id, conversationId, addressId, at, isNew: true, isRefused: false })
    }
    await save(writing, all)
    return { received }
  })
  return received
}

async function claimAll(
  { tx, at }: Writing,
  workspaceId: Id,
  group: readonly Inbound[],
): Promise<Map<string, Claimed>> {
  const wanted = new Map(group.toReversed().map((each) => [addressKey(each), each]))
  const claims = [...wanted.values()].map(({ addressValue, addressDisplay, ...rest }) => ({
    ...rest,
    value: addressValue,
    display: addressDisplay,
  }))
  const claimed = await claimAddresses(tx, { workspaceId, at }, claims)
  return new Map(
    [...wanted.keys()].flatMap((key, place) => {
      const one = claimed[place]
      return one === undefined ? [] : [[key, one] as const]
    }),
  )
}

function addressKey({ sourceId, addressValue }: Inbound): string {
  return `${sourceId} ${addressValue}`
}

function getClaimed(claimed: Map<string, Claimed>, inbound: Inbound): Claimed {
  const found = claimed.get(addressKey(inbound))
  if (found === undefined) throw new Error("An address was not claimed.")
  return found
}

type HeldAll = { all: Held[]; known: Known[]; away: Away }

/** The customers' conversations under their locks; those who never wrote get theirs now. */
async function holdAll(
  writing: Writing,
  workspaceId: Id,
  group: readonly Inbound[],
  claimed: Map<string, Claimed>,
): Promise<HeldAll> {
  const teams = new Map(group.toReversed().map((each) => [getClaimed(claimed, each).customerId, each.teamId]))
  const customerIds = [...teams.keys()]
  const found = await holdFound(writing, workspaceId, group, customerIds)
  const missing = customerIds.filter((id) => !found.all.some(({ now }) => now.customerId === id))
  if (missing.length === 0) return found
  const rows = missing.map((customerId) => ({
    id: newId(),
    customer_id: customerId,
    team_id: teams.get(customerId),
  }))
  await sql`
    insert into conversations (workspace_id, id, customer_id, team_id, last_at, updated_at, created_at)
    select ${workspaceId}::uuid, id, customer_id, team_id, ${writing.at}::timestamptz, ${writing.at}::timestamptz,
           ${writing.at}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as fresh (id uuid, customer_id uuid, team_id uuid)
     order by customer_id
    on conflict (workspace_id, customer_id) do nothing`.execute(writing.tx)
  return holdFound(writing, workspaceId, group, customerIds)
}

/** Asked for at once, done in this order: what was taken before is looked for under the conversations' locks. */
async function holdFound(
  writing: Writing,
  workspaceId: Id,
  group: readonly Inbound[],
  customerIds: readonly Id[],
): Promise<HeldAll> {
  const [all, known, away] = await Promise.all([
    hold(writing, workspaceId, { customerIds }),
    findKnown(writing, workspaceId, group),
    findAway(writing, workspaceId, customerIds),
  ])
  return { all, known, away }
}

type Known = { id: Id; at: Stamp; conversationId: Id; addressId: Id; sourceId: Id; providerId: string | null }

/** Under the conversations' locks: of two that bring the same message the second sees the first. */
async function findKnown(writing: Writing, workspaceId: Id, group: readonly Inbound[]): Promise<Known[]> {
  const wanted = group.map(({ sourceId, message }) => ({
    id: message.id,
    source_id: sourceId,
    provider_id: message.providerId,
  }))
  const { rows } = await sql<Known>`/* prepared */
    with wanted as (
      select * from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as wanted (id uuid, source_id uuid, provider_id text)
    )
    select e.id, e.at, e.conversation_id as "conversationId", e.address_id as "addressId", e.source_id as "sourceId",
           e.provider_id as "providerId"
      from wanted join entries e on e.workspace_id = ${workspaceId} and e.id = wanted.id
    union
    select e.id, e.at, e.conversation_id, e.address_id, e.source_id, e.provider_id
      from wanted join entries e on e.workspace_id = ${workspaceId} and e.source_id = wanted.source_id
           and e.provider_id = wanted.provider_id`.execute(writing.tx)
  return rows
}

function isSame(known: Known, { sourceId, message }: Inbound): boolean {
  if (known.id === message.id) return true
  return message.providerId !== null && known.providerId === message.providerId && known.sourceId === sourceId
}

/** What a customer wrote is taken whatever it is: mended, and cut where a provider lets through more than we keep. */
function mended(inbound: Inbound): Inbound {
  const text = (mendText(inbound.message.text) ?? "").slice(0, MOST_TEXT).toWellFormed()
  return { ...inbound, message: { ...inbound.message, text } }
}

async function followConsent(
  writing: Writing,
  held: Held,
  addressId: Id,
  { consent, message }: Inbound,
): Promise<void> {
  if (consent === undefined) return
  const { claimedAt } = message
  // A provider's clock may be ahead of ours; what is said after this must still count.
  const at = claimedAt !== null && claimedAt < writing.at ? claimedAt : writing.at
  if (await setConsent(writing.tx, held.workspaceId, addressId, { consent, at }))
    addEvent(held, writing.at, { what: consent, addressId })
}
