/** A note's thread: who is told, who sees it, and what of it is shown where. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { page } from "../../protocol/stream.ts"
import type { EntryRow } from "../../protocol/rows.ts"
import { mentionOf } from "../../protocol/text.ts"
import { newId } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
/** In Sales, as Bo. */
let ada: Colleague
let bo: Colleague
/** In no team of the conversation. */
let dee: Colleague
let sales: string
let shop: string

beforeAll(async () => {
  parley = await openParley()
})
afterAll(() => parley.stop())

beforeEach(async () => {
  company = await createCompany(parley)
  ada = await company.hire("Ada")
  bo = await company.hire("Bo")
  dee = await company.hire("Dee")
  sales = await company.makeTeam([ada, bo], { deliveryMode: "queue" })
  shop = await company.makeSource(sales)
  await company.write("Vera", { at: shop })
})

async function note(by: Colleague, text: string, thread?: string): Promise<string> {
  const id = newId()
  await succeed(company.act(by, "Vera", "notes", { id, text, thread }))
  return id
}

const pathTo = (what: string) => `/conversations/${company.customers.get("Vera")?.conversationId}/${what}`

async function entriesOf(by: Colleague, query: string): Promise<EntryRow[]> {
  const { body } = await succeed(by.get(pathTo(`entries?${query}`)))
  return page.parse(body).rows.filter((row) => row.kind === "entry")
}

const isMentioned = async (agent: Colleague) => (await company.look(agent)).mentions.includes("Vera")

test("an answer mentions its author, those mentioned and those who answered, and not who only looks on", async () => {
  const asked = await note(ada, `Can you check, ${mentionOf("agent", dee.agentId)}?`)
  expect([await isMentioned(ada), await isMentioned(bo), await isMentioned(dee)]).toEqual([
    false,
    false,
    true,
  ])
  await note(dee, "Yes, it is paid.", asked)
  expect([await isMentioned(ada), await isMentioned(bo)]).toEqual([true, false])
  expect((await company.see(ada, "Vera")).own).toMatchObject({ hasUnreadMention: true })
  const unread = (await company.see(dee, "Vera")).own.unread
  await note(bo, "I tell her.", asked)
  expect((await company.see(dee, "Vera")).own.unread).toBe(unread + 1)
  await note(ada, "Thanks.", asked)
  expect(await isMentioned(bo)).toBe(true)
})

test("a note shows how many answers it has, who answered, and the last; an answer shows what it answers", async () => {
  const asked = await note(ada, "Who knows\nher?")
  expect((await company.timeline(ada, "Vera")).at(-1)?.body).toMatchObject({
    thread: null,
    answers: { count: 0, last: null },
  })
  const first = await note(bo, "I do.", asked)
  const last = await note(ada, "And I.", asked)
  const timeline = await company.timeline(bo, "Vera")
  expect(timeline.find(({ id }) => id === asked)?.body).toMatchObject({
    answers: {
      count: 2,
      agentIds: [ada.agentId, bo.agentId],
      last: { id: last, agentId: ada.agentId, text: "And I.", at: timeline.at(-1)?.at },
    },
  })
  const answer = { id: asked, agentId: ada.agentId, text: "Who knows her?" }
  expect(timeline.slice(-2).map(({ body }) => "thread" in body && body.thread)).toEqual([answer, answer])
  await company.write("Vera", { at: shop })
  await note(bo, "Another matter.")
  expect((await entriesOf(bo, `thread=${asked}`)).map(({ id }) => id)).toEqual([asked, first, last])
  expect((await entriesOf(bo, `thread=${asked}&limit=2`)).map(({ id }) => id)).toEqual([first, last])
})

test("who lost sight of the conversation is not given it back by an answer in a thread in which he wrote", async () => {
  const asked = await note(bo, "I shall look.")
  await succeed(company.owner.send("PATCH", `/teams/${sales}`, { memberIds: [ada.agentId] }))
  await note(ada, "Did you?", asked)
  expect((await bo.get(pathTo(`entries`))).status).toBe(404)
  // Named, he is.
  await note(ada, `Did you, ${mentionOf("agent", bo.agentId)}?`, asked)
  expect((await bo.get(pathTo(`entries`))).status).toBe(200)
})

test("only a note of the same conversation has a thread", async () => {
  const refused = { status: 404, body: { refusal: "not-found" } }
  const asked = await note(ada, "Who knows her?")
  const answer = await note(bo, "I do.", asked)
  await company.write("Wim")
  const message = company.customers.get("Vera")?.lastEntryId
  for (const thread of [answer, message, newId()]) {
    expect(await company.act(ada, "Vera", "notes", { text: "x", thread })).toMatchObject(refused)
    const draft = { text: "x", isNote: true, basedOn: null, thread }
    expect(await company.act(ada, "Vera", "draft", draft)).toMatchObject(refused)
  }
  expect(await company.act(ada, "Wim", "notes", { text: "x", thread: asked })).toMatchObject(refused)
  expect(await company.act(dee, "Vera", "notes", { text: "x", thread: asked })).toMatchObject(refused)
})

test("of two who answer at once both answers stand, and each is told of the other's", async () => {
  const asked = await note(ada, `${mentionOf("agent", dee.agentId)}, what do we say?`)
  const written = await Promise.all([
    note(dee, "Yes.", asked),
    note(bo, "No.", asked),
    note(ada, "Perhaps.", asked),
  ])
  const thread = await entriesOf(ada, `thread=${asked}`)
  expect(thread[0]?.body).toMatchObject({ answers: { count: 3 } })
  expect(new Set(thread.slice(1).map(({ id }) => id))).toEqual(new Set(written))
  // Whoever wrote second found the first in the thread.
  expect((await company.see(dee, "Vera")).own.isMentioned).toBe(true)
  expect((await company.see(ada, "Vera")).own.hasUnreadMention).toBe(true)
})

test("a draft is kept for each thread beside the conversation's own", async () => {
  const [one, other] = [await note(ada, "One"), await note(ada, "Other")]
  const write = (text: string, basedOn: string | null, thread?: string) => {
    const id = newId()
    const body = { id, text, isNote: true, basedOn, thread }
    return succeed(company.act(bo, "Vera", "draft", body)).then(() => id)
  }
  await write("of all", null)
  const ofOne = await write("of one", null, one)
  await write("of other", null, other)
  await write("of one, longer", ofOne, one)
  const refused = { status: 409, body: { refusal: "draft-elsewhere" } }
  const late = { text: "late", isNote: true, basedOn: null, thread: one }
  expect(await company.act(bo, "Vera", "draft", late)).toMatchObject(refused)
})
