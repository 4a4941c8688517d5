import { sql } from "kysely"
import { CSV_COLUMNS, OWN_FIELD } from "../../protocol/customers.ts"
import { csvLine } from "../../protocol/csv.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { notes } from "../customers/customers.ts"
import type { Db } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import { requireAdmin, type Agent } from "../team/team.ts"

const PAGE = 500
/** Columns of own fields: what a spreadsheet can hold. */
const MOST_COLUMNS = 10_000

/** All customers of the workspace as CSV, line by line; admins see everybody. Refuses `not-allowed`. */
export function exportCustomers(sync: Sync, agent: Agent): AsyncGenerator<string> {
  requireAdmin(agent)
  return linesOf(sync.db, agent.workspaceId)
}

async function* linesOf(db: Db, workspaceId: Id): AsyncGenerator<string> {
  const names = await notes.readFieldNames(db, workspaceId, MOST_COLUMNS)
  const reserved = new Set(CSV_COLUMNS.map((column) => column.toLowerCase()))
  const isPlain = (name: string) => !reserved.has(name.toLowerCase()) && !name.startsWith(OWN_FIELD)
  // Without the mark spreadsheets take UTF-8 for something else.
  yield `\ufeff${csvLine([...CSV_COLUMNS, ...names.map((name) => (isPlain(name) ? name : OWN_FIELD + name))])}`
  let after: Id | undefined
  for (;;) {
    const customers = await readPage(db, workspaceId, after)
    const noted = await notes.readNotes(
      db,
      workspaceId,
      customers.map(({ id }) => id),
    )
    let text = ""
    for (const customer of customers) {
      const fields = new Map(
        noted.get(customer.id)?.fields.map(({ name, value }) => [notes.keyOfField(name), value]),
      )
      text += csvLine([
        ...cellsOf(customer),
        ...names.map((name) => fields.get(notes.keyOfField(name)) ?? ""),
      ])
    }
    if (text !== "") yield text
    after = customers.at(-1)?.id
    if (customers.length < PAGE) return
  }
}

type Customer = {
  id: Id
  name: string | null
  city: string | null
  country: string | null
  language: string | null
  phones: string[]
  firstSeenAt: Stamp
  seenAt: Stamp | null
  isBlocked: boolean
}

async function readPage(db: Db, workspaceId: Id, after: Id | undefined): Promise<Customer[]> {
  const { rows } = await sql<Customer>`
    select customer.id, customer.name, customer.city, customer.country, customer.language,
           array(select a.value from addresses a
                  where a.workspace_id = customer.workspace_id and a.customer_id = customer.id and a.channel = 'sms'
                  order by a.last_used_at desc, a.id) as phones,
           customer.created_at as "firstSeenAt", coalesce(c.seen_at, c.updated_at) as "seenAt",
           c.blocked_at is not null as "isBlocked"
      from customers customer
      left join conversations c on c.workspace_id = customer.workspace_id and c.customer_id = customer.id
     where customer.workspace_id = ${workspaceId} and ${after === undefined ? sql`true` : sql`customer.id > ${after}`}
     order by customer.id limit ${PAGE}`.execute(db)
  return rows
}

/** In the order of `CSV_COLUMNS`. */
function cellsOf(customer: Customer): string[] {
  const { id, name, phones, city, country, language, firstSeenAt, seenAt, isBlocked } = customer
  const [phone = "", ...others] = phones
  return [
    id,
    name ?? "",
    phone,
    others.join(" "),
    city ?? "",
    country ?? "",
    language ?? "",
    firstSeenAt.slice(0, 19),
    seenAt?.slice(0, 19) ?? "",
    isBlocked ? "yes" : "",
  ]
}
