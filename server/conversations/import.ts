import { sql } from "kysely"
import type { z } from "zod"
import {
  fieldName,
  fieldValue,
  type importAnswer,
  type importBody,
  type ImportProblem,
} from "../../protocol/customers.ts"
import { refuse } from "../../protocol/refusals.ts"
import { name as nameOf } from "../../protocol/text.ts"
import { id as idSchema, type Id } from "../../protocol/values.ts"
import { findSource } from "../channels/channels.ts"
import { claimAddresses, importing, placeOfNumber, showNumber } from "../customers/customers.ts"
import { newId } from "../db/db.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import { requireAdmin, type Agent } from "../team/team.ts"
import { keysOfConversations } from "./loading.ts"

type Body = z.output<typeof importBody>
type Answer = z.input<typeof importAnswer>
type Source = NonNullable<Awaited<ReturnType<typeof findSource>>>
type Row = importing.Facts & { line: number; id: Id | null; phone: string | null }
type Line = Row & { customerId: Id | null; isNew: boolean; isChanged: boolean }

const customerName = nameOf()

/**
 * Brings customers in, a part of a file at a time. Somebody new gets a conversation that is closed and in no list,
 * because nobody said anything in it; it opens with the first message of either side. Refuses `not-allowed`, and
 * `not-found` for a source that is no SMS number of the workspace.
 */
export async function importCustomers(sync: Sync, agent: Agent, body: Body): Promise<Answer> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const source = await accessNumber(sync, workspaceId, body.sourceId)
  const { number: _, ...answer } = await write(sync, { workspaceId }, async (writing) => {
    const problems: Answer["problems"] = []
    const rows = readRows(body.rows, source, problems)
    const lines = await compare(writing, { workspaceId, rows, source, problems })
    if (!body.isPreview) await bringIn(writing, { workspaceId, lines, source })
    const made = lines.filter(({ isNew }) => isNew).length
    const changed = lines.filter(({ isNew, isChanged }) => !isNew && isChanged).length
    problems.sort((one, other) => one.line - other.line)
    return { made, changed, same: lines.length - made - changed, problems }
  })
  return answer
}

async function accessNumber(sync: Sync, workspaceId: Id, sourceId: Id | null): Promise<Source | undefined> {
  if (sourceId === null) return undefined
  const source = await findSource(sync.db, sourceId)
  if (source?.workspaceId !== workspaceId || source.channel !== "sms") throw refuse("not-found")
  return source
}

function readRows(rows: Body["rows"], source: Source | undefined, problems: Answer["problems"]): Row[] {
  const country = source?.settings.channel === "sms" ? placeOfNumber(source.settings.number).country : null
  return rows.flatMap((row) => {
    const read = readRow(row, country)
    if (typeof read !== "string") return [read]
    problems.push({ line: row.line, problem: read })
    return []
  })
}

function readRow(row: Body["rows"][number], country: string | null): Row | ImportProblem {
  const id = idSchema.safeParse(row.id.trim())
  const isNamed = row.name.trim() !== ""
  const name = customerName.safeParse(row.name)
  if (isNamed && !name.success) return "name-too-long"
  const fields: Row["fields"] = []
  for (const field of row.fields) {
    if (field.value.trim() === "") continue
    const [key, value] = [fieldName.safeParse(field.name), fieldValue.safeParse(field.value)]
    if (!key.success || !value.success) return "field-too-long"
    fields.push({ name: key.data, value: value.data })
  }
  const phone = row.phone.trim() === "" ? null : importing.readNumber(row.phone, country)
  if (phone === undefined) return "bad-phone"
  return {
    line: row.line,
    id: id.success ? id.data : null,
    name: isNamed && name.success ? name.data : null,
    phone,
    fields,
  }
}

