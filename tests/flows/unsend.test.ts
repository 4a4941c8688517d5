import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { createVisitor } from "./visitor-client.ts"

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
})
afterAll(() => stop())

async function answerHeld(by: Colleague, name: string, text = "Too quick"): Promise<string> {
  const { assigneeId, isOpen, lastAnswer, lastAddressId: addressId } = await company.see(by, name)
  const expects = { assigneeId, isOpen, lastAnswerId: lastAnswer?.id ?? null }
  const id = newId()
  await succeed(company.act(by, name, "answers", { id, text, addressId, expects, isUndoable: true }))
  return id
}
const unsend = (by: Colleague, name: string, entryId: string, body: object = {}) =>
  company.act(by, name, `entries/${entryId}/unsend`, body)
const visitorOf = (name: string) =>
  createVisitor(company.url, company.sourceId, company.customers.get(name)?.key ?? "")
async function read(name: string): Promise<unknown[]> {
  const { body } = await visitorOf(name).ask("history", {
    key: company.customers.get(name)?.key,
    before: "9999-01-01T00:00:00.000000Z",
  })
  return Array.isArray(body.messages) ? body.messages.map(({ text }) => text) : [body]
}
const shown = async (name: string) =>
  (await company.timeline(ada, name)).flatMap(({ body }) =>
    body.type === "message" ? [[body.text, body.delivery?.state ?? null]] : [],
  )

test("it is the conversation's for agents at once, and the customer's five seconds later", async () => {
  await company.write("Vera")
  const visitor = await visitorOf("Vera").connect()
  await visitor.next("welcome")
  await answerHeld(ada, "Vera")
  expect(await company.see(bo, "Vera")).toMatchObject({ assigneeId: ada.agentId, waitingSince: null })
  expect(await shown("Vera")).toEqual([
    ["Hello from Vera", null],
    ["Too quick", "held"],
  ])
  expect(await read("Vera")).toEqual(["Hello from Vera"])
  await company.pass(4)
  expect(await read("Vera")).toEqual(["Hello from Vera"])
  expect(JSON.stringify(visitor.frames)).not.toContain("Too quick")
  await company.pass(2)
  expect(await read("Vera")).toEqual(["Hello from Vera", "Too quick"])
  const news = await visitor.next("messages", ({ messages }) =>
    messages.some(({ text }) => text === "Too quick"),
  )
  expect(news.unread).toBe(1)
  visitor.close()
  expect((await shown("Vera")).at(-1)).toEqual(["Too quick", expect.stringMatching(/^(sent|delivered)$/)])
})

test("taken back it was never there: for no customer, and the conversation waits as before", async () => {
  await company.write("Wim")
  await succeed(company.answer(bo, "Wim", undefined, "Earlier"))
  await company.write("Wim", { text: "And?" })
  const before = await company.see(bo, "Wim")
  const id = await answerHeld(bo, "Wim")
  const command = { id: newId() }
  expect((await succeed(unsend(bo, "Wim", id, command))).body).toMatchObject({ text: "Too quick" })
  expect((await succeed(unsend(bo, "Wim", id, command))).body).toMatchObject({ text: "Too quick" })
  expect(await company.see(bo, "Wim")).toEqual(before)
  await company.pass(10)
  expect(await read("Wim")).toEqual(["Hello from Wim", "Earlier", "And?"])
  // Nobody answered since the close, so nobody waits for what was before it.
  await company.close(bo, "Wim")
  await company.write("Wim", { text: "Back" })
  const { waitingSince } = await company.see(bo, "Wim")
  await succeed(unsend(bo, "Wim", await answerHeld(bo, "Wim")))
  expect((await company.see(bo, "Wim")).waitingSince).toBe(waitingSince)
})

test("only its author takes it back, and not once it is sent", async () => {
  await company.write("Xenia")
  const id = await answerHeld(ada, "Xenia")
  expect(await unsend(bo, "Xenia", id)).toMatchObject({ status: 404 })
  await company.pass(6)
  expect(await unsend(ada, "Xenia", id)).toMatchObject({ status: 409, body: { refusal: "already-sent" } })
  expect((await shown("Xenia")).at(-1)?.[0]).toBe("Too quick")
})

test("what the customer wrote meanwhile stands before it, and still waits for an answer", async () => {
  await company.write("Yuri")
  const id = await answerHeld(ada, "Yuri")
  await company.write("Yuri", { text: "One more thing" })
  const { waitingSince } = await company.see(ada, "Yuri")
  await company.pass(6)
  expect((await shown("Yuri")).map(([text]) => text)).toEqual([
    "Hello from Yuri",
    "One more thing",
    "Too quick",
  ])
  expect(await company.see(ada, "Yuri")).toMatchObject({ waitingSince, last: { id }, lastAnswer: { id } })
  expect(await read("Yuri")).toEqual(["Hello from Yuri", "One more thing", "Too quick"])
})

test("several go out in their order, once each, also when nobody ran for a while", async () => {
  await company.write("Zoe")
  for (const text of ["one", "two", "three"]) await answerHeld(ada, "Zoe", text)
  await company.pass(3_600)
  await company.pass(3_600)
  expect(await read("Zoe")).toEqual(["Hello from Zoe", "one", "two", "three"])
  const { rows } = await sql`select 1 from entries where text in ('one', 'two', 'three')`.execute(
    company.database.db,
  )
  expect(rows).toHaveLength(3)
})
