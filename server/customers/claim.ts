import { sql } from "kysely"
import type { Channel, Id, Stamp } from "../../protocol/values.ts"
import { newId, prepared, type Tx } from "../db/db.ts"

/** What is known about a customer from where he writes; it fills what is missing and overwrites nothing. */
export type Profile = {
  name?: string | null
  city?: string | null
  country?: string | null
  language?: string | null
}

type Claimed = { addressId: Id; customerId: Id; isNew: boolean }
type Claim = { sourceId: Id; channel: Channel; value: string; display: string; profile: Profile }
type Moment = { workspaceId: Id; at: Stamp }

/**
 * The addresses and their customers, in the order given, made now where nobody ever wrote from there. Safe against
 * itself: the second of two claims waits for the first one's transaction and gets the same customer. Of each address
 * one claim.
 */
export async function claimAddresses(tx: Tx, moment: Moment, claims: readonly Claim[]): Promise<Claimed[]> {
  const claimed = await claimKnown(tx, moment, claims)
  // One after the other in everybody's order, because each stays locked until the end.
  for (const claim of claims.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)))
    if (!claimed.has(keyOf(claim))) claimed.set(keyOf(claim), await claimOne(tx, moment, claim))
  return claims.flatMap((claim) => claimed.get(keyOf(claim)) ?? [])
}

function keyOf({ sourceId, value }: Pick<Claim, "sourceId" | "value">): string {
  return `${sourceId} ${value}`
}

const profileColumns = sql`source_id uuid, value text, name text, city text, country text, language text`

/** Those who have written before, in one statement however many they are. */
async function claimKnown(
  tx: Tx,
  { workspaceId, at }: Moment,
  claims: readonly Claim[],
): Promise<Map<string, Claimed>> {
  const given = claims.map(({ sourceId, value, profile }) => ({ source_id: sourceId, value, ...profile }))
  const { rows } = await sql<{ addressId: Id; customerId: Id; sourceId: Id; value: string }>`/* prepared */
    with given as materialized (
      select * from ${prepared.rowsOf(given, profileColumns)} given
    ), held as (
      select a.id, a.customer_id, given.*
        from given join addresses a on a.workspace_id = ${workspaceId} and a.source_id = given.source_id
             and a.value = given.value
       order by a.source_id, a.value collate "C"
         for update of a
    ), used as (
      update addresses a set last_used_at = greatest(a.last_used_at, ${at}::timestamptz)
        from held where a.workspace_id = ${workspaceId} and a.id = held.id
    ), filled as (
      update customers c
         set name = coalesce(c.name, held.name),
             city = case when c.country is null then coalesce(c.city, held.city) else c.city end,
             country = coalesce(c.country, held.country),
             language = coalesce(c.language, held.language)
        from held
       where c.workspace_id = ${workspaceId} and c.id = held.customer_id
         and (c.name is null and held.name is not null or c.country is null and held.country is not null
              or c.language is null and held.language is not null)
    )
    select id as "addressId", customer_id as "customerId", source_id as "sourceId", value from held`.execute(
    tx,
  )
  return new Map(
    rows.map(({ addressId, customerId, ...address }) => [
      keyOf(address),
      { addressId, customerId, isNew: false },
    ]),
  )
}

/** One that nobody wrote from a moment ago; somebody else may be making it right now. */
async function claimOne(tx: Tx, moment: Moment, claim: Claim): Promise<Claimed> {
  const o = { ...moment, ...claim }
  const { name = null, city = null, country = null, language = null } = o.profile
  const newCustomerId = newId()
  // The foreign key to the customer is checked at the end of the statement, when he is there: so the
  // unique address decides first, and a customer is made only for one that is new.
  const { rows } = await sql<Claimed>`/* prepared */
    with address as (
      insert into addresses (workspace_id, id, customer_id, source_id, channel, value, display, last_used_at, created_at)
      values (${o.workspaceId}, ${newId()}, ${newCustomerId}, ${o.sourceId}, ${o.channel}, ${o.value}, ${o.display}, ${o.at}, ${o.at})
      on conflict (workspace_id, source_id, value) do update
        set last_used_at = greatest(addresses.last_used_at, excluded.last_used_at)
      returning id, customer_id, customer_id = ${newCustomerId}::uuid as is_new
    ), made as (
      insert into customers (workspace_id, id, name, city, country, language, created_at)
      select ${o.workspaceId}, customer_id, ${name}, ${city}, ${country}, ${language}, ${o.at}
      from address where is_new
    ), filled as (
      update customers
      set name = coalesce(customers.name, ${name}),
          city = case when customers.country is null then coalesce(customers.city, ${city}) else customers.city end,
          country = coalesce(customers.country, ${country}),
          language = coalesce(customers.language, ${language})
      from address
      where not address.is_new and customers.workspace_id = ${o.workspaceId} and customers.id = address.customer_id
        and (customers.name is null and ${name}::text is not null
          or customers.country is null and ${country}::text is not null
          or customers.language is null and ${language}::text is not null)
    )
    select id as "addressId", customer_id as "customerId", is_new as "isNew" from address`.execute(tx)
  const [claimed] = rows
  if (claimed === undefined) throw new Error("An upsert of an address answered with no row.")
  return claimed
}
