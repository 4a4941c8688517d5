export { deviceOf } from "./device.ts"
import { sql } from "kysely"
import type { CustomerHistory } from "../../protocol/customers.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Db, Tx } from "../db/db.ts"
import { deviceOf } from "./device.ts"

/** A customer's browser was there, on a page and with a clock of its own. */
export type Sighting = {
  addressId: Id
  at: Stamp
  /** The page's path without query and fragment, which may hold secrets; null where it said none. */
  path: string | null
  userAgent: string | null
  /** IANA. */
  timeZone: string | null
}

/** Pages kept of one address. */
const MOST_VISITS = 100
/** The same page is another visit after half an hour. */
const ONE_VISIT = "30 minutes"

/**
 * Keeps what was seen, the oldest first, at most one sighting of a page and an address; answers whose addresses they
 * are. A page that is still the last one is no new visit, so that thousands who come back at once write nothing.
 */
export async function keepSightings(tx: Tx, workspaceId: Id, all: readonly Sighting[]): Promise<Id[]> {
  const latest = new Map<Id, Sighting>()
  // Only the first word of a connection tells the time zone.
  for (const sighting of all) {
    const timeZone = sighting.timeZone ?? latest.get(sighting.addressId)?.timeZone ?? null
    latest.set(sighting.addressId, { ...sighting, timeZone })
  }
  const seen = [...latest.values()].map(({ addressId, userAgent, timeZone }) => ({
    address_id: addressId,
    user_agent: userAgent,
    time_zone: timeZone,
  }))
  const visits = all.map(({ addressId, at, path }) => ({ address_id: addressId, at, path }))
  // Locks in everybody's order: addresses, then customers.
  const { rows } = await sql<{ customerId: Id }>`
    with seen as materialized (
      select a.id, a.customer_id, seen.user_agent, seen.time_zone
        from jsonb_to_recordset(${JSON.stringify(seen)}::jsonb)
             as seen (address_id uuid, user_agent text, time_zone text)
        join addresses a on a.workspace_id = ${workspaceId} and a.id = seen.address_id
       order by a.source_id, a.value collate "C"
         for update of a
    ), device as (
      update addresses a set user_agent = seen.user_agent from seen
       where a.workspace_id = ${workspaceId} and a.id = seen.id and a.user_agent is distinct from seen.user_agent
         and seen.user_agent is not null
    ), zone as (
      update customers c set time_zone = seen.time_zone
        from (select distinct on (customer_id) customer_id, time_zone from seen where time_zone is not null
               order by customer_id) seen
       where c.workspace_id = ${workspaceId} and c.id = seen.customer_id
         and c.time_zone is distinct from seen.time_zone
    ), visited as (
      select visit.address_id, visit.at, visit.path,
             lag(visit.path) over of_address as before_path, lag(visit.at) over of_address as before_at
        from jsonb_to_recordset(${JSON.stringify(visits)}::jsonb)
             as visit (address_id uuid, at timestamptz, path text)
        join seen on seen.id = visit.address_id
       where visit.path is not null
      window of_address as (partition by visit.address_id order by visit.at)
    ), kept as (
      insert into visits (workspace_id, address_id, at, path)
      select ${workspaceId}, visited.address_id, visited.at, visited.path from visited
        left join lateral (select v.path, v.at from visits v
                            where v.workspace_id = ${workspaceId} and v.address_id = visited.address_id
                            order by v.at desc limit 1) last on visited.before_at is null
       where coalesce(visited.before_path, last.path) is distinct from visited.path
          or visited.at > coalesce(visited.before_at, last.at) + ${ONE_VISIT}::interval
      on conflict do nothing
    )
    select distinct customer_id as "customerId" from seen`.execute(tx)
  // A statement of its own, which sees what was just kept.
  await sql`
    delete from visits v
     using unnest(${[...latest.keys()]}::uuid[]) as seen (address_id)
     where v.workspace_id = ${workspaceId} and v.address_id = seen.address_id
       and v.at <= (select older.at from visits older
                     where older.workspace_id = ${workspaceId} and older.address_id = seen.address_id
                     order by older.at desc offset ${MOST_VISITS} limit 1)`.execute(tx)
  return rows.map(({ customerId }) => customerId)
}

/** Where the customer's browsers were, over all his addresses, and what they are. */
export async function readSightings(
  db: Db,
  workspaceId: Id,
  customerId: Id,
): Promise<Omit<CustomerHistory, "stretches">> {
  const [{ rows: addresses }, { rows: visits }] = await Promise.all([
    sql<{ id: Id; userAgent: string | null; timeZone: string | null }>`
      select a.id, a.user_agent as "userAgent", c.time_zone as "timeZone" from customers c
        join addresses a on a.workspace_id = c.workspace_id and a.customer_id = c.id
       where c.workspace_id = ${workspaceId} and c.id = ${customerId}`.execute(db),
    sql<CustomerHistory["visits"][number]>`
      select v.address_id as "addressId", v.path, v.at from addresses a
        join visits v on v.workspace_id = a.workspace_id and v.address_id = a.id
       where a.workspace_id = ${workspaceId} and a.customer_id = ${customerId}
       order by v.at desc limit ${MOST_VISITS}`.execute(db),
  ])
  return {
    timeZone: addresses[0]?.timeZone ?? null,
    devices: addresses.flatMap(({ id, userAgent }) => {
      const device = userAgent === null ? undefined : deviceOf(userAgent)
      return device === undefined ? [] : [{ addressId: id, ...device }]
    }),
    visits,
  }
}
