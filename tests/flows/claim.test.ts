import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

const AGENTS = 50
const ROUNDS = 50

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company

beforeAll(async () => {
  parley = await openParley({ databaseConnections: 16 })
  company = await createCompany(parley)
  for (let number = 1; number <= AGENTS; number++) await company.hire(`Agent ${number}`)
}, 120_000)
afterAll(() => parley.stop())

const refusalOf = ({ body }: { body: Record<string, unknown> }) => ({
  refusal: body["refusal"],
  details: body["details"],
})

async function answersOf(name: string): Promise<{ agentId: string; text: string }[]> {
  const { conversationId } = company.customers.get(name) ?? {}
  const { rows } = await sql<{ agentId: string; text: string }>`
    select agent_id as "agentId", text from entries
     where conversation_id = ${conversationId} and type = 'message' and agent_id is not null
     order by at`.execute(parley.database.db)
  return rows
}

function at<T>(list: T[], position: number): T {
  const found = list.at(position)
  if (found === undefined) throw new Error("There are not so many.")
  return found
}

describe(`${AGENTS} agents answer the same unassigned conversation at once, ${ROUNDS} times`, () => {
  test("exactly one takes it, and the others are told who", { timeout: 240_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const name = `customer ${round}`
      await company.write(name)
      const saw = await company.see(at(company.agents, 0), name)
      const results = await Promise.all(
        company.agents.map((agent) => company.answer(agent, name, saw, `From ${agent.name}`)),
      )
      const winners = company.agents.filter((_, position) => results[position]?.status === 200)
      expect(winners).toHaveLength(1)
      const winner = at(winners, 0)
      const details = { assigneeId: winner.agentId, agentName: winner.name }
      for (const result of results.filter(({ status }) => status !== 200)) {
        expect(result.status).toBe(409)
        expect(refusalOf(result)).toEqual({ refusal: "conversation-taken", details })
      }
      expect(await answersOf(name)).toEqual([{ agentId: winner.agentId, text: `From ${winner.name}` }])
      expect((await company.see(winner, name)).assigneeId).toBe(winner.agentId)
    }
  })
})

describe("an answer that was written offline", () => {
  let ada: Colleague
  let bo: Colleague
  let count = 0
  const next = async (): Promise<string> => {
    const name = `late ${count++}`
    await company.write(name)
    return name
  }

  beforeAll(() => {
    ada = at(company.agents, 0)
    bo = at(company.agents, 1)
  })

  test("is not sent into a conversation that a colleague has meanwhile answered", async () => {
    const name = await next()
    const saw = await company.see(ada, name)
    await succeed(company.answer(bo, name))
    const details = { assigneeId: bo.agentId, agentName: bo.name }
    expect(refusalOf(await company.answer(ada, name, saw))).toEqual({
      refusal: "conversation-taken",
      details,
    })
    expect(await answersOf(name)).toHaveLength(1)
  })

  test("is not sent where a colleague answered into the same colleague's conversation", async () => {
    const name = await next()
    await succeed(company.answer(bo, name))
    const saw = await company.see(ada, name)
    await succeed(company.answer(at(company.agents, 2), name))
    expect(refusalOf(await company.answer(ada, name, saw))).toEqual({
      refusal: "answered-meanwhile",
      details: { agentId: at(company.agents, 2).agentId, agentName: "Agent 3" },
    })
    // One more click, having seen it: it goes out, and the colleague keeps the conversation.
    expect((await company.answer(ada, name)).body).toMatchObject({ assigneeId: bo.agentId })
  })

  test("is not sent into a conversation that was closed, reopened or released meanwhile", async () => {
    const name = await next()
    const unassigned = await company.see(ada, name)
    await company.close(bo, name)
    expect(refusalOf(await company.answer(ada, name, unassigned))).toMatchObject({
      refusal: "conversation-closed",
    })
    const closed = await company.see(ada, name)
    await company.write(name)
    expect(refusalOf(await company.answer(ada, name, closed))).toMatchObject({
      refusal: "conversation-reopened",
    })
    await succeed(company.answer(bo, name))
    const taken = await company.see(ada, name)
    await succeed(company.assign(bo, name, { kind: "nobody" }))
    expect(refusalOf(await company.answer(ada, name, taken))).toMatchObject({
      refusal: "conversation-released",
    })
  })

  test("is sent after others of the same author, each written against what the one before made of it", async () => {
    const name = await next()
    await succeed(company.answer(ada, name, await company.see(ada, name), "first"))
    const saw = await company.see(ada, name)
    for (const text of ["second", "third"]) await succeed(company.answer(ada, name, saw, text))
    expect((await answersOf(name)).map(({ text }) => text)).toEqual(["first", "second", "third"])
  })

  test("is not sent where its author took the conversation on another device meanwhile", async () => {
    const name = await next()
    const saw = await company.see(ada, name)
    await succeed(company.answer(ada, name, saw, "from the phone"))
    const late = await company.answer(ada, name, saw, "from the laptop")
    expect(refusalOf(late)).toMatchObject({
      refusal: "conversation-taken",
      details: { assigneeId: ada.agentId },
    })
    expect((await answersOf(name)).map(({ text }) => text)).toEqual(["from the phone"])
  })

  test("is sent once however often it is repeated, and every repetition is told the same", async () => {
    const name = await next()
    const saw = await company.see(ada, name)
    const id = saw.id.replace(/^.{8}/, "0a0b0c0d")
    const body = {
      id,
      text: "Once",
      addressId: saw.lastAddressId,
      expects: { assigneeId: null, isOpen: true, lastAnswerId: null },
    }
    const results = await Promise.all(
      Array.from({ length: 10 }, () => company.act(ada, name, "answers", body)),
    )
    const later = await company.act(ada, name, "answers", body)
    for (const result of results) expect(result).toMatchObject({ status: 200, body: later.body })
    expect(await answersOf(name)).toEqual([{ agentId: ada.agentId, text: "Once" }])
    // The same id for something else names what exists already.
    const other = { ...body, text: "Twice" }
    expect(refusalOf(await company.act(bo, name, "answers", other)).refusal).toBe("conversation-taken")
    const elsewhere = await next()
    expect(refusalOf(await company.act(bo, elsewhere, "notes", { id, text: "A note" })).refusal).toBe(
      "invalid-input",
    )
  })
})
