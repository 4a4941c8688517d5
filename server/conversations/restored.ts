import { sql } from "kysely"
import type { Db } from "../db/db.ts"

/**
 * What was on its way, or about to be, when the backup was made may have been sent since, by the installation it was made of: a person
 * decides. No change is written, since after a restore everybody loads everything anew. Answers how many there are.
 */
export async function markUnsure(db: Db): Promise<number> {
  const { rows } = await sql`
    update entries e set delivery = 'unsure', delivery_reason = null
     where e.delivery = 'sending'
        or e.delivery = 'held' and exists (select 1 from addresses a
                                            where a.workspace_id = e.workspace_id and a.id = e.address_id
                                              and a.channel <> 'web-chat')
    returning e.id`.execute(db)
  return rows.length
}
