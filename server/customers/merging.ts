/**
 * Two customers become one, and two again. The caller holds their addresses and conversations.
 *
 * What was noted since is the one's who goes on: a name or a field goes back to what it was only if nobody has changed
 * it since they were merged.
 */
import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import { keyOfField } from "./notes.ts"

type Facts = {
  name: string | null
  city: string | null
  country: string | null
  language: string | null
  timeZone: string | null
  /** What was kept before there were photos has none. */
  photoId?: Id | null
  createdAt: Stamp
}
type Field = { name: string; value: string }
export type Known = { facts: Facts; fields: readonly Field[] }
type Two = { intoId: Id; otherId: Id }
/** As they were, and what became of them. */
export type Kept = Two & { into: Known; other: Known; made: Known; addressIds: Id[]; remarkIds: Id[] }

/** What is known of both stays, and of the one who goes on where they differ. */
export function unite(into: Known, other: Known): Known {
  const [mine, his] = [into.facts, other.facts]
  const keys = new Set(into.fields.map(({ name }) => keyOfField(name)))
  return {
    facts: {
      name: mine.name ?? his.name,
      // A city belongs to its country.
      city: mine.country === null ? (mine.city ?? his.city) : mine.city,
      country: mine.country ?? his.country,
      language: mine.language ?? his.language,
      timeZone: mine.timeZone ?? his.timeZone,
      photoId: mine.photoId ?? his.photoId ?? null,
      createdAt: mine.createdAt < his.createdAt ? mine.createdAt : his.createdAt,
    },
    fields: [...into.fields, ...other.fields.filter(({ name }) => !keys.has(keyOfField(name)))],
  }
}

/** The other's fields that do not become the one's, because he has another value there. */
export function differing(into: Known, other: Known): Field[] {
  const mine = new Map(into.fields.map(({ name, value }) => [keyOfField(name), value]))
  return other.fields.filter(({ name, value }) => (mine.get(keyOfField(name)) ?? value) !== value)
}

export async function readKnown(tx: Tx, workspaceId: Id, customerId: Id): Promise<Known> {
  const { rows } = await sql<Facts>`
    select name, city, country, language, time_zone as "timeZone", photo_id as "photoId", created_at as "createdAt"
      from customers where workspace_id = ${workspaceId} and id = ${customerId}`.execute(tx)
  const [facts] = rows
  if (facts === undefined) throw new Error("A conversation has no customer.")
  const { rows: fields } = await sql<Field>`
    select name, value from customer_fields
     where workspace_id = ${workspaceId} and customer_id = ${customerId} order by key`.execute(tx)
  return { facts, fields }
}

export async function getCustomerId(tx: Tx, workspaceId: Id, addressId: Id): Promise<Id> {
  const { rows } = await sql<{ customerId: Id }>`
    select customer_id as "customerId" from addresses
     where workspace_id = ${workspaceId} and id = ${addressId}`.execute(tx)
  const [address] = rows
  if (address === undefined) throw new Error(`There is no address ${addressId}.`)
  return address.customerId
}

/** Holds the addresses of these customers, in everybody's order, until the transaction ends. */
export async function holdAddresses(tx: Tx, workspaceId: Id, customerIds: readonly Id[]): Promise<void> {
  await sql`
    select id from addresses where workspace_id = ${workspaceId} and customer_id = any(${customerIds}::uuid[])
     order by source_id, value collate "C" for update`.execute(tx)
}

/** The other is gone afterwards. */
export async function merge(tx: Tx, workspaceId: Id, { intoId, otherId }: Two): Promise<Kept> {
  const [into, other] = [await readKnown(tx, workspaceId, intoId), await readKnown(tx, workspaceId, otherId)]
  const made = unite(into, other)
  const { rows: addresses } = await sql<{ id: Id }>`
    update addresses set customer_id = ${intoId}
     where workspace_id = ${workspaceId} and customer_id = ${otherId} returning id`.execute(tx)
  const { rows: remarks } = await sql<{ id: Id }>`
    update remarks set customer_id = ${intoId}
     where workspace_id = ${workspaceId} and customer_id = ${otherId} returning id`.execute(tx)
  await writeFacts(tx, workspaceId, intoId, made.facts)
  await replaceFields(tx, workspaceId, intoId, made.fields)
  await replaceFields(tx, workspaceId, otherId, [])
  await sql`delete from customers where workspace_id = ${workspaceId} and id = ${otherId}`.execute(tx)
  const idsOf = (rows: readonly { id: Id }[]) => rows.map(({ id }) => id)
  return { intoId, otherId, into, other, made, addressIds: idsOf(addresses), remarkIds: idsOf(remarks) }
}

