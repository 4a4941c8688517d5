import { sql } from "kysely"
import type { z } from "zod"
import type { labelsAnswer, workspaceCommands } from "../../protocol/commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import { requireAdmin, type Agent } from "../team/team.ts"
import { findShown } from "./loading.ts"

type Done = { number: number }
type Body<Name extends keyof typeof workspaceCommands> = z.output<(typeof workspaceCommands)[Name]["body"]>

/** Any agent may; the command's id becomes the label's. Refuses `label-exists`. */
export async function makeLabel(
  sync: Sync,
  agent: Agent,
  { id, name, color }: Body<"makeLabel">,
): Promise<Done & { id: Id }> {
  return change(sync, agent, { id, name: "make-label" }, async ({ tx, at, changed }) => {
    await sql`
      insert into labels (workspace_id, id, name, color, created_at)
      values (${agent.workspaceId}, ${id}, ${name}, ${color}, ${at})`.execute(tx)
    changed("label", id, ["workspace"])
    return { id }
  })
}

/** Renames or recolours. Refuses `not-allowed`, `label-gone`, `label-exists`. */
export async function changeLabel(
  sync: Sync,
  agent: Agent,
  labelId: Id,
  { id, name, color }: Body<"changeLabel">,
): Promise<Done> {
  requireAdmin(agent)
  return change(sync, agent, { id, name: `change-label ${labelId}` }, async ({ tx, changed }) => {
    const { rows } = await sql`
      update labels set name = coalesce(${name ?? null}, name), color = coalesce(${color ?? null}, color)
       where workspace_id = ${agent.workspaceId} and id = ${labelId} and deleted_at is null
      returning id`.execute(tx)
    if (rows.length === 0) throw refuse("label-gone")
    changed("label", labelId, ["workspace"])
    return {}
  })
}

/**
 * From now on everything that carries the label is shown with `into`; null takes that back. Refuses `not-allowed`,
 * `label-gone`, `label-exists`, and `invalid-input` for one that would become itself.
 */
export async function mergeLabel(
  sync: Sync,
  agent: Agent,
  labelId: Id,
  { id, into }: Body<"mergeLabel">,
): Promise<Done> {
  requireAdmin(agent)
  const { workspaceId } = agent
  return change(sync, agent, { id, name: `merge-label ${labelId}` }, async ({ tx, changed }) => {
    await lock({ tx }, workspaceId)
    const target = into === null ? null : await findShown(tx, workspaceId, into)
    if (target === undefined) throw refuse("label-gone")
    if (target === labelId) throw refuse("invalid-input")
    const { rows } = await sql`
      update labels set merged_into = ${target}
       where workspace_id = ${workspaceId} and id = ${labelId} and deleted_at is null
         and (${target}::uuid is null or merged_into is null)
      returning id`.execute(tx)
    if (rows.length === 0) throw refuse("label-gone")
    changed("label", labelId, ["workspace"])
    return {}
  })
}

/** Nothing shows it any more, until it is restored. Refuses `not-allowed`, `label-gone`. */
export async function deleteLabel(
  sync: Sync,
  agent: Agent,
  labelId: Id,
  { id }: Body<"deleteLabel">,
): Promise<Done> {
  requireAdmin(agent)
  return change(sync, agent, { id, name: `delete-label ${labelId}` }, async ({ tx, at, changed }) => {
    const { rows } = await sql`
      update labels set deleted_at = ${at}
       where workspace_id = ${agent.workspaceId} and id = ${labelId} and deleted_at is null
      returning id`.execute(tx)
    if (rows.length === 0) throw refuse("label-gone")
    changed("label", labelId, ["workspace"])
    return {}
  })
}

/** Takes a deletion back, with everything that carried it. Refuses `not-allowed`, `label-gone`, `label-exists`. */
export async function restoreLabel(
  sync: Sync,
  agent: Agent,
  labelId: Id,
  { id }: Body<"restoreLabel">,
): Promise<Done> {
  requireAdmin(agent)
  return change(sync, agent, { id, name: `restore-label ${labelId}` }, async ({ tx, changed }) => {
    const { rows } = await sql`
      update labels set deleted_at = null where workspace_id = ${agent.workspaceId} and id = ${labelId}
      returning id`.execute(tx)
    if (rows.length === 0) throw refuse("label-gone")
    changed("label", labelId, ["workspace"])
    return {}
  })
}

/** Those that can be chosen, by name, and for admins on how many messages each is; others may not see all of these. */
export async function listLabels(sync: Sync, agent: Agent): Promise<z.input<typeof labelsAnswer>> {
  const { workspaceId } = agent
  const { rows } = await sql<z.input<typeof labelsAnswer>["labels"][number]>`
    with recursive shown as (
      select id, id as "as" from labels
       where workspace_id = ${workspaceId} and merged_into is null and deleted_at is null
      union all
      select l.id, shown."as" from shown
        join labels l on l.workspace_id = ${workspaceId} and l.merged_into = shown.id
    ), counted as (
      select shown."as" as id, count(distinct carried.entry_id) as count from shown
        join entry_labels carried on carried.workspace_id = ${workspaceId} and carried.label_id = shown.id
       where ${agent.role !== "agent"}
       group by shown."as"
    )
    select l.id, l.name, l.color, case when ${agent.role !== "agent"} then coalesce(counted.count, 0) end as count
      from labels l left join counted on counted.id = l.id
     where l.workspace_id = ${workspaceId} and l.merged_into is null and l.deleted_at is null
     order by lower(l.name)`.execute(sync.db)
  return { labels: rows }
}

async function change<T extends object>(
  sync: Sync,
  agent: Agent,
  asked: { id: Id; name: string },
  work: (writing: Writing) => Promise<T>,
): Promise<T & Done> {
  const { workspaceId, agentId } = agent
  try {
    return await write(sync, { workspaceId, command: { actor: `agent:${agentId}`, ...asked } }, work)
  } catch (error) {
    if (violates(error, "labels_name_key")) throw refuse("label-exists")
    if (violates(error, "labels_pkey")) throw refuse("invalid-input")
    throw error
  }
}

/** Two that are merged into each other at the same moment would become neither. */
async function lock({ tx }: Pick<Writing, "tx">, workspaceId: Id): Promise<void> {
  await sql`select id from labels where workspace_id = ${workspaceId} order by id for update`.execute(tx)
}

function violates(error: unknown, constraint: string): boolean {
  return error instanceof Error && "constraint" in error && error.constraint === constraint
}
