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

describe("a team that delivers to the queue", () => {
  test("has a new conversation Unassigned, and it counts for everybody who is available", async () => {
    const away = await company.hire("Cy", { isAway: true })
    await company.write("Paris")
    expect(await company.look(ada)).toEqual({ ...nothing, unassigned: ["Paris"], badge: 1 })
    expect(await company.look(bo)).toEqual({ ...nothing, unassigned: ["Paris"], badge: 1 })
    expect(await company.look(away)).toEqual({ ...nothing, unassigned: ["Paris"], badge: 0 })
  })

  test("gives it to the agent who answers", async () => {
    await company.write("Paris")
    expect((await company.answer(ada, "Paris")).body).toMatchObject({ assigneeId: ada.agentId })
    expect(await company.look(ada)).toEqual({ ...nothing, me: ["Paris"], badge: 1 })
    const { updatedAt } = await company.see(ada, "Paris")
    await succeed(company.act(ada, "Paris", "read", { upTo: updatedAt }))
    expect(await company.look(ada)).toEqual({ ...nothing, me: ["Paris"] })
    expect(await company.look(bo)).toEqual(nothing)
  })
})

test("a customer waits since the first message that no answer and no close has followed", async () => {
  const waitingSince = async () => (await company.see(ada, "Paris")).waitingSince
  await company.write("Paris")
  const first = await waitingSince()
  company.clock.advance(60)
  await company.write("Paris")
  expect(await waitingSince()).toBe(first)
  await succeed(company.act(ada, "Paris", "notes", { text: "A note is no answer." }))
  expect(await waitingSince()).toBe(first)
  await succeed(company.answer(ada, "Paris"))
  expect(await waitingSince()).toBeNull()
  await company.write("Paris")
  expect(await waitingSince()).not.toBe(first)
  await company.close(ada, "Paris")
  expect(await waitingSince()).toBeNull()
})

