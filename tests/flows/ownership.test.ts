import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

const nothing = { me: [], mentions: [], unassigned: [], starred: [], badge: 0 }

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let bo: Colleague

beforeAll(async () => {
  parley = await openParley()
})
afterAll(() => parley.stop())

beforeEach(async () => {
  company = await createCompany(parley)
  ada = await company.hire("Ada")
  bo = await company.hire("Bo")
})

async function offerFirst(rules: object = {}): Promise<void> {
  const { owner, everyoneId } = company
  await succeed(owner.send("PATCH", `/teams/${everyoneId}`, { deliveryMode: "offer", ...rules }))
}

const toAgent = ({ agentId }: Colleague) => ({ kind: "agent", agentId })

describe("an agent suggests a conversation to a colleague", () => {
  let sales: string
  let cy: Colleague

  beforeEach(async () => {
    cy = await company.hire("Cy")
    sales = await company.makeTeam([ada, bo], { deliveryMode: "queue" })
    const sourceId = await company.makeSource(sales)
    await company.write("Paris", { at: sourceId })
    await succeed(company.assign(ada, "Paris", toAgent(ada)))
  })

  test("who is in no team of it, sees it meanwhile, and the assignee stays until it is accepted", async () => {
    await succeed(company.act(ada, "Paris", "offer", { agentId: cy.agentId }))
    expect(await company.see(cy, "Paris")).toMatchObject({
      assigneeId: ada.agentId,
      offer: { agentId: cy.agentId, byAgentId: ada.agentId },
    })
    expect(await company.look(cy)).toEqual({ ...nothing, me: ["Paris"], badge: 1 })
    expect((await company.look(ada)).me).toEqual(["Paris"])
    await succeed(company.answer(cy, "Paris"))
    expect(await company.see(cy, "Paris")).toMatchObject({ assigneeId: cy.agentId, offer: null })
    expect((await company.look(ada)).me).toEqual([])
  })

  test("who does not accept in time: the assignee keeps it and is told", async () => {
    const { unread } = (await company.see(ada, "Paris")).own
    await succeed(company.act(ada, "Paris", "offer", { agentId: cy.agentId }))
    await company.pass(61)
    expect(await company.see(ada, "Paris")).toMatchObject({ assigneeId: ada.agentId, offer: null })
    expect((await company.events(ada, "Paris")).at(-1)).toMatchObject({
      what: "offer-ended",
      agentId: cy.agentId,
      why: "timed-out",
    })
    expect((await cy.get(`/conversations/${(await company.see(ada, "Paris")).id}`)).status).toBe(404)
    expect(await company.look(cy)).toEqual(nothing)
    // Told as of what is given to him: unread, and in his badge.
    expect(await company.see(ada, "Paris")).toMatchObject({ own: { unread: unread + 1 } })
  })

  test("nobody is told of what somebody else suggested", async () => {
    const { unread } = (await company.see(ada, "Paris")).own
    await succeed(company.act(bo, "Paris", "offer", { agentId: cy.agentId }))
    await company.pass(61)
    expect(await company.see(ada, "Paris")).toMatchObject({ offer: null, own: { unread } })
  })

  test("who is Away or disabled cannot be suggested to", async () => {
    await succeed(cy.send("PUT", "/me/availability", { awayByHand: true }))
    expect((await company.act(ada, "Paris", "offer", { agentId: cy.agentId })).body).toMatchObject({
      refusal: "agent-unavailable",
    })
  })

  test("while the assignee goes on answering", async () => {
    await succeed(company.act(ada, "Paris", "offer", { agentId: cy.agentId }))
    await succeed(company.answer(ada, "Paris"))
    expect(await company.see(ada, "Paris")).toMatchObject({
      assigneeId: ada.agentId,
      offer: { agentId: cy.agentId },
    })
  })
})

