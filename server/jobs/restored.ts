import { sql } from "kysely"
import type { Db } from "../db/db.ts"
import type { JobName } from "./catalogue.ts"

/**
 * Nobody works any more on what was being worked on when the backup was made. It stays claimed by a lease that has run
 * out: without one it would stand beside what waits under the same key.
 */
export async function endLeases(db: Db): Promise<void> {
  await sql`update jobs set leased_until = 'epoch' where lease_id is not null`.execute(db)
}

/** For jobs whose reason is settled in another way. */
export async function forget(db: Db, name: JobName): Promise<void> {
  await sql`delete from jobs where name = ${name} and failed_at is null`.execute(db)
}

/** They stay to be seen. */
export async function giveUp(db: Db, name: JobName, failure: string): Promise<void> {
  await sql`
    update jobs set failed_at = now(), failure = ${failure} where name = ${name} and failed_at is null`.execute(
    db,
  )
}