describe("a team that offers first", () => {
  beforeEach(() => offerFirst())

  test("offers to the one with the fewest conversations, of equals to the one who has not accepted for longest", async () => {
    for (const name of ["one", "two"]) await company.write(name)
    const [first, second] = [await company.look(ada), await company.look(bo)]
    expect([first.me.length, second.me.length]).toEqual([1, 1])
    // Bo accepts first, Ada later: of equals Bo has not accepted for longer.
    const [ofAda = "", ofBo = ""] = [first.me[0], second.me[0]]
    await succeed(company.answer(bo, ofBo))
    await company.pass(1)
    await succeed(company.answer(ada, ofAda))
    await company.write("three")
    expect((await company.look(bo)).me).toContain("three")
    // Now Ada has fewer.
    await company.write("four")
    expect((await company.look(ada)).me).toContain("four")
  })

  test("offers to the one who had this customer last, whatever he has to do", async () => {
    await company.write("Paris")
    await succeed(company.assign(ada, "Paris", toAgent(ada)))
    await company.write("other")
    await succeed(company.assign(ada, "other", toAgent(ada)))
    await succeed(company.assign(bo, "Paris", { kind: "team", teamId: company.everyoneId }))
    expect(await company.see(bo, "Paris")).toMatchObject({
      assigneeId: null,
      offer: { agentId: ada.agentId, byAgentId: null },
    })
  })

  test("notifies the offered agent, and nobody else", async () => {
    await company.write("Paris")
    const { offer } = await company.see(ada, "Paris")
    const [offered, other] = offer?.agentId === ada.agentId ? [ada, bo] : [bo, ada]
    // The customer's message and the offer.
    expect(await company.see(offered, "Paris")).toMatchObject({ own: { unread: 2 } })
    expect(await company.look(offered)).toEqual({ ...nothing, me: ["Paris"], badge: 1 })
    expect(await company.look(other)).toEqual(nothing)
  })

  test("has it Unassigned when it was not accepted in time, and offers it to nobody again", async () => {
    await company.write("Paris")
    await company.pass(59)
    expect((await company.see(ada, "Paris")).offer).not.toBeNull()
    await company.pass(1)
    const late = await company.hire("Cy")
    for (const agent of [ada, bo, late])
      expect(await company.look(agent)).toEqual({ ...nothing, unassigned: ["Paris"], badge: 1 })
    expect((await company.events(ada, "Paris")).at(-1)).toMatchObject({
      what: "offer-ended",
      why: "timed-out",
    })
    await company.pass(600)
    expect((await company.see(ada, "Paris")).offer).toBeNull()
  })

  test("has it Unassigned at once when nobody is available", async () => {
    for (const agent of [ada, bo]) await succeed(agent.send("PUT", "/me/availability", { awayByHand: true }))
    await company.write("Paris")
    expect(await company.look(ada)).toEqual({ ...nothing, unassigned: ["Paris"] })
    expect(await company.events(ada, "Paris")).toEqual([])
  })

  test("does not count those who switched the team off", async () => {
    await succeed(ada.send("PUT", `/me/teams/${company.everyoneId}`, { isOff: true }))
    for (const name of ["one", "two", "three"]) await company.write(name)
    expect((await company.look(ada)).me).toEqual([])
    expect((await company.look(bo)).me).toHaveLength(3)
  })

  test("offers nothing to an agent at his capacity, assigned and offered counted together", async () => {
    for (const agent of [ada, bo])
      await succeed(company.owner.send("PATCH", `/agents/${agent.agentId}`, { capacity: 2 }))
    for (const name of ["one", "two", "three"]) await company.write(name)
    await succeed(company.assign(ada, "one", toAgent(ada)))
    for (const name of ["four", "five"]) await company.write(name)
    const rows = await Promise.all(
      ["one", "two", "three", "four", "five"].map((name) => company.see(ada, name)),
    )
    const load = (agent: Colleague) =>
      rows.filter(({ assigneeId, offer }) => assigneeId === agent.agentId || offer?.agentId === agent.agentId)
        .length
    expect([load(ada), load(bo)]).toEqual([2, 2])
    expect((await company.look(bo)).unassigned).toEqual(["five"])
    // It limits offers, not what is picked by hand.
    await succeed(company.assign(ada, "five", toAgent(ada)))
    expect((await company.look(ada)).me).toContain("five")
  })

  test("does not overload an agent when several customers write at the same moment", async () => {
    for (const agent of [ada, bo])
      await succeed(company.owner.send("PATCH", `/agents/${agent.agentId}`, { capacity: 3 }))
    await Promise.all(Array.from({ length: 12 }, (_, index) => company.write(`customer ${index}`)))
    expect((await company.look(ada)).me).toHaveLength(3)
    expect((await company.look(bo)).me).toHaveLength(3)
    expect((await company.look(bo)).unassigned).toHaveLength(6)
  })
})

