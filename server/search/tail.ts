import { sql, type RawBuilder } from "kysely"
import type { Id } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import { cut, readableColumns, type Readable } from "./cutting.ts"

export type Tail = {
  /** Of them the kept words are not yet right, or are not kept. */
  ids: Id[]
  /** Rows like those of `entry_words`, as they are now; none: nothing changed. */
  rows: RawBuilder<unknown> | undefined
  /** False: of some of what was written before, words are not kept yet. */
  isWhole: boolean
}

/** Changes that are looked at; where words are kept further behind than this, the latest of them count. */
const MOST = 2_000

/** What changed after that of which words are kept. Of the moment of the snapshot: nothing is in neither, or in both. */
export async function readTail(tx: Tx, workspaceId: Id): Promise<Tail> {
  const place = sql`coalesce((select p.number from search_places p where p.workspace_id = ${workspaceId}), 0)`
  const [{ rows: states }, { rows: entries }] = await Promise.all([
    sql<{ isWhole: boolean }>`
      select c.oldest <= ${place} and c.number - ${place} <= ${MOST} and not exists (
               select 1 from search_places p where p.workspace_id = ${workspaceId} and p.down_to is not null) as "isWhole"
        from counters c where c.workspace_id = ${workspaceId}`.execute(tx),
    sql<Readable>`
      select ${readableColumns} from entries e
       where e.workspace_id = ${workspaceId} and e.type <> 'event' and e.id in (
               select entity_id from changes
                where workspace_id = ${workspaceId} and kind = 'entry'
                  and number > greatest(${place}, (
                        select c.number from counters c where c.workspace_id = ${workspaceId}) - ${MOST}::bigint))`.execute(
      tx,
    ),
  ])
  return {
    ids: entries.map(({ id }) => id),
    rows: entries.length === 0 ? undefined : await cut(workspaceId, entries),
    isWhole: states[0]?.isWhole ?? true,
  }
}
