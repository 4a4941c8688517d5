/**
 * What agents note about a customer. The caller has decided who may, holds the customer's conversation, and tells those
 * who see it.
 */
import { sql } from "kysely"
import { MOST_FIELDS, MOST_REMARKS } from "../../protocol/customers.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { CustomerRow } from "../../protocol/rows.ts"
import type { Id } from "../../protocol/values.ts"
import type { Db, Tx } from "../db/db.ts"
import type { Writing } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"

type Notes = Pick<CustomerRow, "fields" | "remarks">
type Of = { workspaceId: Id; customerId: Id }
type Remark = { customerId: Id; agentId: Id; text: string; isDeleted: boolean }

/** Each function that writes answers whether it changed anything. */
export async function rename(tx: Tx, of: Of, name: string | null): Promise<boolean> {
  const { rows } = await sql`
    update customers set name = ${name}
     where workspace_id = ${of.workspaceId} and id = ${of.customerId} and name is distinct from ${name}
    returning id`.execute(tx)
  return rows.length > 0
}

/** What an agent calls him stays. */
export async function nameUnnamed(tx: Tx, of: Of, name: string): Promise<boolean> {
  const { rows } = await sql`
    update customers set name = ${name}
     where workspace_id = ${of.workspaceId} and id = ${of.customerId} and name is null
    returning id`.execute(tx)
  return rows.length > 0
}

/** Of two at the same moment the later stays; null takes the field away. Refuses `too-many-fields`. */
export async function setField(
  tx: Tx,
  { workspaceId, customerId }: Of,
  { name, value }: { name: string; value: string | null },
): Promise<boolean> {
  const key = keyOfField(name)
  const isField = sql`workspace_id = ${workspaceId} and customer_id = ${customerId} and key = ${key}`
  if (value === null) {
    const { rows } = await sql`delete from customer_fields where ${isField} returning key`.execute(tx)
    return rows.length > 0
  }
  const { rows } = await sql`
    insert into customer_fields as mine (workspace_id, customer_id, key, name, value)
    values (${workspaceId}, ${customerId}, ${key}, ${name}, ${value})
    on conflict (workspace_id, customer_id, key) do update set name = excluded.name, value = excluded.value
          where (mine.name, mine.value) is distinct from (excluded.name, excluded.value)
    returning key`.execute(tx)
  if (rows.length === 0) return false
  const { rows: all } = await sql`
    select 1 from customer_fields where workspace_id = ${workspaceId} and customer_id = ${customerId}`.execute(
    tx,
  )
  if (all.length > MOST_FIELDS) throw refuse("too-many-fields", { most: MOST_FIELDS })
  return true
}

/** Fields are told apart by this. */
export function keyOfField(name: string): string {
  return name.toLowerCase()
}

/**
 * Makes a remark, changes its text, takes it away (null) or brings it back as it was. A colleague's words are changed
 * by admins only: they stand under his name. Where it is not `basedOn` any more, both texts stay: the later one is
 * the remark `otherId`. Refuses `not-allowed`, `not-found` and `too-many-remarks`.
 */
export async function setRemark(
  { tx, at }: Writing,
  { workspaceId, customerId }: Of,
  o: { agent: Agent; remarkId: Id; otherId: Id; text: string | null; basedOn?: string | undefined },
): Promise<boolean> {
  const { agent, remarkId, otherId, text, basedOn } = o
  const { rows } = await sql<Remark>`
    select customer_id as "customerId", agent_id as "agentId", text,
           deleted_at is not null as "isDeleted"
      from remarks where workspace_id = ${workspaceId} and id = ${remarkId}`.execute(tx)
  const [known] = rows
  if (known === undefined) {
    if (text === null) throw refuse("not-found")
    return add(remarkId, text)
  }
  if (known.customerId !== customerId) throw refuse("not-found")
  if (known.agentId !== agent.agentId && agent.role === "agent") throw refuse("not-allowed")
  const isEdited = text !== null && text !== known.text
  if (isEdited && basedOn !== undefined && basedOn !== known.text) return add(otherId, text)
  if (!isEdited && known.isDeleted === (text === null)) return false
  await sql`
    update remarks
       set text = ${text ?? known.text}, deleted_at = ${text === null ? at : null},
           edited_at = case when ${isEdited} then ${at}::timestamptz else edited_at end
     where workspace_id = ${workspaceId} and id = ${remarkId}`.execute(tx)
  if (known.isDeleted) await refuseTooMany(tx, { workspaceId, customerId })
  return true

  async function add(id: Id, words: string): Promise<boolean> {
    const { rows: made } = await sql`
      insert into remarks (workspace_id, id, customer_id, agent_id, text, at)
      values (${workspaceId}, ${id}, ${customerId}, ${agent.agentId}, ${words}, ${at})
      on conflict do nothing returning id`.execute(tx)
    // Made for another customer at this very moment.
    if (made.length === 0) throw refuse("not-found")
    await refuseTooMany(tx, { workspaceId, customerId })
    return true
  }
}

async function refuseTooMany(tx: Tx, { workspaceId, customerId }: Of): Promise<void> {
  const { rows } = await sql`
    select 1 from remarks
     where workspace_id = ${workspaceId} and customer_id = ${customerId} and deleted_at is null`.execute(tx)
  if (rows.length > MOST_REMARKS) throw refuse("too-many-remarks", { most: MOST_REMARKS })
}

/** Customer id → what is noted about him. */
export async function readNotes(
  db: Db,
  workspaceId: Id,
  customerIds: readonly Id[],
): Promise<Map<Id, Notes>> {
  const isTheirs = sql`workspace_id = ${workspaceId} and customer_id = any(${[...customerIds]}::uuid[])`
  const [{ rows: fields }, { rows: remarks }] = await Promise.all([
    sql<Notes["fields"][number] & { customerId: Id }>`
      select customer_id as "customerId", name, value from customer_fields where ${isTheirs} order by key`.execute(
      db,
    ),
    sql<Notes["remarks"][number] & { customerId: Id }>`
      select customer_id as "customerId", id, agent_id as "agentId", text, at, edited_at as "editedAt" from remarks
       where ${isTheirs} and deleted_at is null order by at desc, id`.execute(db),
  ])
  const fieldsOf = Map.groupBy(fields, ({ customerId }) => customerId)
  const remarksOf = Map.groupBy(remarks, ({ customerId }) => customerId)
  return new Map(
    customerIds.map((id) => [
      id,
      {
        fields: (fieldsOf.get(id) ?? []).map(({ name, value }) => ({ name, value })),
        remarks: (remarksOf.get(id) ?? []).map(({ id: remarkId, agentId, text, at, editedAt }) => ({
          id: remarkId,
          agentId,
          text,
          at,
          editedAt,
        })),
      },
    ]),
  )
}

/** Names that are suggested. */
const MOST_NAMES = 200

/** The names in use, each once however many customers have it: the index is skipped through, not read. */
export async function readFieldNames(db: Db, workspaceId: Id, most = MOST_NAMES): Promise<string[]> {
  const following = (key: ReturnType<typeof sql>) => sql`
    select f.key, f.name from customer_fields f
     where f.workspace_id = ${workspaceId} and f.key > ${key} order by f.key limit 1`
  const { rows } = await sql<{ name: string }>`
    with recursive used as (
      (${following(sql`''`)})
      union all
      select next.key, next.name from used cross join lateral (${following(sql`used.key`)}) next
    )
    select name from used limit ${most}`.execute(db)
  return rows.map(({ name }) => name)
}
