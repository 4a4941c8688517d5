import { sql } from "kysely"
import { newId, type Db, type Tx } from "../db/db.ts"
import type { JobName, Payload } from "./catalogue.ts"

export type NewJob = {
  [Name in JobName]: {
    name: Name
    workspaceId: string
    payload: Payload<Name>
    /** As soon as possible unless said. */
    runAt?: string
    /** A later job with the same key replaces this one's time and payload as long as it waits. */
    key?: string
    /** With a key: one that waits stays as it is, so that what comes again and again is not put off again and again. */
    isOnce?: boolean
    /** Jobs of one lane run one after another, in the order they were enqueued. */
    lane?: string
  }
}[JobName]

/** Call it in the transaction that creates the reason for the job: both happen or neither. */
export async function enqueue(tx: Db | Tx, job: NewJob): Promise<void> {
  const { name, workspaceId, payload, runAt = null, key = null, lane = null, isOnce = false } = job
  const conflict = isOnce
    ? sql`nothing`
    : sql`update set name = excluded.name, payload = excluded.payload, lane = excluded.lane,
                     run_at = excluded.run_at, attempts = 0`
  await sql`
    insert into jobs (workspace_id, id, name, payload, key, lane, run_at)
    values (${workspaceId}, ${newId()}, ${name}, ${JSON.stringify(payload)}, ${key}, ${lane},
            coalesce(${runAt}::timestamptz, '-infinity'))
    on conflict (workspace_id, key) where key is not null and lease_id is null and failed_at is null
    do ${conflict}`.execute(tx)
}

/** Takes back a waiting job; one that already runs runs to its end. */
export async function cancelJob(tx: Db | Tx, workspaceId: string, key: string): Promise<void> {
  await sql`
    delete from jobs
     where workspace_id = ${workspaceId} and key = ${key} and lease_id is null and failed_at is null`.execute(
    tx,
  )
}
