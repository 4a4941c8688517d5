/** All that is known of customers, for good. The caller holds their addresses and has erased what was written. */
import { sql } from "kysely"
import type { Id } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"

/** `goneIds`: of those who were merged into one of them, of whom a photo may be left. Answers what his addresses were, and where answers to them were mailed. */
export async function erase(
  tx: Tx,
  workspaceId: Id,
  { customerId, goneIds }: { customerId: Id; goneIds: readonly Id[] },
): Promise<{ id: Id; mailTo: string | null }[]> {
  const isHis = sql`workspace_id = ${workspaceId} and customer_id = ${customerId}`
  await sql`
    delete from visits v using addresses a
     where a.workspace_id = ${workspaceId} and a.customer_id = ${customerId}
       and v.workspace_id = a.workspace_id and v.address_id = a.id`.execute(tx)
  await sql`
    delete from visitor_keys k using addresses a
     where a.workspace_id = ${workspaceId} and a.customer_id = ${customerId}
       and k.workspace_id = a.workspace_id and k.source_id = a.source_id and k.value = a.value`.execute(tx)
  const { rows } = await sql<{ id: Id; mailTo: string | null }>`
    delete from addresses where ${isHis} returning id, mail_to as "mailTo"`.execute(tx)
  await sql`delete from customer_fields where ${isHis}`.execute(tx)
  await sql`delete from remarks where ${isHis}`.execute(tx)
  await sql`
    delete from customer_photos
     where workspace_id = ${workspaceId} and customer_id = any(${[customerId, ...goneIds]}::uuid[])`.execute(
    tx,
  )
  await sql`delete from customers where workspace_id = ${workspaceId} and id = ${customerId}`.execute(tx)
  return rows
}
