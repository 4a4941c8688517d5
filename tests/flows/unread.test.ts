import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { mentionOf } from "../../protocol/text.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

const nothing = { me: [], mentions: [], unassigned: [], starred: [], badge: 0 }

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let bo: Colleague
/** In the team from the start, and never closer to the conversation than that. */
let cy: Colleague
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
  cy = await company.hire("Cy")
  sales = await company.makeTeam([ada, cy], { deliveryMode: "queue" })
  shop = await company.makeSource(sales)
})

const write = (text?: string) => company.write("Paris", { at: shop, ...(text && { text }) })
const unreadOf = async (agent: Colleague) => (await company.see(agent, "Paris")).own.unread
const setMembers = (members: Colleague[]) =>
  succeed(
    company.owner.send("PATCH", `/teams/${sales}`, { memberIds: members.map(({ agentId }) => agentId) }),
  )
const note = (agent: Colleague, text: string) => succeed(company.act(agent, "Paris", "notes", { text }))

async function readAll(agent: Colleague): Promise<void> {
  const last = (await company.timeline(agent, "Paris")).at(-1)
  await succeed(company.act(agent, "Paris", "read", { upTo: last?.at }))
}

test("a mention that came while an agent was done with the one before is not done with", async () => {
  await write()
  await note(ada, `Do you know, ${mentionOf("agent", bo.agentId)}?`)
  const { updatedAt } = await company.see(bo, "Paris")
  await note(ada, `Or you, ${mentionOf("agent", bo.agentId)}?`)
  await succeed(company.act(bo, "Paris", "mention", { isDone: true, upTo: updatedAt }))
  expect((await company.look(bo)).mentions).toEqual(["Paris"])
  await succeed(company.act(bo, "Paris", "mention", { isDone: true }))
  expect((await company.look(bo)).mentions).toEqual([])
})

describe("an agent's first mark", () => {
  beforeEach(async () => {
    await write("one")
    await succeed(company.answer(ada, "Paris"))
    await write("two")
    await write("three")
    company.clock.advance(1)
  })

  test("stands at the last answer given before he joined the team", async () => {
    await setMembers([ada, bo])
    expect(await unreadOf(bo)).toBe(2)
    await succeed(company.answer(ada, "Paris"))
    expect(await unreadOf(bo)).toBe(2)
  })

  test("stands at the last answer given before he became an admin", async () => {
    await succeed(company.owner.send("PATCH", `/agents/${bo.agentId}`, { role: "admin" }))
    expect(await unreadOf(bo)).toBe(2)
  })

  test("stands at nothing for who was in the team from the start", async () => {
    expect([await unreadOf(ada), await unreadOf(cy)]).toEqual([3, 3])
  })

  test("stands at the last answer before it was given to him, and the giving is one more", async () => {
    await succeed(company.assign(ada, "Paris", { kind: "agent", agentId: bo.agentId }))
    expect(await unreadOf(bo)).toBe(3)
    expect(await company.look(bo)).toEqual({ ...nothing, me: ["Paris"], badge: 1 })
  })

  test("stands at the last answer before he was mentioned, and stays there when he joins later", async () => {
    await note(ada, `Ask ${mentionOf("agent", bo.agentId)}`)
    expect(await unreadOf(bo)).toBe(3)
    await succeed(company.answer(ada, "Paris"))
    await setMembers([ada, bo])
    expect(await unreadOf(bo)).toBe(3)
  })

  test("is not moved by a move to another team, for those who saw it before and for those who did not", async () => {
    const support = await company.makeTeam([ada, bo, cy], { deliveryMode: "queue" })
    company.clock.advance(1)
    await succeed(company.assign(ada, "Paris", { kind: "team", teamId: support }))
    expect([await unreadOf(ada), await unreadOf(cy)]).toEqual([3, 3])
    expect(await unreadOf(bo)).toBe(2)
  })
})

