/** Jobs that failed before and wait for their next try, for whoever learns that it may come sooner. */
import { sql } from "kysely"
import { stamp, type Db } from "../db/db.ts"
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
