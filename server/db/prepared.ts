import { sql, type RawBuilder } from "kysely"
import type { Id } from "../../protocol/values.ts"

/**
 * Ids of a prepared statement, as an array. Were they given openly, PostgreSQL would count them and plan each time anew,
 * because a plan for one costs less than the one for any number: that was two fifths of all its work for a message.
 */
export function listOf(ids: readonly Id[]) {
  return sql<Id[]>`(select ${[...ids]}::uuid[])`
}

/** As `= ${anyOf(ids)}`. */
export function anyOf(ids: readonly Id[]) {
  return sql<Id>`any(${listOf(ids)}::uuid[])`
}

/**
 * Some rows of a prepared statement, as `from ${rowsOf(rows, sql`id uuid, at timestamptz`)} given`. PostgreSQL takes what
 * comes as JSON for a hundred rows, and for so many it would rather read a table of some thousands than look them up; of a
 * limit that it does not see it expects ten.
 */
export function rowsOf(rows: readonly object[], columns: RawBuilder<unknown>) {
  return sql`(
    select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as one (${columns})
     limit (select ${rows.length}::int))`
}
