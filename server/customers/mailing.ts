/** Where answers to a website's visitor are mailed to; the caller holds back what is nobody's wish. */
import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import { findAddress, type AddressRecord } from "./address.ts"

/** What was answered before `at` is not mailed. */
export async function setMailTo(
  tx: Tx,
  workspaceId: Id,
  { addressId, email, at }: { addressId: Id; email: string | null; at: Stamp },
): Promise<void> {
  await sql`
    update addresses
       set mail_to = ${email}, mailed_up_to = greatest(mailed_up_to, ${email === null ? null : at}::timestamptz)
     where workspace_id = ${workspaceId} and id = ${addressId}`.execute(tx)
}

/** Locked until the end of the transaction. */
export async function holdAddress(
  tx: Tx,
  workspaceId: Id,
  addressId: Id,
): Promise<AddressRecord | undefined> {
  await sql`
    select id from addresses where workspace_id = ${workspaceId} and id = ${addressId} for update`.execute(tx)
  return findAddress(tx, workspaceId, addressId)
}

export async function markMailed(tx: Tx, workspaceId: Id, addressId: Id, upTo: Stamp): Promise<void> {
  await sql`
    update addresses set mailed_up_to = ${upTo}
     where workspace_id = ${workspaceId} and id = ${addressId}`.execute(tx)
}

/** Nobody of the workspace mails there any more. */
export async function stopMailing(tx: Tx, workspaceId: Id, email: string): Promise<void> {
  await sql`
    update addresses set mail_to = null where workspace_id = ${workspaceId} and lower(mail_to) = lower(${email})`.execute(
    tx,
  )
}
