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
    // A jump of minutes would be a clock that was set, which makes nobody Away.
    for (let passed = 0; passed < 2 * 60; passed += 20) await company.pass(20, [stays])
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
