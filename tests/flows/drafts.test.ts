import { afterAll, beforeAll, expect, test } from "vitest"
import { draftRow } from "../../protocol/rows.ts"
import { newId } from "../../server/db/db.ts"
import { connectStream, StreamClient } from "../harness/stream-client.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

let company: Company
let stop: () => Promise<void>
let ada: Colleague
let bo: Colleague

beforeAll(async () => {
  const parley = await openParley()
  stop = parley.stop
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
  await company.write("Vera")
})
afterAll(() => stop())

async function write(by: Colleague, text: string, basedOn: string | null, isNote = false) {
  const id = newId()
  const { status, body } = await company.act(by, "Vera", "draft", { id, text, isNote, basedOn })
  return { id, status, body }
}

/** What a device of the agent's that has just been opened holds. */
async function drafts(of: Colleague): Promise<string[]> {
  const client = new StreamClient()
  const { workspaceId, url } = company
  await connectStream({ url, cookie: of.cookie(), workspaceId }, client)
  await client.until(() => client.snapshots > 0, "a snapshot")
  client.close()
  return [...client.rows.values()].flatMap(({ row }) => {
    const found = draftRow.safeParse(row)
    return found.success ? [found.data.text] : []
  })
}

test("a draft is on the agent's other devices and on nobody else's, not even an admin's", async () => {
  const first = await write(bo, "  Dear Vera,\n", null)
  expect(first.status).toBe(200)
  expect(await drafts(bo)).toEqual(["  Dear Vera,\n"])
  expect(await drafts(ada)).toEqual([])
  const adas = await write(ada, "Hello", null)
  expect(adas.status).toBe(200)
  expect([await drafts(bo), await drafts(ada)]).toEqual([["  Dear Vera,\n"], ["Hello"]])
  expect((await write(bo, "", first.id)).status).toBe(200)
  expect([await drafts(bo), await drafts(ada)]).toEqual([[], ["Hello"]])
})

test("what another device wrote is not overwritten by one that did not know it", async () => {
  const phone = await write(bo, "from the phone", null)
  const refused = { status: 409, body: { refusal: "draft-elsewhere" } }
  expect(await write(bo, "from the laptop", null)).toMatchObject(refused)
  // Nor is it deleted by sending what the other one has.
  expect(await write(bo, "", null)).toMatchObject(refused)
  expect(await drafts(bo)).toEqual(["from the phone"])
  const both = await write(bo, "from both", phone.id)
  expect(both.status).toBe(200)
  expect(await write(bo, "from the phone, on", phone.id)).toMatchObject(refused)
  expect(await drafts(bo)).toEqual(["from both"])
  await succeed(company.act(bo, "Vera", "draft", { text: "", isNote: false, basedOn: both.id }))
})

test("of two devices that begin at once one is told that there is another", async () => {
  const results = await Promise.all([write(bo, "one", null), write(bo, "two", null)])
  expect(results.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409])
  expect(await drafts(bo)).toHaveLength(1)
})
