import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { page } from "../../protocol/stream.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let [sales, service] = ["", ""]

beforeAll(async () => {
  parley = await openParley()
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  sales = await company.makeTeam([ada], { deliveryMode: "queue" })
  service = await company.makeTeam([ada], { deliveryMode: "queue" })
  const shops = { [sales]: await company.makeSource(sales), [service]: await company.makeSource(service) }
  for (const [name, teamId] of [
    ["one", sales],
    ["two", service],
    ["three", sales],
    ["four", service],
    ["five", sales],
  ] as const) {
    await company.write(name, { at: shops[teamId] ?? "" })
    await succeed(company.assign(ada, name, { kind: "agent", agentId: ada.agentId }))
    company.clock.advance(1)
    await company.close(ada, name)
  }
  await isOn("two", "sms")
  await isOn("five", "sms")
  // Of the same moment: the id decides.
  await sql`
    update conversations set updated_at = now(), listed_at = now()
     where workspace_id = ${company.workspaceId} and id = any(${["three", "four"].map(idOf)}::uuid[])`.execute(
    parley.database.db,
  )
})
afterAll(() => parley.stop())

const idOf = (name: string) => company.customers.get(name)?.conversationId ?? ""

/** As if the customer had written there last, through a source of that channel. */
async function isOn(name: string, channel: string): Promise<void> {
  await sql`
    with source as (
      insert into sources (workspace_id, id, channel, name, team_id, settings, created_at)
      select workspace_id, ${newId()}::uuid, ${channel}, name, team_id, settings, created_at
        from sources where id = ${company.sourceId}
      returning id
    ), address as (
      update addresses a set channel = ${channel}, source_id = source.id from source, conversations c
       where c.id = ${idOf(name)} and a.workspace_id = c.workspace_id and a.id = c.last_address_id
    )
    update conversations c set last_source_id = source.id from source
     where c.workspace_id = ${company.workspaceId} and c.id = ${idOf(name)}`.execute(parley.database.db)
}

/** All pages of a list, as names. */
async function pages(query: string, limit = 2): Promise<string[]> {
  const names = new Map([...company.customers.keys()].map((name) => [idOf(name), name]))
  const found: string[] = []
  for (let cursor = "", hasMore = true; hasMore;) {
    const { body } = await succeed(ada.get(`/conversations?closed=true&limit=${limit}&${query}${cursor}`))
    const answer = page.parse(body)
    found.push(...answer.rows.map(({ id }) => names.get(id) ?? id))
    const last = answer.rows.at(-1)
    if (last?.kind === "conversation") cursor = `&beforeAt=${last.updatedAt}&beforeId=${last.id}`
    hasMore = answer.hasMore && last !== undefined
  }
  return found
}

describe.each(["me", "all"])("closed conversations under %s", (inbox) => {
  test("come in either order, each exactly once", async () => {
    const latest = await pages(`inbox=${inbox}`, 5)
    expect(latest.toSorted()).toEqual(["five", "four", "one", "three", "two"])
    for (const limit of [1, 2, 3]) {
      expect(await pages(`inbox=${inbox}`, limit)).toEqual(latest)
      expect(await pages(`inbox=${inbox}&order=oldest`, limit)).toEqual(latest.toReversed())
    }
  })

  test("are filtered by team and by channel before they are cut into pages", async () => {
    const latest = await pages(`inbox=${inbox}`, 5)
    const only = (...names: string[]) => latest.filter((name) => names.includes(name))
    expect(await pages(`inbox=${inbox}&teamIds=${sales}`)).toEqual(only("one", "three", "five"))
    expect(await pages(`inbox=${inbox}&teamIds=${service}&order=oldest`)).toEqual(
      only("two", "four").toReversed(),
    )
    expect(await pages(`inbox=${inbox}&teamIds=${sales}&teamIds=${service}`)).toEqual(latest)
    expect(await pages(`inbox=${inbox}&channels=sms`)).toEqual(only("two", "five"))
    expect(await pages(`inbox=${inbox}&channels=sms&teamIds=${sales}`)).toEqual(["five"])
    expect(await pages(`inbox=${inbox}&channels=sms&channels=web-chat`)).toEqual(latest)
    expect(await pages(`inbox=${inbox}&teamIds=${company.everyoneId}`)).toEqual([])
  })
})

test("a team or channel that is none is refused", async () => {
  expect((await ada.get("/conversations?inbox=me&teamIds=sales")).status).toBe(400)
  expect((await ada.get("/conversations?inbox=me&channels=fax")).status).toBe(400)
})