/** Makes them two again, each with his own. */
export async function part(tx: Tx, workspaceId: Id, kept: Kept): Promise<void> {
  const { intoId, otherId, into, other, made } = kept
  const now = await readKnown(tx, workspaceId, intoId)
  await sql`
    insert into customers (workspace_id, id, created_at)
    values (${workspaceId}, ${otherId}, ${other.facts.createdAt})`.execute(tx)
  await writeFacts(tx, workspaceId, otherId, other.facts)
  await replaceFields(tx, workspaceId, otherId, other.fields)
  await sql`
    update addresses set customer_id = ${otherId}
     where workspace_id = ${workspaceId} and id = any(${kept.addressIds}::uuid[])`.execute(tx)
  await sql`
    update remarks set customer_id = ${otherId}
     where workspace_id = ${workspaceId} and id = any(${kept.remarkIds}::uuid[])`.execute(tx)
  const one = <K extends keyof Facts>(key: K): Facts[K] =>
    now.facts[key] === made.facts[key] ? into.facts[key] : now.facts[key]
  await writeFacts(tx, workspaceId, intoId, {
    name: one("name"),
    city: one("city"),
    country: one("country"),
    language: one("language"),
    timeZone: one("timeZone"),
    photoId: one("photoId"),
    createdAt: into.facts.createdAt,
  })
  const [then, before] = [byKey(made), byKey(into)]
  const today = byKey(now)
  const keys = new Set([...today.keys(), ...before.keys()])
  const fields = [...keys].flatMap((key) => {
    const isAsMade = JSON.stringify(today.get(key)) === JSON.stringify(then.get(key))
    return (isAsMade ? before : today).get(key) ?? []
  })
  await replaceFields(tx, workspaceId, intoId, fields)
}

/**
 * What was seen from a moment on was seen in both; of each it reaches to the last entry of its own, which `lastUntil`
 * knows.
 */
export async function boundSeen(
  tx: Tx,
  workspaceId: Id,
  o: { customerId: Id; from: Stamp; lastUntil: (at: Stamp) => Promise<Stamp> },
): Promise<void> {
  const { rows } = await sql<{ id: Id; seenAt: Stamp | null; agentSeenAt: Stamp | null }>`
    select id, seen_at as "seenAt", agent_seen_at as "agentSeenAt" from addresses
     where workspace_id = ${workspaceId} and customer_id = ${o.customerId}
       and (seen_at >= ${o.from} or agent_seen_at >= ${o.from})`.execute(tx)
  const bounded = async (at: Stamp | null) => (at !== null && at >= o.from ? o.lastUntil(at) : at)
  for (const { id, seenAt, agentSeenAt } of rows)
    await sql`
      update addresses set seen_at = ${await bounded(seenAt)}, agent_seen_at = ${await bounded(agentSeenAt)}
       where workspace_id = ${workspaceId} and id = ${id}`.execute(tx)
}

function byKey({ fields }: Known): Map<string, Field> {
  return new Map(fields.map(({ name, value }) => [keyOfField(name), { name, value }]))
}

async function writeFacts(tx: Tx, workspaceId: Id, id: Id, facts: Facts): Promise<void> {
  const { name, city, country, language, timeZone, photoId = null, createdAt } = facts
  await sql`
    update customers
       set name = ${name}, city = ${city}, country = ${country}, language = ${language}, time_zone = ${timeZone},
           photo_id = ${photoId}, created_at = ${createdAt}
     where workspace_id = ${workspaceId} and id = ${id}`.execute(tx)
}

async function replaceFields(
  tx: Tx,
  workspaceId: Id,
  customerId: Id,
  fields: readonly Field[],
): Promise<void> {
  const rows = fields.map(({ name, value }) => ({ key: keyOfField(name), name, value }))
  await sql`
    delete from customer_fields where workspace_id = ${workspaceId} and customer_id = ${customerId}`.execute(
    tx,
  )
  await sql`
    insert into customer_fields (workspace_id, customer_id, key, name, value)
    select ${workspaceId}, ${customerId}, key, name, value
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as field (key text, name text, value text)`.execute(
    tx,
  )
}
