import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import { newId, type Db } from "../db/db.ts"
import { makeSmall } from "../files/files.ts"
import type { Writing } from "../sync/sync.ts"

/** Our own picture of what was uploaded in base64. Refuses `invalid-input` where that is no picture. */
export async function readLogo(coded: string): Promise<Buffer> {
  const logo = await makeSmall(Buffer.from(coded, "base64"), "logo")
  if (logo === undefined)
    throw refuse("invalid-input", { fields: [{ field: "settings/logo", problem: "no-picture" }] })
  return logo
}

/** The only one that the website has from now on; answers its name. */
export async function keepLogo(
  { tx, at }: Writing,
  { workspaceId, sourceId }: { workspaceId: Id; sourceId: Id },
  logo: Buffer | null,
): Promise<Id | null> {
  await sql`delete from logos where workspace_id = ${workspaceId} and source_id = ${sourceId}`.execute(tx)
  if (logo === null) return null
  const id = newId()
  await sql`
    insert into logos (workspace_id, id, source_id, body, made_at)
    values (${workspaceId}, ${id}, ${sourceId}, ${logo}, ${at})`.execute(tx)
  return id
}

export async function findLogo(db: Db, id: Id): Promise<Buffer | undefined> {
  const { rows } = await sql<{ body: Buffer }>`select body from logos where id = ${id}`.execute(db)
  return rows[0]?.body
}
