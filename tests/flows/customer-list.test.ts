import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { customersAnswer } from "../../protocol/customers.ts"
import { newId } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

let company: Company
let stop: () => Promise<void>
let ada: Colleague
let bo: Colleague
let cy: Colleague
let salesSourceId: string

beforeAll(async () => {
  const parley = await openParley()
  stop = parley.stop
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
  cy = await company.hire("Cy")
  const salesId = await company.makeTeam([bo], { deliveryMode: "queue" })
  salesSourceId = await company.makeSource(salesId)
  for (const [name, at] of [
    ["Zoë Ångström", undefined],
    ["Jean-Luc O’Neil", salesSourceId],
    ["anna zimmer", undefined],
    ["50%_off\\", undefined],
    ["Lead", salesSourceId],
  ] as const) {
    company.clock.advance(60)
    await company.write(name, at === undefined ? {} : { at })
    if (name !== "Lead") await succeed(company.act(ada, name, "customer", { name }))
  }
  await succeed(
    company.act(ada, "anna zimmer", "customer/fields", { name: "Company", value: "Électricité SA" }),
  )
  await phone("Zoë Ångström", "+33612345678")
})
afterAll(() => stop())

async function phone(name: string, number: string): Promise<void> {
  await sql`
    insert into addresses (workspace_id, id, customer_id, source_id, channel, value, display, last_used_at, created_at)
    select workspace_id, ${newId()}, customer_id, ${newId()}, 'sms', ${number}, ${number}, created_at, created_at
      from conversations where id = ${company.customers.get(name)?.conversationId}`.execute(
    company.database.db,
  )
}

async function list(query: Record<string, string>, by = ada) {
  const { body } = await succeed(by.get(`/customers?${new URLSearchParams(query)}`))
  return customersAnswer.parse(body)
}
const names = async (query: Record<string, string>, by = ada) =>
  (await list(query, by)).customers.map(({ name }) => name ?? "Lead")

test("the latest seen stand first, or names in their order and leads last", async () => {
  expect(await names({})).toEqual(["Lead", "50%_off\\", "anna zimmer", "Jean-Luc O’Neil", "Zoë Ångström"])
  expect(await names({ sort: "name" })).toEqual([
    "50%_off\\",
    "anna zimmer",
    "Jean-Luc O’Neil",
    "Zoë Ångström",
    "Lead",
  ])
})

test("an agent's list holds those whose conversations he may see, and nobody else is found", async () => {
  expect(await names({ sort: "name" }, bo)).toHaveLength(5)
  expect(await names({ sort: "name" }, cy)).toEqual(["50%_off\\", "anna zimmer", "Zoë Ångström"])
  expect(await names({ find: "jean" }, cy)).toEqual([])
  await succeed(company.assign(bo, "Jean-Luc O’Neil", { kind: "agent", agentId: cy.agentId }))
  expect(await names({ find: "jean" }, cy)).toEqual(["Jean-Luc O’Neil"])
  await succeed(company.assign(bo, "Jean-Luc O’Neil", { kind: "nobody" }))
})

test.each([
  ["zoe", ["Zoë Ångström"]],
  ["ang zo", ["Zoë Ångström"]],
  ["ngstrom", []],
  ["z", ["anna zimmer", "Zoë Ångström"]],
  ["ELECTRICITE", ["anna zimmer"]],
  ["anna elec", ["anna zimmer"]],
  ["50%_", ["50%_off\\"]],
  ["off\\", []],
  ["%", []],
  ["_", []],
  ["+33 6 12", ["Zoë Ångström"]],
  ["06 12 34 56 78", ["Zoë Ångström"]],
  ["(06) 12.34", ["Zoë Ångström"]],
  ["999999", []],
  [" \u0000 ", ["50%_off\\", "anna zimmer", "Jean-Luc O’Neil", "Zoë Ångström", "Lead"]],
])("%j finds what it begins", async (find, found) => {
  expect(await names({ find, sort: "name" })).toEqual(found)
})

test("pages follow one another without a gap, in either order", async () => {
  for (const sort of ["seen", "name"]) {
    const all = await names({ sort })
    const paged: string[] = []
    let after: Record<string, string> = {}
    for (;;) {
      const { customers, next } = await list({ sort, limit: "2", ...after })
      paged.push(...customers.map(({ name }) => name ?? "Lead"))
      if (next === null) break
      after = { afterKey: next.key, afterId: next.id }
    }
    expect(paged, sort).toEqual(all)
  }
  expect(await ada.get(`/customers?afterKey=x&afterId=${newId()}`)).toMatchObject({ status: 400 })
})

test("filters narrow by channel, by whether a conversation is open, and by who is blocked", async () => {
  expect(await names({ channels: "sms" })).toEqual(["Zoë Ångström"])
  await company.close(ada, "anna zimmer")
  expect(await names({ isOpen: "false" })).toEqual(["anna zimmer"])
  expect(await names({ isOpen: "true" })).not.toContain("anna zimmer")
  await succeed(company.act(ada, "Lead", "customer/block", { isBlocked: true }))
  expect(await names({ isBlocked: "true" })).toEqual(["Lead"])
  expect((await list({ isBlocked: "true" })).customers[0]).toMatchObject({ isOpen: false, isBlocked: true })
})
