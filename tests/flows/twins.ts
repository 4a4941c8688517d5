import { sql } from "kysely"
import { newId, stamp } from "../../server/db/db.ts"
import { createWordFeeder } from "../../server/search/search.ts"
import { succeed, type Colleague, type Company, type Customer } from "./company.ts"

/** What is no state of a workspace but a log of how it came about, and how far somebody has read in it. */
const LOGS = new Set(["changes", "commands", "counters", "search_places", "push_places", "preview_places"])

/**
 * A workspace whose every row can be compared with another's: ids are written as what they stand for, in the words of
 * whoever made them, and times to the second, because a microsecond only keeps entries apart.
 */
export async function createTwin(company: Company) {
  const { db } = company.database
  const [ada, bo, cy] = [
    await company.hire("Ada", { role: "admin" }),
    await company.hire("Bo", { role: "admin" }),
    await company.hire("Cy"),
  ]
  const salesId = await company.makeTeam([cy], { name: "Sales" })
  const salesSourceId = await company.makeSource(salesId)
  const { rows: owners } = await sql<{ id: string }>`
    select id from agents where workspace_id = ${company.workspaceId} and role = 'owner'`.execute(db)
  const settings = {
    channel: "sms",
    ...{ number: "+15005550006", accountId: `AC${"0".repeat(32)}`, authToken: "a token of it" },
    apiBase: "http://127.0.0.1:9",
  }
  const { body: sms } = await succeed(
    company.owner.send("POST", "/sources", { name: "Numbers", teamId: company.everyoneId, settings }),
  )
  const smsId = String(sms.id)
  const words = new Map<string, string>([
    [ada.agentId, "Ada"],
    [bo.agentId, "Bo"],
    [cy.agentId, "Cy"],
    [owners[0]?.id ?? "", "owner"],
    [company.workspaceId, "workspace"],
    [company.everyoneId, "everyone"],
    [salesId, "sales"],
    [company.sourceId, "site"],
    [salesSourceId, "sales site"],
    [smsId, "number"],
  ])
  for (const label of ["Invoice", "Praise"])
    await succeed(
      company.owner.send("POST", "/labels", { id: name(`label ${label}`), name: label, color: "blue" }),
    )

  /** An id that will be called this. */
  function name(word: string, id = newId()): string {
    words.set(id, word)
    return id
  }

  function idOf(word: string): string {
    const [id] = [...words].find(([, one]) => one === word) ?? []
    if (id === undefined) throw new Error(`Nothing is called ${word}.`)
    return id
  }

  async function write(customer: string, at: "site" | "sales site", text: string): Promise<Customer> {
    const written = await company.write(customer, {
      at: at === "site" ? company.sourceId : salesSourceId,
      text,
    })
    name(`message ${text}`, written.lastEntryId)
    return written
  }

  async function read(agent: Colleague, customer: string): Promise<void> {
    await succeed(company.act(agent, customer, "read", { upTo: stamp(company.clock.now()) }))
  }

  /** Every table there is, by the schema itself, so that none can be forgotten. */
  async function everything(): Promise<Record<string, string[]>> {
    const { rows: tables } = await sql<{ name: string; columns: string[] }>`
      select c.relname as name, array_agg(a.attname::text order by a.attname) as columns
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
       group by c.relname having 'workspace_id' = any(array_agg(a.attname::text)) order by c.relname`.execute(
      db,
    )
    await createWordFeeder(company.sync).feed()
    const all: Record<string, Record<string, unknown>[]> = {}
    for (const { name: table } of tables) {
      if (LOGS.has(table)) continue
      const { rows } = await sql<{ row: Record<string, unknown> }>`
        select to_jsonb(t) as row from ${sql.table(table)} t where workspace_id = ${company.workspaceId}`.execute(
        db,
      )
      all[table] = rows.map(({ row }) => row)
    }
    nameEvents(all["entries"] ?? [])
    const said: Record<string, string[]> = {}
    for (const [table, rows] of Object.entries(all))
      said[table] = rows.map((row) => lineOf(table, row)).toSorted()
    return said
  }

  /** An event is the which of its conversation, in the order of the timeline. */
  function nameEvents(entries: Record<string, unknown>[]): void {
    const places = new Map<string, number>()
    for (const entry of entries.toSorted((one, other) =>
      String(one["at"]) < String(other["at"]) ? -1 : 1,
    )) {
      const conversation = words.get(String(entry["conversation_id"])) ?? "?"
      const place = (places.get(conversation) ?? 0) + 1
      places.set(conversation, place)
      if (entry["type"] === "event") words.set(String(entry["id"]), `event ${place} of the ${conversation}`)
      else entry["place"] = place
    }
  }

  function lineOf(table: string, row: Record<string, unknown>): string {
    const told = Object.keys(row).map((column) => [column, valueOf(table, row, column)])
    return worded(JSON.stringify(Object.fromEntries(told)))
  }

  function valueOf(table: string, row: Record<string, unknown>, column: string): unknown {
    const value = row[column]
    // Numbers of the machine's, and what is secret or random by nature.
    if (table === "jobs" && ["id", "position", "enqueued_at", "lease_id", "attempts"].includes(column))
      return "-"
    // A failed job is tried again after a while by chance.
    if (table === "jobs" && column === "run_at" && row["failure"] !== null) return "-"
    if (table === "addresses" && column === "value") return "-"
    // What is found by source, agent or workspace has a piece of its id before it or in it.
    if (table === "entry_words" && column === "words")
      return String(value).replace(/'[0-9a-f]{4}(#(?:source|agent)[0-9a-f]+)?/g, (_, tag) =>
        tag ? "'#" : "'",
      )
    if (["offer_id", "email", "user_id", "token_hash"].includes(column)) return value === null ? null : "-"
    return value
  }

  function worded(line: string): string {
    return line
      .replace(
        /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
        (id) => words.get(id) ?? "some id",
      )
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g, (time) =>
        new Date(Math.round(Date.parse(time) / 1000) * 1000).toISOString(),
      )
  }

  return { company, ada, bo, cy, smsId, name, idOf, write, read, everything }
}
export type Twin = Awaited<ReturnType<typeof createTwin>>
