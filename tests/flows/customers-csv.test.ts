import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { CSV_COLUMNS, importAnswer } from "../../protocol/customers.ts"
import { csvLine, readCsv } from "../../protocol/csv.ts"
import { receive } from "../../server/conversations/conversations.ts"
import { newId } from "../../server/db/db.ts"
import { connectStream, StreamClient } from "../harness/stream-client.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

let company: Company
let stop: () => Promise<void>
let ada: Colleague
let bo: Colleague
let number: string

beforeAll(async () => {
  const parley = await openParley()
  stop = parley.stop
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
  number = await makeNumber(company.everyoneId)
})
afterAll(() => stop())

async function makeNumber(teamId: string): Promise<string> {
  const { body } = await succeed(
    company.owner.send("POST", "/sources", {
      name: "Support",
      teamId,
      settings: {
        channel: "sms",
        number: "+33644600000",
        accountId: `AC${"0".repeat(32)}`,
        authToken: "a token of the account",
        apiBase: "http://127.0.0.1:9",
      },
    }),
  )
  return String(body["id"])
}

type Row = { line?: number; id?: string; name?: string; phone?: string; fields?: object[] }

async function bring(rows: Row[], o: { isPreview?: boolean; sourceId?: string | null; by?: Colleague } = {}) {
  const { isPreview = false, sourceId = number, by = ada } = o
  const body = {
    sourceId,
    isPreview,
    rows: rows.map((row, place) => ({ line: place + 2, fields: [], ...row })),
  }
  const answer = await succeed(by.send("POST", "/customers/import", body))
  return importAnswer.parse(answer.body)
}

async function exported(by = ada): Promise<string[][]> {
  const response = await fetch(`${company.url}/api/v1/customers/export?workspace=${company.workspaceId}`, {
    headers: { cookie: by.cookie() },
  })
  expect(response.status).toBe(200)
  const records: string[][] = []
  for await (const { cells } of readCsv(response.body ?? new ReadableStream())) records.push(cells)
  return records
}

/** As the desk reads a file: the first columns say who, the columns after ours are fields. */
const rowsOf = ([head = [], ...records]: string[][]): Row[] =>
  records.map(([id = "", name = "", phone = "", ...rest]) => ({
    id,
    name,
    phone,
    fields: rest
      .slice(CSV_COLUMNS.length - 3)
      .map((value, place) => ({ name: head[CSV_COLUMNS.length + place] ?? "", value })),
  }))

async function everything(): Promise<unknown> {
  const { rows } = await sql`
    select to_jsonb(c) - 'found_as' as customer,
           (select jsonb_agg(to_jsonb(a) - 'last_used_at' order by a.id) from addresses a where a.customer_id = c.id) as addresses,
           (select jsonb_agg(to_jsonb(f) order by f.key) from customer_fields f where f.customer_id = c.id) as fields,
           (select jsonb_agg(to_jsonb(v)) from conversations v where v.customer_id = c.id) as conversations
      from customers c where c.workspace_id = ${company.workspaceId} order by c.id`.execute(
    company.database.db,
  )
  return rows
}

const fields = (plan: string) => [{ name: "Plan", value: plan }]
const nasty = '=HYPERLINK("http://evil.example"), "quoted"'

test("a preview writes nothing; the same file twice changes nothing the second time", async () => {
  const rows: Row[] = [
    { name: "Zoë Ångström", phone: "06 12 34 56 01", fields: fields("Pro") },
    { name: "Bertil", phone: "0033 6 12 34 56 02", fields: fields(nasty) },
    { name: "-1", phone: "+33612345603", fields: [] },
  ]
  const before = await everything()
  expect(await bring(rows, { isPreview: true })).toEqual({ made: 3, changed: 0, same: 0, problems: [] })
  expect(await everything()).toEqual(before)
  expect(await bring(rows)).toEqual({ made: 3, changed: 0, same: 0, problems: [] })
  const after = await everything()
  expect(after).not.toEqual(before)
  company.clock.advance(60)
  expect(await bring(rows)).toEqual({ made: 0, changed: 0, same: 3, problems: [] })
  expect(await everything()).toEqual(after)
})

