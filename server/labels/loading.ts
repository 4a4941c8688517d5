import { sql, type RawBuilder } from "kysely"
import type { LabelRow } from "../../protocol/rows.ts"
import type { Id } from "../../protocol/values.ts"
import type { Db } from "../db/db.ts"
import type { Loader } from "../sync/sync.ts"

/** The same to everyone in the workspace; deleted ones are gone. */
export const labelLoader: Loader = {
  kind: "label",
  async load(tx, workspaceId, ids, readers) {
    const rows = await readLabels(tx, workspaceId, sql`l.id = any(${[...ids]}::uuid[])`)
    const found = new Map(rows.map((row) => [row.id, row]))
    return new Map(readers.map(({ agentId }) => [agentId, found]))
  },
  async *snapshot(tx, { workspaceId }) {
    yield (await readLabels(tx, workspaceId, sql`true`)).map(({ id }) => id)
  },
}

async function readLabels(db: Db, workspaceId: Id, which: RawBuilder<unknown>): Promise<LabelRow[]> {
  const { rows } = await sql<LabelRow>`
    select 'label' as kind, l.id, l.name, l.color, l.merged_into as "mergedInto" from labels l
     where l.workspace_id = ${workspaceId} and l.deleted_at is null and ${which}`.execute(db)
  return rows
}

/** The label that this one became by merging, itself included; undefined where there is none any more. */
export async function findShown(db: Db, workspaceId: Id, labelId: Id): Promise<Id | undefined> {
  const { rows } = await sql<{ id: Id }>`
    with recursive became as (
      select id, merged_into, deleted_at from labels where workspace_id = ${workspaceId} and id = ${labelId}
      union all
      select l.id, l.merged_into, l.deleted_at from became
        join labels l on l.workspace_id = ${workspaceId} and l.id = became.merged_into
    )
    select id from became where merged_into is null and deleted_at is null`.execute(db)
  return rows[0]?.id
}

/** SQL for the ids of a label and of all that were merged into it. */
export function withMerged(workspaceId: Id, labelId: Id) {
  return sql<{ id: Id }>`
    with recursive merged as (
      select ${labelId}::uuid as id
      union all
      select l.id from merged join labels l on l.workspace_id = ${workspaceId} and l.merged_into = merged.id
    )
    select id from merged`
}
