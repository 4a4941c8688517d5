/** Jobs that wait, for whoever learns that they may run sooner, or in another line. */
import { sql } from "kysely"
import { stamp, type Db, type Tx } from "../db/db.ts"
import { parsePayload, type JobName, type Payload } from "./catalogue.ts"

/** Up to `most` jobs of a name that failed before and are to be tried again after `now`, the first due first. */
export async function find<Name extends JobName>(
  db: Db,
  o: { workspaceId: string; name: Name; now: Date; most: number },
): Promise<{ id: string; payload: Payload<Name> }[]> {
  const { rows } = await sql<{ id: string; payload: unknown }>`
    select id, payload from jobs
     where workspace_id = ${o.workspaceId} and name = ${o.name} and failed_at is null and lease_id is null
       and attempts > 0 and run_at > ${stamp(o.now)}
     order by run_at, position limit ${o.most}`.execute(db)
  return rows.map(({ id, payload }) => ({ id, payload: parsePayload(o.name, payload) }))
}

/** What they were put off for is over: the jobs that still wait run at `now`. */
export async function runAt(db: Db, workspaceId: string, ids: readonly string[], now: Date): Promise<void> {
  await sql`
    update jobs set run_at = ${stamp(now)}
     where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) and failed_at is null and lease_id is null
       and run_at > ${stamp(now)}`.execute(db)
}

/** Mails that wait or have failed, to one of these addresses or with one of these ids in their text. */
export async function dropMails(
  tx: Tx,
  o: { workspaceId: string; to: readonly string[]; about: readonly string[] },
): Promise<void> {
  await sql`
    delete from jobs
     where workspace_id = ${o.workspaceId} and name = 'send-mail' and lease_id is null
       and (payload ->> 'to' = any(${[...o.to]}::text[])
            or payload ->> 'text' like any(${o.about.map((id) => `%${id}%`)}::text[]))`.execute(tx)
}

/** What stands in one lane stands in another from now on, in the same order; with `entryIds` only what is about those. */
export async function moveLane(
  tx: Tx,
  o: { workspaceId: string; from: string; to: string; entryIds?: readonly string[] },
): Promise<void> {
  const isMeant =
    o.entryIds === undefined ? sql`true` : sql`payload ->> 'entryId' = any(${o.entryIds}::text[])`
  await sql`
    update jobs set lane = ${o.to}
     where workspace_id = ${o.workspaceId} and lane = ${o.from} and failed_at is null and ${isMeant}`.execute(
    tx,
  )
}
