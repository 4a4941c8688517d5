/** How far answers have come: to a customer's browser (`delivered`), or before his eyes (`read`). */
import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { markSeen } from "../customers/customers.ts"
import { prepared } from "../db/db.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import { audienceOf, hold, type Held } from "./hold.ts"

type Saw = { workspaceId: Id; addressId: Id; upTo: Stamp }
type Waiting = { latest: Map<Id, Saw>; written: Promise<void> }

/** What browsers say they got within this time, in milliseconds, is one change of the workspace and not hundreds. */
const GATHER_FOR = 100
/** Conversations of one transaction: each is locked until its end. */
const MOST_AT_ONCE = 100
const gathered = new WeakMap<Sync, Map<Id, Waiting>>()

/** The customer has read what was written to this address up to there. */
export async function customerRead(sync: Sync, saw: Saw): Promise<void> {
  const { workspaceId, addressId } = saw
  await write(sync, { workspaceId }, async (writing) => {
    const [held] = await mark(writing, workspaceId, { all: [saw], state: "read" })
    if (held === undefined) return {}
    await markSeen(
      writing.tx,
      workspaceId,
      addressId,
      saw.upTo < held.now.lastAt ? saw.upTo : held.now.lastAt,
    )
    return {}
  })
}

/** What was written to this address has reached a screen of the customer's up to there; resolves when it is written. */
export async function customerGot(sync: Sync, saw: Saw): Promise<void> {
  const { workspaceId, addressId } = saw
  const all = gathered.get(sync) ?? new Map<Id, Waiting>()
  gathered.set(sync, all)
  const waiting = all.get(workspaceId) ?? begin(sync, workspaceId, all)
  const earlier = waiting.latest.get(addressId)
  if (earlier === undefined || earlier.upTo < saw.upTo) waiting.latest.set(addressId, saw)
  return waiting.written
}

function begin(sync: Sync, workspaceId: Id, all: Map<Id, Waiting>): Waiting {
  const latest = new Map<Id, Saw>()
  const time = Promise.withResolvers<void>()
  setTimeout(time.resolve, GATHER_FOR).unref()
  const written = time.promise.then(async () => {
    all.delete(workspaceId)
    const those = [...latest.values()]
    for (let from = 0; from < those.length; from += MOST_AT_ONCE) {
      const some = those.slice(from, from + MOST_AT_ONCE)
      await write(sync, { workspaceId }, async (writing) => {
        await mark(writing, workspaceId, { all: some, state: "delivered" })
        return {}
      })
    }
  })
  const waiting = { latest, written }
  all.set(workspaceId, waiting)
  return waiting
}

/**
 * Moves states forward, never back. A stamp from the future counts as the latest entry's, so nothing unwritten is ever
 * seen. Locks in everybody's order, the addresses and then the conversations; under theirs, so that whoever gains sight
 * of one meanwhile is told, too.
 */
async function mark(
  writing: Writing,
  workspaceId: Id,
  { all, state }: { all: readonly Saw[]; state: "delivered" | "read" },
): Promise<Held[]> {
  const { tx } = writing
  const earlier = state === "read" ? ["sent", "delivered"] : ["sent"]
  const those = all.map(({ addressId, upTo }) => ({ address_id: addressId, up_to: upTo }))
  const addressIds = all.map(({ addressId }) => addressId)
  const [, held, { rows }] = await Promise.all([
    sql`/* prepared */
      select id from addresses
       where workspace_id = ${workspaceId} and id = ${prepared.anyOf(addressIds)}
       order by source_id, value collate "C"
         for update`.execute(tx),
    hold(writing, workspaceId, { addressIds }),
    // What he has seen before needs no second look.
    sql<{ id: Id; customerId: Id; addressId: Id }>`/* prepared */
      update entries e set delivery = ${state}
        from ${prepared.rowsOf(those, sql`address_id uuid, up_to timestamptz`)} saw
        join addresses address on address.workspace_id = ${workspaceId} and address.id = saw.address_id
        join conversations c on c.workspace_id = ${workspaceId} and c.customer_id = address.customer_id
       where e.workspace_id = ${workspaceId} and e.address_id = saw.address_id and e.type = 'message'
         and e.agent_id is not null and e.at <= least(saw.up_to, c.last_at)
         and e.at > coalesce(address.seen_at, '-infinity') and e.delivery = any(${earlier}::text[])
      returning e.id, address.customer_id as "customerId", saw.address_id as "addressId"`.execute(tx),
  ])
  for (const { id, customerId, addressId } of rows) {
    const conversation = held.find(({ now }) => now.customerId === customerId)
    const audience = conversation === undefined ? [] : audienceOf(conversation)
    // His own other windows count anew.
    writing.changed("entry", id, state === "read" ? [...audience, `address:${addressId}`] : audience)
  }
  return held
}
