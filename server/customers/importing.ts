import { sql } from "kysely"
import { isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max"
import { MOST_FIELDS } from "../../protocol/customers.ts"
import type { Id } from "../../protocol/values.ts"
import type { Db, Tx } from "../db/db.ts"
import { keyOfField, readNotes } from "./notes.ts"

/** What a file says of a customer; what it leaves out stays. */
export type Facts = { name: string | null; fields: { name: string; value: string }[] }
type Known = { name: string | null; fields: ReadonlyMap<string, { name: string; value: string }> }

/** Who is meant: by id, and by phone number the one who has it at this source before those who have it at another. */
export async function findKnown(
  db: Db,
  workspaceId: Id,
  o: { ids: readonly Id[]; phones: readonly string[]; sourceId: Id | null },
): Promise<{ ids: Set<Id>; byPhone: Map<string, Id> }> {
  const [{ rows: customers }, { rows: addresses }] = await Promise.all([
    sql<{ id: Id }>`
      select id from customers where workspace_id = ${workspaceId} and id = any(${o.ids}::uuid[])`.execute(
      db,
    ),
    sql<{ value: string; customerId: Id }>`
      select value, customer_id as "customerId" from addresses
       where workspace_id = ${workspaceId} and channel = 'sms' and value = any(${o.phones}::text[])
       order by source_id is not distinct from ${o.sourceId}::uuid, last_used_at, id`.execute(db),
  ])
  return {
    ids: new Set(customers.map(({ id }) => id)),
    // Of several the last one stays.
    byPhone: new Map(addresses.map(({ value, customerId }) => [value, customerId])),
  }
}

export async function readFacts(db: Db, workspaceId: Id, ids: readonly Id[]): Promise<Map<Id, Known>> {
  const [notes, { rows }] = await Promise.all([
    readNotes(db, workspaceId, ids),
    sql<{ id: Id; name: string | null }>`
      select id, name from customers where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(
      db,
    ),
  ])
  return new Map(
    rows.map(({ id, name }) => {
      const fields = notes.get(id)?.fields ?? []
      return [id, { name, fields: new Map(fields.map((field) => [keyOfField(field.name), field])) }]
    }),
  )
}

/** What of the facts is new. A name's letters in a field's heading are none. */
export function newOf(
  facts: Facts,
  known: Known | undefined,
): { name: string | null; fields: Facts["fields"] } {
  return {
    name: facts.name === known?.name ? null : facts.name,
    fields: facts.fields.filter(({ name, value }) => known?.fields.get(keyOfField(name))?.value !== value),
  }
}

export function hasTooMany(facts: Facts, known: Known | undefined): boolean {
  const keys = new Set([...(known?.fields.keys() ?? []), ...facts.fields.map(({ name }) => keyOfField(name))])
  return keys.size > MOST_FIELDS
}

export async function writeFacts(
  tx: Tx,
  workspaceId: Id,
  all: readonly (Facts & { customerId: Id })[],
): Promise<void> {
  const names = all.flatMap(({ customerId, name }) => (name === null ? [] : [{ id: customerId, name }]))
  const fields = new Map(
    all.flatMap(({ customerId, fields: own }) =>
      own.map(({ name, value }) => {
        const key = keyOfField(name)
        return [`${customerId} ${key}`, { customer_id: customerId, key, name, value }] as const
      }),
    ),
  )
  await sql`
    update customers c set name = given.name
      from jsonb_to_recordset(${JSON.stringify(names)}::jsonb) as given (id uuid, name text)
     where c.workspace_id = ${workspaceId} and c.id = given.id`.execute(tx)
  await sql`
    insert into customer_fields as mine (workspace_id, customer_id, key, name, value)
    select ${workspaceId}, customer_id, key, name, value
      from jsonb_to_recordset(${JSON.stringify([...fields.values()])}::jsonb)
           as given (customer_id uuid, key text, name text, value text)
     order by customer_id, key
    on conflict (workspace_id, customer_id, key) do update set value = excluded.value`.execute(tx)
}

/**
 * What somebody wrote down as a number, in E.164; undefined where it cannot be one. Without a country's code it is one
 * of `country` (ISO 3166-1 alpha-2).
 */
export function readNumber(text: string, country: string | null): string | undefined {
  const isCountry = country !== null && isSupportedCountry(country)
  const number = parsePhoneNumberFromString(
    text.replace(/^\s*00/, "+"),
    isCountry ? { defaultCountry: country, extract: false } : { extract: false },
  )
  return number?.isPossible() ? number.number : undefined
}
