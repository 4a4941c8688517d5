import { sql, type RawBuilder } from "kysely"
import type { Asked, FoundCustomer } from "../../protocol/search.ts"
import { visible } from "../conversations/conversations.ts"
import { finding } from "../customers/customers.ts"
import type { Tx } from "../db/db.ts"
import type { Wanted } from "./wanted.ts"

const MOST = 5
/** Of a name that more have, these many are looked at. */
const MOST_LOOKED_AT = 2_000

/** Customers called so or reached so, the latest heard of first; misspelled ones only where few are called so. */
export async function findCustomers(tx: Tx, wanted: Wanted, asked: Asked): Promise<FoundCustomer[]> {
  const { workspaceId } = wanted.agent
  const named = finding.foundBy(workspaceId, asked.text)
  const isNarrowed = wanted.terms.length > asked.words.length || wanted.labels.length > 0
  if (asked.words.length === 0 || named === undefined || isNarrowed) return []
  const found = await find(tx, wanted, named)
  const slipped = found.length < MOST ? finding.nearlyFoundBy(workspaceId, asked.text) : undefined
  if (slipped === undefined) return found
  const known = new Set(found.map(({ conversationId }) => conversationId))
  const others = await find(tx, wanted, slipped)
  return [...found, ...others.filter(({ conversationId }) => !known.has(conversationId))].slice(0, MOST)
}

async function find(
  tx: Tx,
  { agent, seesAll }: Wanted,
  isCalled: RawBuilder<unknown>,
): Promise<FoundCustomer[]> {
  const { workspaceId } = agent
  const { rows } = await sql<FoundCustomer>`
    with called as materialized (
      select customer.id as customer_id from customers customer
       where customer.workspace_id = ${workspaceId} and ${isCalled} limit ${MOST_LOOKED_AT}
    ), found as materialized (
      select c.id, c.customer_id, c.last_address_id, c.updated_at from called
        join conversations c on c.workspace_id = ${workspaceId} and c.customer_id = called.customer_id
       where ${seesAll ? sql`true` : visible.isSeenBy(agent)}
       order by c.updated_at desc limit ${MOST}
    )
    select jsonb_build_object('id', customer.id, 'name', customer.name, 'city', customer.city,
                              'country', customer.country, 'photoId', customer.photo_id) as customer,
           found.id as "conversationId", found.updated_at as "updatedAt",
           coalesce(latest.channel, 'web-chat') as channel,
           array(select a.display from addresses a where a.workspace_id = ${workspaceId}
                    and a.customer_id = found.customer_id and a.display <> '' order by a.last_used_at desc) as addresses
      from found
      join customers customer on customer.workspace_id = ${workspaceId} and customer.id = found.customer_id
      left join addresses latest on latest.workspace_id = ${workspaceId} and latest.id = found.last_address_id
     order by found.updated_at desc`.execute(tx)
  return rows
}
