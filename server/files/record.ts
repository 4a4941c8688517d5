import { createHash } from "node:crypto"
import { sql } from "kysely"
import type { Voice } from "../../protocol/uploads.ts"
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
  voice: Voice | null
  state: "uploading" | "waiting" | "stored" | "failed"
  /** Where the provider has it, until it is stored. */
  remote: string | null
  sha256: string | null
}

export async function findFile(db: Db, workspaceId: Id, id: Id): Promise<FileRecord | undefined> {
  const { rows } = await sql<FileRecord>`
    select workspace_id as "workspaceId", id, entry_id as "entryId", source_id as "sourceId", uploader, name, type, size,
           width, height, voice, state, remote, sha256
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

/** The name under which something made of a file is kept: always the same, and no other file's. */
export function madeId(fileId: Id, what: string): Id {
  const hex = createHash("sha256").update(`${what} ${fileId}`).digest("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