describe("an assigned conversation", () => {
  beforeEach(async () => {
    await company.write("Paris")
    await succeed(company.assign(ada, "Paris", toAgent(ada)))
  })

  test("is assigned to a team: nobody's, and handled as new there", async () => {
    const queue = await company.makeTeam([bo], { deliveryMode: "queue" })
    const offering = await company.makeTeam([bo])
    await succeed(company.assign(ada, "Paris", { kind: "team", teamId: queue }))
    expect(await company.look(bo)).toEqual({ ...nothing, unassigned: ["Paris"], badge: 1 })
    expect(await company.look(ada)).toEqual(nothing)
    await succeed(company.assign(bo, "Paris", { kind: "team", teamId: offering }))
    expect(await company.see(bo, "Paris")).toMatchObject({
      teamId: offering,
      assigneeId: null,
      offer: { agentId: bo.agentId },
    })
  })

  test("goes to Unassigned of its team when its agent is disabled", async () => {
    await succeed(company.owner.send("PATCH", `/agents/${ada.agentId}`, { isDisabled: true }))
    await company.pass(0)
    expect(await company.look(bo)).toEqual({ ...nothing, unassigned: ["Paris"], badge: 1 })
    expect((await company.events(bo, "Paris")).at(-1)).toMatchObject({
      what: "unassigned",
      fromAgentId: ada.agentId,
      why: "disabled",
    })
  })

  test("goes to Unassigned when its agent is Away and not back in time after his customer wrote", async () => {
    await succeed(ada.send("PUT", "/me/availability", { awayByHand: true }))
    await company.write("Paris")
    await company.pass(59)
    expect((await company.see(bo, "Paris")).assigneeId).toBe(ada.agentId)
    await company.pass(1)
    expect(await company.look(bo)).toEqual({ ...nothing, unassigned: ["Paris"], badge: 1 })
    expect((await company.events(bo, "Paris")).at(-1)).toMatchObject({
      what: "unassigned",
      why: "away",
      byAgentId: null,
    })
  })

  test("stays with an Away agent who comes back or answers in time", async () => {
    await succeed(ada.send("PUT", "/me/availability", { awayByHand: true }))
    await company.write("Paris")
    await succeed(company.answer(ada, "Paris"))
    await company.pass(61)
    expect((await company.see(bo, "Paris")).assigneeId).toBe(ada.agentId)
    await company.write("Paris")
    await succeed(ada.send("PUT", "/me/availability", { awayByHand: false }))
    await company.pass(61)
    expect((await company.see(bo, "Paris")).assigneeId).toBe(ada.agentId)
  })

  test("stays with an Away agent where the team wants it so", async () => {
    await offerFirst({ returnsWhenAway: false })
    await succeed(ada.send("PUT", "/me/availability", { awayByHand: true }))
    await company.write("Paris")
    await company.pass(3600)
    expect((await company.see(bo, "Paris")).assigneeId).toBe(ada.agentId)
  })

  test("stays with its agent when the customer writes through another team's source, and an event says so", async () => {
    const teamId = await company.makeTeam([bo])
    const sourceId = await company.makeSource(teamId)
    await company.introduce("Paris", sourceId)
    await company.write("Paris", { at: sourceId })
    await company.write("Paris", { at: sourceId })
    expect(await company.see(ada, "Paris")).toMatchObject({
      assigneeId: ada.agentId,
      teamId: company.everyoneId,
    })
    const elsewhere = (await company.events(ada, "Paris")).filter(({ what }) => what === "wrote-elsewhere")
    expect(elsewhere).toEqual([{ what: "wrote-elsewhere", sourceId, teamId }])
  })
})

