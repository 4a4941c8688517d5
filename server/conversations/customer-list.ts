import { sql } from "kysely"
import type { z } from "zod"
import type { customersAnswer, customersQuery } from "../../protocol/customers.ts"
import { refuse } from "../../protocol/refusals.ts"
import { stamp, type Id } from "../../protocol/values.ts"
import { finding } from "../customers/customers.ts"
import { snapshot, type Tx } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { isSeenBy } from "./visible.ts"

type Query = z.output<typeof customersQuery>
type Answer = z.input<typeof customersAnswer>
type Place = { id: Id; key: string }

/**
 * A page of the customers whose conversations the agent may see. By name an index is followed. When somebody was last
 * seen is in none, because it changes with every message: all that may be shown are looked at, 100,000 in about a
 * tenth of a second.
 */
export async function listCustomers(sync: Sync, agent: Agent, query: Query): Promise<Answer> {
  return snapshot(sync.db, async (tx) => {
    const found = await findPage(tx, agent, query)
    const places = found.slice(0, query.limit)
    const customers = await readCustomers(tx, agent.workspaceId, places)
    const last = places.at(-1)
    return { customers, next: found.length > query.limit && last ? { key: last.key, id: last.id } : null }
  })
}

async function findPage(tx: Tx, agent: Agent, query: Query): Promise<Place[]> {
  const { workspaceId } = agent
  const { sort, find, channels, isOpen, isBlocked, afterKey, afterId, limit } = query
  const isByName = sort === "name"
  if (!isByName && afterKey !== undefined && !stamp.safeParse(afterKey).success) throw refuse("invalid-input")
  const conditions = [sql`c.workspace_id = ${workspaceId}`]
  if (!agent.keys.has("admins")) conditions.push(isSeenBy(agent))
  if (isOpen !== undefined) conditions.push(isOpen ? sql`c.closed_at is null` : sql`c.closed_at is not null`)
  if (isBlocked !== undefined)
    conditions.push(isBlocked ? sql`c.blocked_at is not null` : sql`c.blocked_at is null`)
  if (channels !== undefined)
    conditions.push(sql`exists (
      select 1 from addresses a where a.workspace_id = c.workspace_id and a.customer_id = c.customer_id
                                  and a.channel = any(${channels}::text[]))`)
  const isFound = find === undefined ? undefined : finding.foundBy(workspaceId, find)
  if (isFound !== undefined) conditions.push(isFound)
  const seenAt = sql`coalesce(c.seen_at, c.updated_at)`
  if (afterKey !== undefined && afterId !== undefined)
    conditions.push(
      isByName
        ? sql`(${finding.nameKey}, customer.id) > (${afterKey}, (
            select customer_id from conversations where workspace_id = ${workspaceId} and id = ${afterId}))`
        : sql`(${seenAt}, c.id) < (${afterKey}::timestamptz, ${afterId}::uuid)`,
    )
  const customer =
    isByName || isFound !== undefined
      ? sql`join customers customer on customer.workspace_id = c.workspace_id and customer.id = c.customer_id`
      : sql``
  const { rows } = await sql<Place>`
    select c.id, ${isByName ? finding.nameKey : seenAt} as key from conversations c ${customer}
     where ${sql.join(conditions, sql` and `)}
     order by ${isByName ? sql`${finding.nameKey}, customer.id` : sql`${seenAt} desc, c.id desc`}
     limit ${limit + 1}`.execute(tx)
  return rows
}

/** In the order of the places. */
async function readCustomers(
  tx: Tx,
  workspaceId: Id,
  places: readonly Place[],
): Promise<Answer["customers"]> {
  const ids = places.map(({ id }) => id)
  const { rows } = await sql<Answer["customers"][number]>`
    select c.id as "conversationId", customer.id, customer.name, customer.city, customer.country, customer.language,
           customer.photo_id as "photoId",
           c.closed_at is null as "isOpen", c.blocked_at is not null as "isBlocked",
           coalesce(c.seen_at, c.updated_at) as "seenAt",
           (select coalesce(jsonb_agg(jsonb_build_object('channel', a.channel, 'display', a.display)
                                      order by a.last_used_at desc, a.id), '[]')
              from addresses a where a.workspace_id = c.workspace_id and a.customer_id = c.customer_id) as addresses
      from conversations c
      join customers customer on customer.workspace_id = c.workspace_id and customer.id = c.customer_id
     where c.workspace_id = ${workspaceId} and c.id = any(${ids}::uuid[])
     order by array_position(${ids}::uuid[], c.id)`.execute(tx)
  return rows
}
