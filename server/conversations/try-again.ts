import { sql } from "kysely"
import type { Id } from "../../protocol/values.ts"
import { putOff } from "../jobs/jobs.ts"
import type { Sync } from "../sync/sync.ts"

/** Of those put off, so many are looked through for some of one source. */
const mostLookedThrough = 100
/** Each that succeeds fetches so many others: twice as many each time, and no rush at a provider who limits. */
const triedAgain = 2

/** The provider takes messages: those he did not take before need not wait until their time. */
export async function tryOthersAgain(sync: Sync, workspaceId: Id, sourceId: Id): Promise<void> {
  const { db, clock } = sync
  const now = clock.now()
  const jobs = await putOff.find(db, { workspaceId, name: "deliver", now, most: mostLookedThrough })
  if (jobs.length === 0) return
  const { rows } = await sql<{ id: Id }>`
    select id from entries
     where workspace_id = ${workspaceId} and source_id = ${sourceId}
       and id = any(${jobs.map(({ payload }) => payload.entryId)}::uuid[])`.execute(db)
  const ours = new Set(rows.map(({ id }) => id))
  const next = jobs.filter(({ payload }) => ours.has(payload.entryId)).slice(0, triedAgain)
  const ids = next.map(({ id }) => id)
  if (ids.length > 0) await putOff.runAt(db, workspaceId, ids, now)
}
