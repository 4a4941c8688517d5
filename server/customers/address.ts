import { sql } from "kysely"
import type { Channel, Id, Stamp } from "../../protocol/values.ts"
import type { Db, Tx } from "../db/db.ts"

export type AddressRecord = {
  id: Id
  customerId: Id
  sourceId: Id
  channel: Channel
  value: string
  display: string
  optedOutAt: Stamp | null
  /** Up to where the customer has seen what was written to him. */
  seenAt: Stamp | null
  /** Up to where an agent has seen what he wrote. */
  agentSeenAt: Stamp | null
  /** Where answers are mailed to that the customer does not see, and up to where none are. */
  mailTo: string | null
  mailedUpTo: Stamp | null
}

export async function findAddress(
  tx: Db,
  workspaceId: Id,
  which: Id | { sourceId: Id; value: string },
): Promise<AddressRecord | undefined> {
  const matches =
    typeof which === "string"
      ? sql`id = ${which}`
      : sql`source_id = ${which.sourceId} and value = ${which.value}`
  const { rows } = await sql<AddressRecord>`/* prepared */
    select id, customer_id as "customerId", source_id as "sourceId", channel, value, display,
           opted_out_at as "optedOutAt", seen_at as "seenAt", agent_seen_at as "agentSeenAt",
           mail_to as "mailTo", mailed_up_to as "mailedUpTo"
    from addresses where workspace_id = ${workspaceId} and ${matches}`.execute(tx)
  return rows[0]
}

/**
 * Takes what the customer said about being written to at `at`, unless he has said something later. Answers whether it
 * changed anything: saying STOP twice is one event.
 */
export async function setConsent(
  tx: Tx,
  workspaceId: Id,
  addressId: Id,
  { consent, at }: { consent: "opted-out" | "opted-in"; at: Stamp },
): Promise<boolean> {
  const optedOutAt = consent === "opted-out" ? at : null
  const { rows } = await sql<{ isChanged: boolean }>`
    with before as (
      select id, opted_out_at from addresses
       where workspace_id = ${workspaceId} and id = ${addressId}
         for update
    )
    update addresses a
       set consent_at = ${at}, opted_out_at = ${optedOutAt}
      from before
     where a.workspace_id = ${workspaceId} and a.id = before.id and (a.consent_at is null or a.consent_at <= ${at})
    returning (before.opted_out_at is null) <> (a.opted_out_at is null) as "isChanged"`.execute(tx)
  return rows[0]?.isChanged ?? false
}

/** The customer saw everything up to there. Never moves back; answers whether it moved. */
export async function markSeen(tx: Tx, workspaceId: Id, addressId: Id, upTo: Stamp): Promise<boolean> {
  const { rows } = await sql`
    update addresses set seen_at = ${upTo}
    where workspace_id = ${workspaceId} and id = ${addressId} and (seen_at is null or seen_at < ${upTo})
    returning id`.execute(tx)
  return rows.length > 0
}

/** An agent saw everything from these addresses up to there. Never moves back; answers which of them moved. */
export async function markSeenByAgent(
  tx: Tx,
  workspaceId: Id,
  addressIds: readonly Id[],
  upTo: Stamp,
): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    update addresses set agent_seen_at = ${upTo}
    where workspace_id = ${workspaceId} and id = any(${addressIds}::uuid[])
      and (agent_seen_at is null or agent_seen_at < ${upTo})
    returning id`.execute(tx)
  return rows.map(({ id }) => id)
}
