import { sql, type RawBuilder } from "kysely"
import type { ReplyRow } from "../../protocol/rows.ts"
import type { Id } from "../../protocol/values.ts"
import type { Db } from "../db/db.ts"
import type { Loader } from "../sync/sync.ts"

/** Seen by all, or by the members of their team and by admins. */
export const replyLoader: Loader = {
  kind: "reply",
  async load(tx, workspaceId, ids, readers) {
    const rows = await readReplies(tx, workspaceId, sql`r.id = any(${[...ids]}::uuid[])`)
    return new Map(
      readers.map(({ agentId, keys }) => [
        agentId,
        new Map(rows.filter((row) => keysOf(row).some((key) => keys.has(key))).map((row) => [row.id, row])),
      ]),
    )
  },
  async *snapshot(tx, { workspaceId, keys }) {
    const rows = await readReplies(tx, workspaceId, sql`true`)
    yield rows.filter((row) => keysOf(row).some((key) => keys.has(key))).map(({ id }) => id)
  },
}

export function keysOf({ teamId }: Pick<ReplyRow, "teamId">): string[] {
  return teamId === null ? ["workspace"] : [`team:${teamId}`, "admins"]
}

async function readReplies(db: Db, workspaceId: Id, which: RawBuilder<unknown>): Promise<ReplyRow[]> {
  const { rows } = await sql<ReplyRow>`
    select 'reply' as kind, r.id, r.name, r.text, r.team_id as "teamId" from saved_replies r
     where r.workspace_id = ${workspaceId} and r.deleted_at is null and ${which}`.execute(db)
  return rows
}