describe("during an offer", () => {
  let offered: Colleague
  let other: Colleague

  beforeEach(async () => {
    await offerFirst()
    await company.write("Paris")
    const { offer } = await company.see(ada, "Paris")
    ;[offered, other] = offer?.agentId === ada.agentId ? [ada, bo] : [bo, ada]
  })

  async function isUnassigned(why: string): Promise<void> {
    expect((await company.events(other, "Paris")).at(-1)).toMatchObject({
      what: "offer-ended",
      agentId: offered.agentId,
      why,
    })
    expect(await company.see(other, "Paris")).toMatchObject({ assigneeId: null, offer: null })
    expect(await company.look(other)).toEqual({ ...nothing, unassigned: ["Paris"], badge: 1 })
  }

  test("the offered agent accepts by answering", async () => {
    await succeed(company.answer(offered, "Paris"))
    await company.pass(61)
    expect(await company.see(other, "Paris")).toMatchObject({ assigneeId: offered.agentId, offer: null })
    expect((await company.look(offered)).me).toEqual(["Paris"])
    expect(await company.look(other)).toEqual(nothing)
  })

  test("the offered agent accepts by Assign to me", async () => {
    await succeed(company.assign(offered, "Paris", toAgent(offered)))
    expect(await company.see(other, "Paris")).toMatchObject({ assigneeId: offered.agentId, offer: null })
  })

  test("he declines: Unassigned at once", async () => {
    const { offer } = await company.see(offered, "Paris")
    await succeed(company.act(offered, "Paris", "decline", { offerId: offer?.id }))
    await isUnassigned("declined")
    expect((await company.act(offered, "Paris", "decline", { offerId: offer?.id })).body).toMatchObject({
      refusal: "offer-over",
    })
    expect(await company.see(offered, "Paris")).toMatchObject({ own: { unread: 1 } })
  })

  test("he goes Away by hand: Unassigned at once", async () => {
    await succeed(offered.send("PUT", "/me/availability", { awayByHand: true }))
    await company.pass(0)
    await isUnassigned("away")
    expect((await company.look(offered)).badge).toBe(0)
  })

  test("none of his apps is connected for five minutes: Unassigned", async () => {
    await offerFirst({ offerSeconds: 3600 })
    await company.write("Oslo")
    const { offer } = await company.see(ada, "Oslo")
    const [gone, stays] = offer?.agentId === ada.agentId ? [ada, bo] : [bo, ada]
    await company.pass(5 * 60, [stays])
    await company.pass(2 * 60, [stays])
    expect(await company.look(gone)).toMatchObject({ me: [], badge: 0 })
    expect((await company.look(stays)).unassigned).toContain("Oslo")
  })

  test("he is disabled: Unassigned at once", async () => {
    await succeed(company.owner.send("PATCH", `/agents/${offered.agentId}`, { isDisabled: true }))
    await company.pass(0)
    await isUnassigned("disabled")
  })

  test("he leaves the team: Unassigned at once", async () => {
    const teamId = await company.makeTeam([offered, other])
    const sourceId = await company.makeSource(teamId)
    await succeed(other.send("PUT", `/me/teams/${teamId}`, { isOff: true }))
    await company.write("Oslo", { at: sourceId })
    expect((await company.look(offered)).me).toContain("Oslo")
    await succeed(company.owner.send("PATCH", `/teams/${teamId}`, { memberIds: [other.agentId] }))
    await company.pass(0)
    expect((await company.look(other)).unassigned).toContain("Oslo")
    expect((await company.act(offered, "Oslo", "notes", { text: "I am out" })).status).toBe(404)
  })

  test("the customer writes again: the timer is not restarted", async () => {
    await company.pass(40)
    await company.write("Paris")
    await company.pass(20)
    expect((await company.look(other)).unassigned).toEqual(["Paris"])
  })

  test("another agent answers: it is his, and the offer is over", async () => {
    await succeed(company.answer(other, "Paris"))
    expect(await company.see(offered, "Paris")).toMatchObject({
      assigneeId: other.agentId,
      offer: null,
      own: { unread: 1 },
    })
    expect(await company.look(offered)).toEqual(nothing)
  })

  test("another agent assigns it: the offer is over", async () => {
    await succeed(company.assign(other, "Paris", toAgent(other)))
    expect(await company.look(offered)).toEqual(nothing)
    expect((await company.look(other)).me).toEqual(["Paris"])
  })

  test("another agent closes it: the offer is over", async () => {
    await company.close(other, "Paris")
    expect(await company.look(offered)).toEqual(nothing)
    expect(await company.see(other, "Paris")).toMatchObject({ isOpen: false, offer: null })
  })

  test("the server is down past the time-out: the offer ends when it is back", async () => {
    company.clock.advance(3600)
    await parley.runDueJobs()
    expect(await company.see(other, "Paris")).toMatchObject({ assigneeId: null, offer: null })
  })

  test("an agent becomes available: the queue is not offered again", async () => {
    await company.pass(61)
    const cy = await company.hire("Cy")
    await company.pass(61)
    expect(await company.look(cy)).toEqual({ ...nothing, unassigned: ["Paris"], badge: 1 })
  })
})

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
