import { sql } from "kysely"
import { MOST_LABELS, type LabelColor } from "../../protocol/labels.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import type { Writing } from "../sync/sync.ts"
import { findShown, withMerged } from "./loading.ts"

type LabelToMake = { name: string; color: LabelColor }
type Carried = { workspaceId: Id; entryId: Id; labelId: Id }

/**
 * Puts a label on an entry. One that does not exist is made on the fly if `make` says how; where another has that
 * name already, that one is taken. Refuses `label-gone` and `too-many-labels`. Answers whether it is new there.
 */
export async function putLabel(
  writing: Writing,
  o: Carried & { agentId: Id; make: LabelToMake | undefined },
): Promise<boolean> {
  const { tx, at } = writing
  const { workspaceId, entryId, agentId } = o
  const labelId =
    (await findShown(tx, workspaceId, o.labelId)) ?? (o.make && (await make(writing, o, o.make)))
  if (labelId === undefined) throw refuse("label-gone")
  const { rows } = await sql`
    insert into entry_labels (workspace_id, entry_id, label_id, agent_id, at)
    select ${workspaceId}, ${entryId}, ${labelId}, ${agentId}, ${at}
     where not exists (select 1 from entry_labels carried
                        where carried.workspace_id = ${workspaceId} and carried.entry_id = ${entryId}
                          and carried.label_id in (${withMerged(workspaceId, labelId)}))
    returning entry_id`.execute(tx)
  if (rows.length === 0) return false
  const { rows: all } = await sql`
    select 1 from entry_labels where workspace_id = ${workspaceId} and entry_id = ${entryId}`.execute(tx)
  if (all.length > MOST_LABELS) throw refuse("too-many-labels", { most: MOST_LABELS })
  return true
}

/** Of entries that are no more. */
export async function dropLabels(tx: Tx, workspaceId: Id, entryIds: readonly Id[]): Promise<void> {
  await sql`
    delete from entry_labels
     where workspace_id = ${workspaceId} and entry_id = any(${[...entryIds]}::uuid[])`.execute(tx)
}

/** Takes a label off an entry, by whichever of its names it carries it. Answers whether it was there. */
export async function takeLabel({ tx }: Writing, o: Carried): Promise<boolean> {
  const { workspaceId, entryId } = o
  const labelId = (await findShown(tx, workspaceId, o.labelId)) ?? o.labelId
  const { rows } = await sql`
    delete from entry_labels
     where workspace_id = ${workspaceId} and entry_id = ${entryId}
       and label_id in (${withMerged(workspaceId, labelId)})
    returning entry_id`.execute(tx)
  return rows.length > 0
}

async function make(writing: Writing, o: Carried, wanted: LabelToMake): Promise<Id | undefined> {
  const { tx, at, changed } = writing
  const { workspaceId, labelId } = o
  const { rows } = await sql<{ id: Id }>`
    insert into labels (workspace_id, id, name, color, created_at)
    values (${workspaceId}, ${labelId}, ${wanted.name}, ${wanted.color}, ${at})
    on conflict do nothing returning id`.execute(tx)
  if (rows.length > 0) {
    changed("label", labelId, ["workspace"])
    return labelId
  }
  const { rows: found } = await sql<{ id: Id }>`
    select id from labels
     where workspace_id = ${workspaceId} and lower(name) = lower(${wanted.name})
       and merged_into is null and deleted_at is null`.execute(tx)
  return found[0]?.id
}