test("what goes out comes in again without a change, phone numbers and would-be formulas included", async () => {
  await company.write("Vera")
  await succeed(company.act(bo, "Vera", "customer", { name: "@Vera" }))
  await succeed(company.act(bo, "Vera", "customer/fields", { name: "Phone", value: "+1, at home" }))
  const records = await exported()
  expect(records[0]).toEqual([...CSV_COLUMNS, "Field: Phone", "Plan"])
  expect(records.find(([, name]) => name === "Bertil")).toEqual(
    expect.arrayContaining(["+33612345602", nasty]),
  )
  expect(records.find(([, name]) => name === "@Vera")?.at(-2)).toBe("+1, at home")
  const text = records.map(csvLine).join("")
  expect(text).not.toMatch(/(^|,|\n)"?[=+@-]/)
  const before = await everything()
  const rows = rowsOf(records).map((row) => ({
    ...row,
    fields:
      row.fields?.map((field) =>
        "name" in field ? { ...field, name: String(field.name).replace("Field: ", "") } : field,
      ) ?? [],
  }))
  expect(await bring(rows)).toMatchObject({ made: 0, changed: 0, problems: [] })
  expect(await everything()).toEqual(before)
})

test("each line that cannot be taken is told with its reason, and the others are taken", async () => {
  const { made, problems } = await bring([
    { name: "Nobody" },
    { phone: "12" },
    { name: "x".repeat(200), phone: "+33612345610" },
    { phone: "+33612345611", fields: [{ name: "a", value: "y".repeat(600) }] },
    { phone: "+33612345612" },
    { phone: "06.12.34.56.12" },
    {
      phone: "+33612345613",
      fields: Array.from({ length: 51 }, (_, at) => ({ name: `f${at}`, value: "1" })),
    },
    { id: newId(), name: "Of another workspace" },
  ])
  expect(made).toBe(1)
  expect(problems).toEqual([
    { line: 2, problem: "no-address" },
    { line: 3, problem: "bad-phone" },
    { line: 4, problem: "name-too-long" },
    { line: 5, problem: "field-too-long" },
    { line: 7, problem: "twice" },
    { line: 8, problem: "too-many-fields" },
    { line: 9, problem: "no-address" },
  ])
  expect((await bring([{ phone: "+33612345699" }], { sourceId: null })).problems).toEqual([
    { line: 2, problem: "no-source" },
  ])
})

test("empty cells take nothing away, and everybody who looks sees what changed", async () => {
  await company.write("Wim")
  const { customer, id: conversationId } = await company.see(bo, "Wim")
  await succeed(company.act(bo, "Wim", "customer/fields", { name: "plan", value: "Basic" }))
  const desk = await connectStream(
    { url: company.url, cookie: bo.cookie(), workspaceId: company.workspaceId },
    new StreamClient(),
  )
  await desk.until(() => desk.row("conversation", conversationId) !== undefined, "a snapshot")
  expect(await bring([{ id: customer.id, fields: [{ name: "Plan", value: " " }] }])).toMatchObject({
    same: 1,
  })
  await bring([{ id: customer.id, name: "Wim Kok", fields: fields("Pro") }])
  await desk.until(() => desk.row("conversation", conversationId)?.customer.name === "Wim Kok", "the name")
  await desk.until(() => desk.row("customer", conversationId)?.fields[0]?.value === "Pro", "the field")
  expect((await company.notes(bo, "Wim")).fields).toEqual([{ name: "plan", value: "Pro" }])
  desk.close()
})

test("who was brought in is in no list until somebody says something, and is then one customer", async () => {
  await bring([{ name: "Pia", phone: "+33612345620" }])
  const { rows } = await sql<{ id: string }>`
    select c.id from conversations c join customers on customers.id = c.customer_id where name = 'Pia'`.execute(
    company.database.db,
  )
  const conversationId = rows[0]?.id ?? ""
  const closed = async () => {
    const { body } = await succeed(ada.get("/conversations?inbox=all&closed=true"))
    return JSON.stringify(body)
  }
  expect(await closed()).not.toContain(conversationId)
  company.customers.set("Pia", { name: "Pia", key: "", conversationId, lastEntryId: "" })
  expect(await company.see(bo, "Pia")).toMatchObject({
    isOpen: false,
    last: null,
    customer: { country: "FR" },
  })
  const id = newId()
  await receive(company.sync, [
    {
      workspaceId: company.workspaceId,
      sourceId: number,
      channel: "sms",
      teamId: company.everyoneId,
      addressValue: "+33612345620",
      addressDisplay: "",
      profile: {},
      message: { id, providerId: id, text: "Hello", claimedAt: null, files: [] },
    },
  ])
  expect(await company.see(bo, "Pia")).toMatchObject({ isOpen: true, assigneeId: null, last: { id } })
  expect((await company.timeline(bo, "Pia")).map(({ body }) => body.type)).toEqual(["message"])
  await company.close(bo, "Pia")
  expect(await closed()).toContain(conversationId)
})

test("is for admins only", async () => {
  expect(
    await bo.send("POST", "/customers/import", {
      sourceId: number,
      isPreview: true,
      rows: [{ line: 2, phone: "+33612345630", fields: [] }],
    }),
  ).toMatchObject({ status: 403 })
  expect(await bo.get("/customers/export")).toMatchObject({ status: 403 })
  expect(
    await ada.send("POST", "/customers/import", {
      sourceId: company.sourceId,
      isPreview: true,
      rows: [{ line: 2, fields: [] }],
    }),
  ).toMatchObject({ status: 404 })
})
