/** When customers were last there, and where: gathered in memory, because thousands come back at the same moment. */
import { sql } from "kysely"
import type { Id } from "../../protocol/values.ts"
import { sightings } from "../customers/customers.ts"
import { stamp, transaction } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"

type Sighting = sightings.Sighting

/** Milliseconds. What was seen within the last of them is lost with the process: it is nothing that anybody wrote. */
const GATHER_FOR = 500
/** Sightings of one transaction: each locks an address and a conversation until its end. */
const MOST_AT_ONCE = 200
const gathered = new WeakMap<Sync, Map<Id, Sighting[]>>()

/** A visitor shows himself, on a page he may have been on before. Nobody is told: panels ask when they are opened. */
export function sighted(
  sync: Sync,
  { workspaceId, ...sighting }: Omit<Sighting, "at"> & { workspaceId: Id },
): void {
  const all = gathered.get(sync) ?? new Map<Id, Sighting[]>()
  gathered.set(sync, all)
  const waiting = all.get(workspaceId) ?? []
  const at = stamp(sync.clock.now())
  const { addressId } = sighting
  // At one moment he is on one page, whatever the clock's steps.
  const same = waiting.findIndex((one) => one.addressId === addressId && one.at === at)
  waiting.splice(same === -1 ? waiting.length : same, 1, { ...sighting, at })
  if (all.has(workspaceId)) return
  all.set(workspaceId, waiting)
  setTimeout(() => {
    all.delete(workspaceId)
    keepAll(sync, workspaceId, waiting).catch((error: unknown) =>
      sync.log.warn({ err: error, workspaceId }, "where visitors were is not known"),
    )
  }, GATHER_FOR).unref()
}

async function keepAll(sync: Sync, workspaceId: Id, waiting: readonly Sighting[]): Promise<void> {
  for (let from = 0; from < waiting.length; from += MOST_AT_ONCE)
    await transaction(sync.db, async (tx) => {
      const some = waiting.slice(from, from + MOST_AT_ONCE)
      const customerIds = await sightings.keepSightings(tx, workspaceId, some)
      await sql`
        update conversations c set seen_at = greatest(c.seen_at, ${some.at(-1)?.at}::timestamptz)
          from (select id from conversations
                 where workspace_id = ${workspaceId} and customer_id = any(${customerIds}::uuid[])
                 order by id for update) seen
         where c.workspace_id = ${workspaceId} and c.id = seen.id`.execute(tx)
    })
}
