import { sql } from "kysely"
import type { Id } from "../../protocol/values.ts"
import { stamp, type Tx } from "../db/db.ts"
import type { Sync } from "./open.ts"

const COMMANDS_KEPT_DAYS = 30
const MOST_AT_ONCE = 5_000
const DAY = 86_400_000

/**
 * Forgets old changes and answers, in batches so that nobody waits. `oldest` moves before anything is deleted:
 * whoever reads the log and finds `oldest` still at or below his cursor afterwards has read it whole.
 */
export async function trimChanges(
  sync: Sync,
  limits: { changesKeptDays: number; changesKeptMost: number },
): Promise<void> {
  const now = sync.clock.now().getTime()
  const before = stamp(new Date(now - limits.changesKeptDays * DAY))
  const { rows } = await sql<{
    workspaceId: string
  }>`select workspace_id as "workspaceId" from counters`.execute(sync.db)
  for (const { workspaceId } of rows) {
    await sql`
      update counters
         set oldest = greatest(oldest, number - ${limits.changesKeptMost}::bigint, (
               select coalesce(max(number), 0) from changes
                where changes.workspace_id = counters.workspace_id and changes.at < ${before}))
       where workspace_id = ${workspaceId}`.execute(sync.db)
    await untilNothingIsLeft(async () =>
      sql`
        delete from changes
         where (workspace_id, number) in (
                 select changes.workspace_id, changes.number from changes
                   join counters on counters.workspace_id = changes.workspace_id
                  where changes.workspace_id = ${workspaceId} and changes.number <= counters.oldest
                  limit ${MOST_AT_ONCE})`.execute(sync.db),
    )
  }
  const forgotten = stamp(new Date(now - COMMANDS_KEPT_DAYS * DAY))
  await untilNothingIsLeft(async () =>
    sql`
      delete from commands
       where (workspace_id, actor, id) in (
               select workspace_id, actor, id from commands where at < ${forgotten} limit ${MOST_AT_ONCE})`.execute(
      sync.db,
    ),
  )
}

/** What commands were answered that name one of these ids, such as a text that was taken back. */
export async function forgetAnswers(tx: Tx, workspaceId: Id, ids: readonly Id[]): Promise<void> {
  await sql`
    update commands set answer = '{}'
     where workspace_id = ${workspaceId} and name like any(${ids.map((id) => `%${id}%`)}::text[])`.execute(tx)
}

async function untilNothingIsLeft(deleteSome: () => Promise<{ numAffectedRows?: bigint }>): Promise<void> {
  for (;;) {
    const { numAffectedRows = 0n } = await deleteSome()
    if (numAffectedRows < BigInt(MOST_AT_ONCE)) return
  }
}
