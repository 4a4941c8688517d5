/** An address that is another one's from now on, because both are proven to be one way to the same person; and back. */
import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"

/** Up to where each side has seen what the other wrote. */
export type Seen = { seenAt: Stamp | null; agentSeenAt: Stamp | null }
/** All that undoing takes: its row as it was, and which pages it brought along. */
export type Folded = { fromId: Id; toId: Id; row: Record<string, unknown>; visits: Stamp[] }

/** The caller holds both, and has nothing refer to the first any more; `seen` is what holds for both together. */
export async function fold(
  tx: Tx,
  workspaceId: Id,
  { fromId, toId, seen, at }: { fromId: Id; toId: Id; seen: Seen; at: Stamp },
): Promise<Folded> {
  const { rows: visits } = await sql<{ at: Stamp }>`
    insert into visits (workspace_id, address_id, at, path)
    select workspace_id, ${toId}, at, path from visits
     where workspace_id = ${workspaceId} and address_id = ${fromId}
    on conflict do nothing returning at`.execute(tx)
  await sql`delete from visits where workspace_id = ${workspaceId} and address_id = ${fromId}`.execute(tx)
  const { rows } = await sql<{ row: Folded["row"] }>`
    delete from addresses where workspace_id = ${workspaceId} and id = ${fromId}
    returning to_jsonb(addresses) as row`.execute(tx)
  const [gone] = rows
  if (gone === undefined) throw new Error(`There is no address ${fromId}.`)
  // Not where answers were mailed to: nobody has proven whose mailbox that is, and it would get all of the second's.
  await sql`
    with gone as (select * from jsonb_populate_record(null::addresses, ${JSON.stringify(gone.row)}::jsonb))
    update addresses a
       set joined_at = ${at}, seen_at = ${seen.seenAt}, agent_seen_at = ${seen.agentSeenAt},
           last_used_at = greatest(a.last_used_at, gone.last_used_at),
           created_at = least(a.created_at, gone.created_at),
           user_agent = coalesce(gone.user_agent, a.user_agent),
           mailed_up_to = greatest(a.mailed_up_to, gone.mailed_up_to)
      from gone where a.workspace_id = ${workspaceId} and a.id = ${toId}`.execute(tx)
  return { fromId, toId, row: gone.row, visits: visits.map(({ at }) => at) }
}

/** They are two again. Where a browser has its name by now, nobody's opens the first. */
export async function unfold(
  tx: Tx,
  workspaceId: Id,
  { fromId, toId, row, visits }: Folded,
  at: Stamp,
): Promise<void> {
  await sql`
    update addresses set joined_at = ${at} where workspace_id = ${workspaceId} and id = ${toId}`.execute(tx)
  await sql`
    insert into addresses
    select (jsonb_populate_record(back, case when exists (
             select 1 from addresses other
              where other.workspace_id = ${workspaceId} and other.source_id = back.source_id
                and other.value = back.value)
             then jsonb_build_object('value', back.id) else '{}' end)).*
      from jsonb_populate_record(null::addresses, ${JSON.stringify(row)}::jsonb) as back`.execute(tx)
  await sql`
    update visits set address_id = ${fromId}
     where workspace_id = ${workspaceId} and address_id = ${toId} and at = any(${visits}::timestamptz[])`.execute(
    tx,
  )
}
