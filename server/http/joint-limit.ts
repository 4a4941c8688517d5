import { createHash } from "node:crypto"
import { sql, type RawBuilder } from "kysely"
import type { Db } from "../db/db.ts"

/**
 * As `Limit`, but counted by all processes together, in the database: for what protects somebody, where every further
 * process would give an attacker another share. What a single visitor may do to us is counted in memory (`limit.ts`).
 */
export type JointLimit = {
  /** False when the key has used up its window; otherwise counts. */
  take(key: string): Promise<boolean>
  /** It was no misuse after all. */
  giveBack(key: string): Promise<void>
}

/** Windows begin with the first take and end by the database's clock, the one clock all processes have. */
export function createJointLimit(db: Db, o: { name: string; most: number; seconds: number }): JointLimit {
  const { name, most, seconds } = o
  const length = sql`make_interval(secs => ${seconds})`
  // An end further away than a window is long was set before the database's clock was put back.
  const runs = (end: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`(${end} > clock_timestamp() and ${end} <= clock_timestamp() + ${length})`
  const taken = runs(sql`taken.ends_at`)
  return {
    async take(key) {
      const hash = hashOf(name, key)
      // Who has used it up only reads: a flood must not make those queue up who are still counted.
      const { rows } = await sql`
        insert into limits as taken (key, count, ends_at)
        select ${hash}, 1, clock_timestamp() + ${length}
         where not exists (
                 select 1 from limits where key = ${hash} and count >= ${most} and ${runs(sql`ends_at`)})
        on conflict (key) do update
           set count = case when ${taken} then taken.count + 1 else 1 end,
               ends_at = case when ${taken} then taken.ends_at else excluded.ends_at end
         where taken.count < ${most} or not ${taken}
        returning 1 as taken`.execute(db)
      return rows.length > 0
    },
    async giveBack(key) {
      await sql`
        update limits set count = count - 1
         where key = ${hashOf(name, key)} and count > 0 and ${runs(sql`ends_at`)}`.execute(db)
    },
  }
}

/** Forgets windows that have ended. Part of the `trim` job. */
export async function forgetLimits(db: Db): Promise<void> {
  await sql`delete from limits where ends_at <= clock_timestamp()`.execute(db)
}

function hashOf(name: string, key: string): string {
  return createHash("sha256").update(`${name} ${key}`).digest("base64url")
}
