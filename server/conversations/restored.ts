import { sql } from "kysely"
import type { Db } from "../db/db.ts"

/**
 * What was on its way when the backup was made may have been sent since, by the installation it was made of: a person
 * decides. No change is written, since after a restore everybody loads everything anew. Answers how many there are.
 */
export async function markUnsure(db: Db): Promise<number> {
  const { rows } = await sql`
    update entries set delivery = 'unsure', delivery_reason = null
     where delivery = 'sending' returning id`.execute(db)
  return rows.length
}
