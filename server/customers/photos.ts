/** What a customer looks like. The caller has decided who may, holds the customer's conversation, and tells those who see it. */
import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import { newId, type Db, type Tx } from "../db/db.ts"

type Of = { workspaceId: Id; customerId: Id }

/** `picture`: as `makeSmall` made it. The one that was shown is kept, so that it can be shown again; those before are deleted. */
export async function setPhoto(tx: Tx, of: Of, picture: Buffer): Promise<void> {
  const { workspaceId, customerId } = of
  const photoId = newId()
  await sql`
    delete from customer_photos p using customers c
     where p.workspace_id = ${workspaceId} and p.customer_id = ${customerId}
       and c.workspace_id = p.workspace_id and c.id = p.customer_id and c.photo_id is distinct from p.id`.execute(
    tx,
  )
  await sql`
    insert into customer_photos (workspace_id, id, customer_id, picture)
    values (${workspaceId}, ${photoId}, ${customerId}, ${picture})`.execute(tx)
  await showPhoto(tx, of, photoId)
}

/**
 * Shows one that is his or came to him by a merge, or (null) none. Answers whether it changed anything; refuses
 * `not-found`.
 */
export async function showPhoto(
  tx: Tx,
  { workspaceId, customerId }: Of,
  photoId: Id | null,
): Promise<boolean> {
  if (photoId !== null) {
    const { rows } = await sql`
      select 1 from customer_photos p
       where p.workspace_id = ${workspaceId} and p.id = ${photoId}
         and (p.customer_id = ${customerId} or not exists (
               select 1 from customers c where c.workspace_id = p.workspace_id and c.id = p.customer_id))`.execute(
      tx,
    )
    if (rows.length === 0) throw refuse("not-found")
  }
  const { rows } = await sql`
    update customers set photo_id = ${photoId}
     where workspace_id = ${workspaceId} and id = ${customerId} and photo_id is distinct from ${photoId}
    returning id`.execute(tx)
  return rows.length > 0
}

/** The one that is shown now, if it is this one. */
export async function findPhoto(
  db: Db,
  { workspaceId, customerId, photoId }: Of & { photoId: Id },
): Promise<Buffer | undefined> {
  const { rows } = await sql<{ picture: Buffer }>`
    select p.picture from customers c
      join customer_photos p on p.workspace_id = c.workspace_id and p.id = c.photo_id
     where c.workspace_id = ${workspaceId} and c.id = ${customerId} and c.photo_id = ${photoId}`.execute(db)
  return rows[0]?.picture
}