describe("unread", () => {
  beforeEach(async () => {
    await write("one")
    await setMembers([ada, bo])
  })

  test("is each agent's own: reading as a preview clears nobody else's", async () => {
    await readAll(ada)
    expect([await unreadOf(ada), await unreadOf(bo)]).toEqual([0, 1])
    await write("two")
    await readAll(ada)
    expect([await unreadOf(ada), await unreadOf(bo)]).toEqual([0, 2])
    // It stays Unassigned and wants attention all the same.
    expect(await company.look(ada)).toEqual({ ...nothing, unassigned: ["Paris"], badge: 1 })
  })

  test("is neither what colleagues answer nor what they note without a mention", async () => {
    await readAll(bo)
    await succeed(company.answer(ada, "Paris"))
    await note(ada, "Nothing for Bo here.")
    expect(await unreadOf(bo)).toBe(0)
    await note(ada, `But here, ${mentionOf("team", sales)}`)
    expect(await unreadOf(bo)).toBe(1)
    expect(await company.look(bo)).toEqual({ ...nothing, mentions: ["Paris"], badge: 1 })
    expect((await company.look(ada)).mentions).toEqual([])
    await readAll(bo)
    expect(await company.look(bo)).toEqual({ ...nothing, mentions: ["Paris"] })
  })

  test("never grows by reading something older, and a stamp from the future reads only what there is", async () => {
    const [first] = await company.timeline(ada, "Paris")
    await succeed(company.act(ada, "Paris", "read", { upTo: "2100-01-01T00:00:00.000000Z" }))
    await succeed(company.act(ada, "Paris", "read", { upTo: first?.at }))
    expect(await unreadOf(ada)).toBe(0)
    await write("two")
    expect(await unreadOf(ada)).toBe(1)
  })

  test("starts again at the entry from which it was marked unread", async () => {
    await write("two")
    const { lastEntryId } = await write("three")
    await readAll(ada)
    await succeed(company.act(ada, "Paris", "unread", { fromEntryId: lastEntryId }))
    expect(await unreadOf(ada)).toBe(1)
    const [first] = await company.timeline(ada, "Paris")
    await succeed(company.act(ada, "Paris", "unread", { fromEntryId: first?.id }))
    expect(await unreadOf(ada)).toBe(3)
  })

  test("counts under Me while something is unread, and not what one assigned to oneself", async () => {
    await readAll(ada)
    await succeed(company.assign(ada, "Paris", { kind: "agent", agentId: ada.agentId }))
    expect(await company.look(ada)).toEqual({ ...nothing, me: ["Paris"] })
    await write("two")
    expect((await company.look(ada)).badge).toBe(1)
  })

  test("lets a mention be seen by who could not see the conversation, until it is closed and again when it opens", async () => {
    expect((await company.act(cy, "Paris", "notes", { text: "?" })).status).toBe(404)
    await note(ada, `Ask ${mentionOf("agent", cy.agentId)}`)
    expect(await company.look(cy)).toEqual({ ...nothing, mentions: ["Paris"], badge: 1 })
    await company.close(ada, "Paris")
    expect(await company.look(cy)).toEqual(nothing)
    expect(await company.list(cy, "mentions", true)).toEqual(["Paris"])
    await write("again")
    expect(await company.look(cy)).toEqual({ ...nothing, mentions: ["Paris"], badge: 1 })
  })
})

test("a star is its agent's alone, and shows open and closed", async () => {
  await write("one")
  await succeed(company.act(ada, "Paris", "star", { isStarred: true }))
  await company.close(ada, "Paris")
  expect((await company.look(ada)).starred).toEqual(["Paris"])
  await setMembers([bo])
  expect((await company.look(ada)).starred).toEqual([])
  expect((await company.look(bo)).starred).toEqual([])
})

describe("pages", () => {
  test("of closed conversations follow one another, latest update first, and a note moves its conversation up", async () => {
    for (const name of ["one", "two", "three", "four", "five"]) {
      await company.write(name, { at: shop })
      company.clock.advance(1)
      await company.close(ada, name)
    }
    await succeed(company.act(ada, "two", "notes", { text: "Still thinking of it." }))
    expect(await company.list(ada, `team:${sales}`, true)).toEqual(["two", "five", "four", "three", "one"])
    const path = `/conversations?inbox=team:${sales}&closed=true&limit=2`
    const seen: string[] = []
    let cursor = ""
    for (let page = 0; page < 3; page++) {
      const { body } = await succeed(ada.get(path + cursor))
      const { rows, hasMore } = body as { rows: { id: string; updatedAt: string }[]; hasMore: boolean }
      expect(hasMore).toBe(page < 2)
      seen.push(...rows.map(({ id }) => id))
      const last = rows.at(-1)
      cursor = `&beforeAt=${last?.updatedAt}&beforeId=${last?.id}`
    }
    const order = ["two", "five", "four", "three", "one"].map(
      (name) => company.customers.get(name)?.conversationId,
    )
    expect(seen).toEqual(order)
  })

  test("of a timeline go back to the first message, on from a time, and around an entry of a link", async () => {
    for (let number = 1; number <= 9; number++) await write(`${number}`)
    const { id } = await company.see(ada, "Paris")
    const read = async (query: string) => {
      const { body } = await succeed(ada.get(`/conversations/${id}/entries?${query}`))
      const { rows, hasMore } = body as {
        rows: { id: string; at: string; body: { text: string } }[]
        hasMore: boolean
      }
      return { rows, texts: rows.map((row) => row.body.text).join(""), hasMore }
    }
    const latest = await read("limit=4")
    expect(latest).toMatchObject({ texts: "6789", hasMore: true })
    expect(await read(`limit=4&before=${latest.rows[0]?.at}`)).toMatchObject({ texts: "2345", hasMore: true })
    expect(await read(`limit=5&before=${latest.rows[0]?.at}`)).toMatchObject({
      texts: "12345",
      hasMore: false,
    })
    expect(await read(`limit=2&after=${latest.rows[0]?.at}`)).toMatchObject({ texts: "78", hasMore: true })
    expect(await read(`limit=4&around=${latest.rows[0]?.id}`)).toMatchObject({ texts: "5678", hasMore: true })
  })
})
