import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Db, Tx } from "../db/db.ts"

export type FileRecord = {
  workspaceId: Id
  id: Id
  entryId: Id
  sourceId: Id
  name: string
  type: string
  size: number
  state: "waiting" | "stored" | "failed"
  /** Where the provider has it, until it is stored. */
  remote: string | null
  sha256: string | null
}

type Expected = Pick<FileRecord, "workspaceId" | "id" | "entryId" | "sourceId" | "name" | "type"> & {
  remote: string
  at: Stamp
}

/** A file that is still at its provider. Call it in the transaction that writes the entry. */
export async function expectFile(tx: Tx, file: Expected): Promise<void> {
  await sql`
    insert into files (workspace_id, id, entry_id, source_id, name, type, state, remote, created_at)
    values (${file.workspaceId}, ${file.id}, ${file.entryId}, ${file.sourceId}, ${file.name}, ${file.type},
            'waiting', ${file.remote}, ${file.at})`.execute(tx)
}

export async function findFile(db: Db, workspaceId: Id, id: Id): Promise<FileRecord | undefined> {
  const { rows } = await sql<FileRecord>`
    select workspace_id as "workspaceId", id, entry_id as "entryId", source_id as "sourceId", name, type, size, state,
           remote, sha256
      from files where workspace_id = ${workspaceId} and id = ${id}`.execute(db)
  return rows[0]
}

/** Stored as what it turned out to be, or failed for good. */
export async function markFile(
  tx: Tx,
  workspaceId: Id,
  id: Id,
  stored: { name: string; type: string; size: number; sha256: string } | undefined,
): Promise<void> {
  await (
    stored === undefined
      ? sql`update files set state = 'failed' where workspace_id = ${workspaceId} and id = ${id} and state = 'waiting'`
      : sql`
      update files
         set state = 'stored', remote = null, name = ${stored.name}, type = ${stored.type}, size = ${stored.size},
             sha256 = ${stored.sha256}
       where workspace_id = ${workspaceId} and id = ${id}`
  ).execute(tx)
}