/** Who is meant by each row, and whether it says anything new. */
async function compare(
  { tx }: Writing,
  o: { workspaceId: Id; rows: readonly Row[]; source: Source | undefined; problems: Answer["problems"] },
): Promise<Line[]> {
  const { workspaceId, rows, source, problems } = o
  const known = await importing.findKnown(tx, workspaceId, {
    ids: rows.flatMap(({ id }) => id ?? []),
    phones: rows.flatMap(({ phone }) => phone ?? []),
    sourceId: source?.id ?? null,
  })
  const meant = (row: Row) =>
    row.id !== null && known.ids.has(row.id)
      ? row.id
      : row.phone === null
        ? undefined
        : known.byPhone.get(row.phone)
  const facts = await importing.readFacts(
    tx,
    workspaceId,
    rows.flatMap((row) => meant(row) ?? []),
  )
  const seen = new Set<string>()
  return rows.flatMap((row): Line[] => {
    const customerId = meant(row) ?? null
    const current = customerId === null ? undefined : facts.get(customerId)
    const who = customerId ?? row.phone
    const problem = problemOf({ ...row, who, isNew: customerId === null, hasSource: source !== undefined })
    if (problem !== undefined || who === null || seen.has(who) || importing.hasTooMany(row, current)) {
      const what = problem ?? (who !== null && seen.has(who) ? "twice" : "too-many-fields")
      problems.push({ line: row.line, problem: what })
      return []
    }
    seen.add(who)
    const news = importing.newOf(row, current)
    const isChanged = news.name !== null || news.fields.length > 0
    return [{ ...row, ...news, customerId, isNew: customerId === null, isChanged }]
  })
}

function problemOf(o: { who: string | null; isNew: boolean; hasSource: boolean }): ImportProblem | undefined {
  if (o.who === null) return "no-address"
  return o.isNew && !o.hasSource ? "no-source" : undefined
}

async function bringIn(
  writing: Writing,
  o: { workspaceId: Id; lines: readonly Line[]; source: Source | undefined },
): Promise<void> {
  const { workspaceId, lines, source } = o
  const made = source === undefined ? new Map<string, Id>() : await makeAll(writing, { ...o, source })
  const changed = lines.flatMap((line) => {
    const customerId = line.customerId ?? made.get(line.phone ?? "")
    return customerId !== undefined && line.isChanged ? [{ ...line, customerId }] : []
  })
  if (changed.length === 0) return
  await importing.writeFacts(writing.tx, workspaceId, changed)
  await tellAll(
    writing,
    workspaceId,
    changed.filter(({ isNew }) => !isNew),
  )
}

/** Phone number → who has it now. Nobody is told: what nobody has seen yet is on no screen. */
async function makeAll(
  { tx, at }: Writing,
  o: { workspaceId: Id; lines: readonly Line[]; source: Source },
): Promise<Map<string, Id>> {
  const { workspaceId, source } = o
  const phones = o.lines.flatMap(({ isNew, phone }) => (isNew && phone !== null ? [phone] : []))
  const claims = phones.map((value) => ({
    sourceId: source.id,
    channel: "sms" as const,
    value,
    display: showNumber(value),
    profile: placeOfNumber(value),
  }))
  const claimed = await claimAddresses(tx, { workspaceId, at }, claims)
  const rows = claimed.map(({ customerId, addressId }) => ({
    id: newId(),
    customer_id: customerId,
    address_id: addressId,
  }))
  await sql`
    insert into conversations (workspace_id, id, customer_id, team_id, closed_at, listed_at, last_at, updated_at,
                               last_source_id, last_address_id, created_at)
    select ${workspaceId}::uuid, id, customer_id, ${source.teamId}::uuid, ${at}::timestamptz, '-infinity',
           ${at}::timestamptz, ${at}::timestamptz, ${source.id}::uuid, address_id, ${at}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as fresh (id uuid, customer_id uuid, address_id uuid)
     order by customer_id
    on conflict (workspace_id, customer_id) do nothing`.execute(tx)
  return new Map(
    phones.flatMap((phone, place) => {
      const customerId = claimed[place]?.customerId
      return customerId === undefined ? [] : [[phone, customerId] as const]
    }),
  )
}

async function tellAll(
  writing: Writing,
  workspaceId: Id,
  changed: readonly { customerId: Id; name: string | null; fields: readonly unknown[] }[],
): Promise<void> {
  const { rows } = await sql<{ id: Id; customerId: Id }>`
    select id, customer_id as "customerId" from conversations
     where workspace_id = ${workspaceId}
       and customer_id = any(${changed.map(({ customerId }) => customerId)}::uuid[])`.execute(writing.tx)
  const conversations = new Map(rows.map(({ id, customerId }) => [customerId, id]))
  const keys = await keysOfConversations(writing.tx, workspaceId, [...conversations.values()])
  for (const { customerId, name, fields } of changed) {
    const id = conversations.get(customerId)
    if (id === undefined) continue
    if (name !== null) writing.changed("conversation", id, keys.get(id) ?? [])
    if (fields.length > 0) writing.changed("customer", id, keys.get(id) ?? [])
  }
}
