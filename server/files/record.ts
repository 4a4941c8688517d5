import { sql } from "kysely"
import type { Id } from "../../protocol/values.ts"
import type { Db } from "../db/db.ts"

export type FileRecord = {
  workspaceId: Id
  id: Id
  /** null: not sent yet. */
  entryId: Id | null
  /** null: uploaded. */
  sourceId: Id | null
  uploader: string | null
  name: string
  type: string
  size: number
  /** Of a picture that can be shown, in pixels, upright. */
  width: number | null
  height: number | null
  state: "uploading" | "waiting" | "stored" | "failed"
  /** Where the provider has it, until it is stored. */
  remote: string | null
  sha256: string | null
}

export async function findFile(db: Db, workspaceId: Id, id: Id): Promise<FileRecord | undefined> {
  const { rows } = await sql<FileRecord>`
    select workspace_id as "workspaceId", id, entry_id as "entryId", source_id as "sourceId", uploader, name, type, size,
           width, height, state, remote, sha256
      from files where workspace_id = ${workspaceId} and id = ${id}`.execute(db)
  return rows[0]
}

export type Found = { type: string; width: number | null; height: number | null }

export type Part = { start: number; id: Id; size: number }

/** Where its bytes lie, in their order. */
export async function partsOf(
  db: Db,
  { workspaceId, id }: Pick<FileRecord, "workspaceId" | "id">,
): Promise<Part[]> {
  const { rows } = await sql<Part>`
    select start, id, size from file_parts where workspace_id = ${workspaceId} and file_id = ${id}
     order by start`.execute(db)
  return rows
}
