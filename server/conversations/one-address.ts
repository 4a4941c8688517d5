/** What went through one address went through another, because both are proven to be one; and back. */
import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { folding } from "../customers/customers.ts"
import type { Tx } from "../db/db.ts"
import type { Writing } from "../sync/sync.ts"
import { audienceOf, type Held } from "./hold.ts"

export type OneAddress = { address: folding.Folded; entryIds: Id[] }

/** After their customers were merged. The visitor's other browsers are sent what they have not had. */
export async function makeOne(
  writing: Writing,
  { workspaceId, fromId, toId, held }: { workspaceId: Id; fromId: Id; toId: Id; held: Held | undefined },
): Promise<OneAddress> {
  const { tx } = writing
  const seen = await seenInBoth(tx, workspaceId, [fromId, toId])
  const { rows } = await sql<{ id: Id }>`
    update entries set address_id = ${toId}
     where workspace_id = ${workspaceId} and address_id = ${fromId} and type = 'message' returning id`.execute(
    tx,
  )
  const entryIds = rows.map(({ id }) => id)
  const audience = [`address:${toId}`, ...(held ? audienceOf(held) : [])]
  for (const id of entryIds) writing.changed("entry", id, audience)
  if (held?.now.lastAddressId === fromId) held.now.lastAddressId = toId
  const address = await folding.fold(tx, workspaceId, { fromId, toId, seen, at: afterAll(writing, held) })
  return { address, entryIds }
}

/** A browser that shows what goes with the first does so until it connects again: it was his own. */
export async function makeTwo(
  writing: Writing,
  held: Held,
  { address, entryIds }: OneAddress,
): Promise<void> {
  const { tx } = writing
  const { workspaceId } = held
  await folding.unfold(tx, workspaceId, address, afterAll(writing, held))
  await sql`
    update entries set address_id = ${address.fromId}
     where workspace_id = ${workspaceId} and id = any(${entryIds}::uuid[])`.execute(tx)
}

/** As far as was seen in either, but no further than to the first that was not: rather unread twice than never. */
async function seenInBoth(tx: Tx, workspaceId: Id, addressIds: readonly Id[]): Promise<folding.Seen> {
  const upTo = async (seenAt: "seen_at" | "agent_seen_at") => {
    const isTheirs = seenAt === "seen_at" ? sql`is not null` : sql`is null`
    const { rows } = await sql<{ upTo: Stamp | null }>`
      select least(max(a.${sql.ref(seenAt)}), min(unseen.at) - interval '1 microsecond') as "upTo"
        from addresses a
        left join lateral (
          select e.at from entries e
           where e.workspace_id = ${workspaceId} and e.address_id = a.id and e.type = 'message'
             and e.agent_id ${isTheirs} and e.at > coalesce(a.${sql.ref(seenAt)}, '-infinity')
           order by e.at limit 1) unseen on true
       where a.workspace_id = ${workspaceId} and a.id = any(${[...addressIds]}::uuid[])`.execute(tx)
    return rows[0]?.upTo ?? null
  }
  return { seenAt: await upTo("seen_at"), agentSeenAt: await upTo("agent_seen_at") }
}

/** A clock may have been put back. */
function afterAll({ at }: Writing, held: Held | undefined): Stamp {
  return held !== undefined && held.now.lastAt > at ? held.now.lastAt : at
}
