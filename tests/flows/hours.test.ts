/** Working hours of teams: who is available by them, what becomes of what waits, and what websites say. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { readTables, recount } from "./recount.ts"

const WORK = [{ from: "09:00", to: "17:00" }]
const OFFICE = {
  timeZone: "UTC",
  days: [WORK, WORK, WORK, WORK, WORK, [], []],
  holidays: ["2026-03-03"],
}

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let bo: Colleague
let salesId: string
let shopId: string

beforeAll(async () => {
  parley = await openParley()
})
afterAll(() => parley.stop())

/** Monday noon, and everybody is there. */
beforeEach(async () => {
  parley.clock.set("2026-03-02T12:00:00Z")
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
  salesId = await company.makeTeam([bo], { deliveryMode: "offer", offerSeconds: 86_400 })
  shopId = await company.makeSource(salesId)
})

const setHours = async (teamId: string, hours: object | null) =>
  succeed(company.owner.send("PATCH", `/teams/${teamId}`, { hours }))

async function isAvailable(agent: Colleague): Promise<unknown> {
  const { body } = await succeed(ada.get("/agents"))
  const rows: Record<string, unknown>[] = Array.isArray(body.rows) ? body.rows : []
  return rows.find((row) => row["id"] === agent.agentId)?.["isAvailable"]
}

async function badgeOf(agent: Colleague): Promise<number> {
  const { badge } = await company.look(agent)
  expect(recount(await readTables(parley.database.db, company.workspaceId), agent.agentId)?.badge).toBe(badge)
  return badge
}

/** Each time of a website that nobody has asked before: what it says is believed for a few seconds. */
async function home(teamId: string): Promise<Record<string, unknown>> {
  const id = await company.makeSource(teamId)
  const response = await fetch(`${parley.url}/visitor/v1/${id}/home`)
  return Object(await response.json())
}

test("a team that is closed offers nothing to anybody, and what comes is Unassigned", async () => {
  await setHours(salesId, OFFICE)
  await company.write("Noon", { at: shopId })
  expect((await company.see(bo, "Noon")).offer).toMatchObject({ agentId: bo.agentId })
  parley.clock.set("2026-03-02T17:00:00Z")
  await company.pass(0)
  await company.write("Evening", { at: shopId })
  expect(await company.see(bo, "Evening")).toMatchObject({ offer: null, assigneeId: null })
})

test("what is offered when a team closes goes to Unassigned at once; what somebody has, he keeps", async () => {
  await setHours(salesId, OFFICE)
  await company.write("Offered", { at: shopId })
  await company.write("Taken", { at: shopId })
  await succeed(company.answer(bo, "Taken"))
  parley.clock.set("2026-03-02T16:59:59Z")
  await company.pass(0)
  expect((await company.see(bo, "Offered")).offer).not.toBeNull()
  await company.pass(1)
  expect(await company.see(bo, "Offered")).toMatchObject({ offer: null, assigneeId: null })
  expect(await company.see(bo, "Taken")).toMatchObject({ assigneeId: bo.agentId })
  expect(await company.events(bo, "Offered")).toContainEqual({
    what: "offer-ended",
    agentId: bo.agentId,
    why: "away",
  })
})

test("who has no open team left is Away until one opens, and his badge with him; others are not", async () => {
  await company.write("Waits")
  expect(await badgeOf(bo)).toBe(1)
  await setHours(company.everyoneId, OFFICE)
  parley.clock.set("2026-03-02T17:00:00Z")
  await company.pass(0)
  // Bo's other team has no hours: he is there, for it.
  expect([await isAvailable(ada), await isAvailable(bo)]).toEqual([false, true])
  expect([await badgeOf(ada), await badgeOf(bo)]).toEqual([0, 1])
  await setHours(salesId, OFFICE)
  expect(await isAvailable(bo)).toBe(false)
  expect(await badgeOf(bo)).toBe(0)
  // Tuesday is a holiday.
  parley.clock.set("2026-03-03T12:00:00Z")
  await company.pass(0)
  expect(await isAvailable(ada)).toBe(false)
  parley.clock.set("2026-03-04T09:00:00Z")
  await company.pass(0)
  expect([await isAvailable(ada), await isAvailable(bo)]).toEqual([true, true])
  expect([await badgeOf(ada), await badgeOf(bo)]).toEqual([1, 1])
})

test("an agent with a device that is pushed to counts as connected while working hours run, and no longer", async () => {
  const keys = { p256dh: `B${"A".repeat(86)}`, auth: "A".repeat(22) }
  await succeed(bo.send("PUT", "/me/devices", { endpoint: "https://push.example/bo", keys }))
  /** With every app closed. In short steps: what is found out late is looked at once more. */
  const pass = async (minutes: number) => {
    for (let step = 0; step < minutes * 3; step += 1) {
      parley.clock.set(new Date(parley.clock.now().getTime() + 20_000))
      await parley.runDueJobs()
    }
  }
  await setHours(salesId, OFFICE)
  await pass(8)
  expect([await isAvailable(ada), await isAvailable(bo)]).toEqual([false, true])
  await company.write("Offered", { at: shopId })
  expect((await company.see(ada, "Offered")).offer).toMatchObject({ agentId: bo.agentId })
  parley.clock.set("2026-03-02T17:00:00Z")
  await pass(8)
  expect(await isAvailable(bo)).toBe(false)
  parley.clock.set("2026-03-04T08:59:30Z")
  await pass(1)
  expect(await isAvailable(bo)).toBe(true)
  // Hours that are not set do not run.
  await setHours(salesId, null)
  await pass(8)
  expect(await isAvailable(bo)).toBe(false)
})

test("who joins a team that is open is available by it at once", async () => {
  await setHours(company.everyoneId, { ...OFFICE, days: OFFICE.days.map(() => []) })
  expect(await isAvailable(ada)).toBe(false)
  const memberIds = [ada.agentId, bo.agentId]
  await succeed(company.owner.send("PATCH", `/teams/${salesId}`, { memberIds }))
  expect(await isAvailable(ada)).toBe(true)
})

test("hours that are taken away open the team at once, and nothing closes it later", async () => {
  await setHours(salesId, OFFICE)
  parley.clock.set("2026-03-02T20:00:00Z")
  await company.pass(0)
  await setHours(salesId, null)
  await company.write("Late", { at: shopId })
  expect((await company.see(bo, "Late")).offer).not.toBeNull()
  parley.clock.set("2026-03-07T20:00:00Z")
  await company.pass(0)
  expect(await home(salesId)).toMatchObject({ availableCount: 1, opensAt: null })
})

test("a website says when its team is back, over a night and a holiday, and nothing where nothing is known", async () => {
  await setHours(salesId, OFFICE)
  expect(await home(salesId)).toMatchObject({ availableCount: 1, opensAt: null })
  parley.clock.set("2026-03-02T18:00:00Z")
  await company.pass(0)
  expect(await home(salesId)).toMatchObject({ availableCount: 0, opensAt: "2026-03-04T09:00:00.000000Z" })
  await setHours(salesId, { ...OFFICE, days: OFFICE.days.map(() => []) })
  expect(await home(salesId)).toMatchObject({ availableCount: 0, opensAt: null })
})

test("only admins set hours, and only such as there can be", async () => {
  expect((await bo.send("PATCH", `/teams/${salesId}`, { hours: OFFICE })).status).toBe(403)
  const wrong = { ...OFFICE, timeZone: "Mars/Olympus" }
  expect((await ada.send("PATCH", `/teams/${salesId}`, { hours: wrong })).status).toBe(400)
})
