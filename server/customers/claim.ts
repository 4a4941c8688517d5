import { sql } from "kysely"
import type { Channel, Id, Stamp } from "../../protocol/values.ts"
import { newId, type Tx } from "../db/db.ts"

/** What is known about a customer from where he writes; it fills what is missing and overwrites nothing. */
export type Profile = {
  name?: string | null
  city?: string | null
  country?: string | null
  language?: string | null
}

type Claimed = { addressId: Id; customerId: Id; isNew: boolean }

/**
 * The address and its customer, made now if nobody ever wrote from there. Safe against itself: the second of
 * two claims waits for the first one's transaction and gets the same customer.
 */
export async function claimAddress(
  tx: Tx,
  o: {
    workspaceId: Id
    sourceId: Id
    channel: Channel
    value: string
    display: string
    profile: Profile
    at: Stamp
  },
): Promise<Claimed> {
  const { name = null, city = null, country = null, language = null } = o.profile
  const newCustomerId = newId()
  // The foreign key to the customer is checked at the end of the statement, when he is there: so the
  // unique address decides first, and a customer is made only for one that is new.
  const { rows } = await sql<Claimed>`
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
