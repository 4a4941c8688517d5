import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { receive } from "../../server/conversations/conversations.ts"
import { newId } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let bo: Colleague
let cy: Colleague
let salesId: string
/** Of everyone, and of Sales, in which Bo is. */
let number: string
let salesNumber: string

beforeAll(async () => {
  parley = await openParley()
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
  cy = await company.hire("Cy")
  salesId = await company.makeTeam([bo], { deliveryMode: "queue" })
  number = await makeNumber("+15005550006", company.everyoneId)
  salesNumber = await makeNumber("+15005550007", salesId)
})
afterAll(() => parley.stop())

async function makeNumber(of: string, teamId: string): Promise<string> {
  const settings = {
    channel: "sms",
    number: of,
    accountId: `AC${"0".repeat(32)}`,
    authToken: "a token of it",
    apiBase: "http://127.0.0.1:9",
  }
  const { body } = await succeed(company.owner.send("POST", "/sources", { name: of, teamId, settings }))
  return String(body.id)
}

const start = (by: Colleague, to: string, o: object = {}) =>
  by.send("POST", "/conversations", { id: newId(), sourceId: number, to, text: "Your parcel is here", ...o })

async function begun(by: Colleague, to: string, o: object = {}): Promise<string> {
  const { body } = await succeed(start(by, to, o))
  const conversationId = String(body.conversationId)
  company.customers.set(to, { name: to, key: "", conversationId, lastEntryId: "" })
  return conversationId
}

async function texts(to: string, text: string, at = number, teamId = company.everyoneId): Promise<void> {
  const id = newId()
  const [received] = await receive(parley.sync, [
    {
      workspaceId: company.workspaceId,
      sourceId: at,
      channel: "sms",
      teamId,
      addressValue: to,
      addressDisplay: to,
      profile: {},
      message: { id, providerId: id, text, claimedAt: null, files: [] },
    },
  ])
  const conversationId = received?.conversationId ?? ""
  company.customers.set(to, { name: to, key: "", conversationId, lastEntryId: id })
}

const messages = async (name: string) =>
  (await company.timeline(ada, name)).flatMap(({ body }) => (body.type === "message" ? [body.text] : []))

test("a number nobody wrote from becomes the author's conversation, and the customer comes back to him", async () => {
  await begun(bo, "+33612345678")
  expect(await company.see(bo, "+33612345678")).toMatchObject({
    assigneeId: bo.agentId,
    isOpen: true,
    channel: "sms",
    customer: { country: "FR" },
    addresses: [{ display: "+33 6 12 34 56 78" }],
    waitingSince: null,
  })
  await texts("+33612345678", "Thank you")
  expect(await company.see(bo, "+33612345678")).toMatchObject({ assigneeId: bo.agentId, own: { unread: 1 } })
  await succeed(company.answer(bo, "+33612345678", undefined, "You are welcome"))
  expect(await messages("+33612345678")).toEqual(["Your parcel is here", "Thank you", "You are welcome"])
})

test("one that has a conversation goes on in it, closed or nobody's; a colleague's is told as his", async () => {
  await texts("+33611111111", "Hello?")
  const { conversationId } = company.customers.get("+33611111111") ?? {}
  expect(await begun(bo, "+33611111111")).toBe(conversationId)
  expect(await company.see(bo, "+33611111111")).toMatchObject({ assigneeId: bo.agentId, waitingSince: null })
  expect(await start(cy, "+33611111111")).toMatchObject({
    status: 409,
    body: { refusal: "conversation-taken", details: { agentName: "Bo" } },
  })
  await company.close(bo, "+33611111111")
  expect(await begun(cy, "+33611111111")).toBe(conversationId)
  expect(await company.see(bo, "+33611111111")).toMatchObject({ assigneeId: cy.agentId, isOpen: true })
  expect(await messages("+33611111111")).toHaveLength(3)
})

test("the same command is one message, however often it comes; two agents at once begin one conversation", async () => {
  const id = newId()
  const [first, again] = [await start(bo, "+33622222222", { id }), await start(bo, "+33622222222", { id })]
  expect(again.body).toEqual(first.body)
  const both = await Promise.all([start(bo, "+33633333333"), start(cy, "+33633333333")])
  expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409])
  const { rows } = await sql`
    select 1 from addresses where value in ('+33622222222', '+33633333333')`.execute(company.database.db)
  expect(rows).toHaveLength(2)
})

test("from a number of another team nobody writes, and whom that team knows is not told", async () => {
  expect(await start(cy, "+33644444444", { sourceId: salesNumber })).toMatchObject({ status: 404 })
  expect(await start(cy, "+33644444444", { sourceId: company.sourceId })).toMatchObject({ status: 404 })
  // Written to the number of everyone, and taken over by Sales.
  await texts("+33655555555", "A secret")
  await succeed(company.assign(ada, "+33655555555", { kind: "team", teamId: salesId }))
  const refused = await start(cy, "+33655555555")
  expect(refused).toMatchObject({ status: 409, body: { refusal: "address-closed" } })
  expect(JSON.stringify(refused.body)).not.toContain("secret")
  // The same as for a number that takes no messages at all.
  expect((await start(cy, "+15005550006")).body).toEqual(refused.body)
  expect(await messages("+33655555555")).toEqual(["A secret"])
})

test("who opted out is not written to, and nothing is left of the try", async () => {
  await texts("+33666666666", "STOP")
  await sql`update addresses set opted_out_at = now() where value = '+33666666666'`.execute(
    company.database.db,
  )
  expect(await start(bo, "+33666666666")).toMatchObject({ body: { refusal: "opted-out" } })
  expect(await company.see(ada, "+33666666666")).toMatchObject({ assigneeId: null })
  expect(await start(bo, "not a number")).toMatchObject({ status: 400 })
})
