/** What is to be told to webhooks and what became of it. */
import { sql } from "kysely"
import type { Id } from "../../protocol/values.ts"
import { stamp, type Db } from "../db/db.ts"
import type { Sync, Writing } from "../sync/sync.ts"

export type Told = { id: Id; event: string; about: string; data: object }

/** More than what is shown is kept for this long, so that nothing is told twice; milliseconds. */
const KEPT = 24 * 60 * 60_000
const SHOWN_FOR = 30 * KEPT
const SHOWN = 100

export const TEST = "test"

/**
 * The job that tells it; one that waits for its next try is told at once instead. A test waits for nothing that happened:
 * whoever looks why things fail wants to know how it goes now.
 */
export async function tell(
  { enqueue }: Writing,
  webhookId: Id,
  { id: deliveryId, event }: Pick<Told, "id" | "event">,
): Promise<void> {
  const lane = event === TEST ? {} : { lane: webhookId }
  const key = `deliver-webhook:${deliveryId}`
  await enqueue({ name: "deliver-webhook", payload: { deliveryId }, key, ...lane })
}

/** Deliveries and their jobs, in the order given; what a webhook was told before is passed over. */
export async function putDown(
  writing: Writing,
  { workspaceId, webhookId }: { workspaceId: Id; webhookId: Id },
  all: readonly Told[],
): Promise<void> {
  const { tx, at } = writing
  const records = all.map(({ id, event, about, data }) => ({
    id,
    event,
    about,
    body: JSON.stringify({ type: event, timestamp: at, data }),
  }))
  const { rows } = await sql<{ id: Id }>`
    insert into webhook_deliveries (workspace_id, id, webhook_id, event, about, body, state, wanted_at, created_at)
    select ${workspaceId}, id, ${webhookId}, event, about, body, 'waiting', ${at}, ${at}
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as told (id uuid, event text, about text, body text)
    on conflict do nothing returning id`.execute(tx)
  const fresh = new Set(rows.map(({ id }) => id))
  for (const told of all) if (fresh.has(told.id)) await tell(writing, webhookId, told)
}

/** Part of the `trim` job: forgets what is neither shown nor needed. */
export async function trimDeliveries({ db, clock }: Sync): Promise<void> {
  const before = (age: number) => stamp(new Date(clock.now().getTime() - age))
  await sql`
    delete from webhook_deliveries d
     where d.state <> 'waiting' and d.created_at < ${before(KEPT)}
       and (d.created_at < ${before(SHOWN_FOR)} or d.id not in (
             select latest.id from webhook_deliveries latest
              where latest.workspace_id = d.workspace_id and latest.webhook_id = d.webhook_id
              order by latest.created_at desc, latest.id desc limit ${SHOWN}))`.execute(db)
}

/** After a restore: what waited has probably been told since; a person may send it again. */
export async function giveUpWaiting(db: Db): Promise<void> {
  await sql`
    update webhook_deliveries set state = 'failed', answer = 'It waited when the backup was made.'
     where state = 'waiting'`.execute(db)
}

/** What was told, or is still to be told, of conversations that are erased. */
export async function forgetTold(db: Db, workspaceId: Id, conversationIds: readonly Id[]): Promise<void> {
  await sql`
    delete from webhook_deliveries
     where workspace_id = ${workspaceId} and body like any(${conversationIds.map((id) => `%${id}%`)}::text[])`.execute(
    db,
  )
}