describe("a closed conversation", () => {
  beforeEach(async () => {
    await company.write("Paris")
    await succeed(company.answer(ada, "Paris"))
    await company.close(ada, "Paris")
    expect(await company.look(ada)).toEqual(nothing)
  })

  test("stands open before what the customer writes, and is given away after it", async () => {
    await company.write("Paris", { text: "One more thing." })
    const lines = (await company.timeline(ada, "Paris")).map(({ body }) =>
      body.type === "event" ? body.event.what : body.text,
    )
    expect(lines.slice(-3)).toEqual(["reopened", "One more thing.", "assigned"])
  })

  test("is its last agent's again at once when the customer writes, capacity or not, and he is notified", async () => {
    await succeed(company.owner.send("PATCH", `/agents/${ada.agentId}`, { capacity: 0 }))
    await company.write("Paris")
    expect(await company.look(ada)).toEqual({ ...nothing, me: ["Paris"], badge: 1 })
    expect(await company.look(bo)).toEqual(nothing)
    expect((await company.see(ada, "Paris")).own.unread).toBe(3)
  })

  test("is handled as new when its last agent is not available", async () => {
    await offerFirst()
    await succeed(ada.send("PUT", "/me/availability", { awayByHand: true }))
    await company.write("Paris")
    expect(await company.see(bo, "Paris")).toMatchObject({ assigneeId: null, offer: { agentId: bo.agentId } })
  })

  test("keeps its team when the customer writes through the same source", async () => {
    const teamId = await company.makeTeam([bo], { deliveryMode: "queue" })
    await succeed(company.act(ada, "Paris", "reopen"))
    await succeed(company.assign(ada, "Paris", { kind: "team", teamId }))
    await company.close(bo, "Paris")
    await company.write("Paris")
    expect(await company.see(bo, "Paris")).toMatchObject({ teamId, assigneeId: null, isOpen: true })
  })

  test("goes to the other source's team, and to its last agent only if he is available there", async () => {
    const withAda = await company.makeTeam([ada, bo], { deliveryMode: "queue" })
    const withoutAda = await company.makeTeam([bo], { deliveryMode: "queue" })
    const [first, second] = [await company.makeSource(withAda), await company.makeSource(withoutAda)]
    for (const sourceId of [first, second]) await company.introduce("Paris", sourceId)
    await company.write("Paris", { at: first })
    expect(await company.see(ada, "Paris")).toMatchObject({ teamId: withAda, assigneeId: ada.agentId })
    await company.close(ada, "Paris")
    await company.write("Paris", { at: second })
    expect(await company.see(bo, "Paris")).toMatchObject({
      teamId: withoutAda,
      assigneeId: null,
      isOpen: true,
    })
    expect((await company.look(bo)).unassigned).toEqual(["Paris"])
  })

  test("opens, assigned to the agent who answers it", async () => {
    expect((await company.answer(bo, "Paris")).body).toMatchObject({ assigneeId: bo.agentId })
    expect(await company.see(bo, "Paris")).toMatchObject({ isOpen: true, assigneeId: bo.agentId })
    expect((await company.look(bo)).me).toEqual(["Paris"])
  })

  test("has waited on when closing is undone, and not when it is reopened", async () => {
    const { lastEntryId } = await company.write("Paris")
    const { waitingSince } = await company.see(ada, "Paris")
    expect(waitingSince).not.toBeNull()
    await company.close(ada, "Paris")
    await succeed(company.act(ada, "Paris", "reopen", { undo: true }))
    expect(await company.see(ada, "Paris")).toMatchObject({ waitingSince, lastCustomerEntryId: lastEntryId })
    await company.close(ada, "Paris")
    await succeed(company.act(ada, "Paris", "reopen"))
    expect(await company.see(ada, "Paris")).toMatchObject({ waitingSince: null, isOpen: true })
  })

  test("is not closed over a message that its agent has not seen", async () => {
    const before = await company.see(ada, "Paris")
    await company.write("Paris")
    const { lastCustomerEntryId } = before
    expect((await company.act(ada, "Paris", "close", { lastCustomerEntryId })).body).toMatchObject({
      refusal: "customer-wrote-meanwhile",
    })
  })
})
