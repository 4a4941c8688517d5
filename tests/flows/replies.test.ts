import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

let company: Company
let stop: () => Promise<void>
let ada: Colleague
let bo: Colleague
let cy: Colleague
let salesId: string

beforeAll(async () => {
  const parley = await openParley()
  stop = parley.stop
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
  cy = await company.hire("Cy")
  salesId = await company.makeTeam([bo])
})
afterAll(() => stop())

async function make(by: Colleague, teamId: string | null, name = "Hello"): Promise<string> {
  const id = newId()
  await succeed(by.send("POST", "/saved-replies", { id, name, text: "Hi {customer}", teamId }))
  return id
}

async function listed(by: Colleague): Promise<{ id: string; uses: number }[]> {
  const { body } = await by.get("/saved-replies")
  return Array.isArray(body.replies) ? body.replies : []
}
const usesOf = async (id: string) => (await listed(ada)).find((reply) => reply.id === id)?.uses

test("one of the workspace is seen by all and changed by admins; one of a team by its members and admins", async () => {
  const ofAll = await make(ada, null)
  const ofSales = await make(bo, salesId)
  expect((await listed(bo)).map(({ id }) => id).toSorted()).toEqual([ofAll, ofSales].toSorted())
  expect((await listed(cy)).map(({ id }) => id)).toEqual([ofAll])
  const change = (by: Colleague, id: string) =>
    by.send("PATCH", `/saved-replies/${id}`, { id: newId(), text: "Hello" })
  expect(await change(bo, ofAll)).toMatchObject({ status: 403 })
  expect(await change(cy, ofSales)).toMatchObject({ status: 404 })
  await succeed(change(ada, ofSales))
  await succeed(change(bo, ofSales))
  // Nor can a member make his team's one the whole workspace's.
  expect(await bo.send("PATCH", `/saved-replies/${ofSales}`, { id: newId(), teamId: null })).toMatchObject({
    status: 403,
  })
  expect(
    await cy.send("POST", "/saved-replies", { id: newId(), name: "x", text: "x", teamId: null }),
  ).toMatchObject({ status: 403 })
})

test("its uses are counted with the answers that were sent, once each, and none that was refused", async () => {
  const id = await make(ada, null, "Counted")
  await company.write("Ines")
  const { lastAddressId: addressId } = await company.see(bo, "Ines")
  const answer = {
    id: newId(),
    text: "Hi Ines",
    addressId,
    expects: { assigneeId: null, isOpen: true, lastAnswerId: null },
    replyIds: [id, newId()],
  }
  await succeed(company.act(bo, "Ines", "answers", answer))
  await succeed(company.act(bo, "Ines", "answers", answer))
  expect(await usesOf(id)).toBe(1)
  expect(await company.act(cy, "Ines", "answers", { ...answer, id: newId() })).toMatchObject({ status: 409 })
  expect(await usesOf(id)).toBe(1)
})

test("a deletion is undone with its uses, and a deleted one cannot be changed", async () => {
  const id = await make(ada, null, "Gone")
  await succeed(ada.send("DELETE", `/saved-replies/${id}`, { id: newId() }))
  expect(await usesOf(id)).toBeUndefined()
  expect(await ada.send("PATCH", `/saved-replies/${id}`, { id: newId(), text: "back" })).toMatchObject({
    status: 404,
  })
  await succeed(ada.send("POST", `/saved-replies/${id}/restore`, { id: newId() }))
  expect(await usesOf(id)).toBe(0)
})
