import { afterAll, beforeAll, expect, test } from "vitest"
import { stamp } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

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

const after = (seconds: number) => stamp(new Date(company.clock.now().getTime() + seconds * 1_000))

async function snooze(by: Colleague, name: string, until: string | null) {
  const { lastCustomerEntryId } = await company.see(by, name)
  return company.act(by, name, "snooze", { snooze: { until }, lastCustomerEntryId })
}
const wake = (by: Colleague, name: string) =>
  succeed(company.act(by, name, "snooze", { snooze: null, lastCustomerEntryId: null }))
const giveTo = (name: string, to: Colleague) =>
  succeed(company.assign(ada, name, { kind: "agent", agentId: to.agentId }))
const listed = async (by: Colleague, inbox: string, query: string) => {
  const { body } = await by.get(`/conversations?inbox=${inbox}&${query}`)
  return Array.isArray(body.rows) ? body.rows.length : -1
}

test("what is snoozed is out of the inboxes and the badge until its time, then back with one unread event", async () => {
  await company.write("Vera")
  await giveTo("Vera", ada)
  expect(await company.look(ada)).toMatchObject({ me: ["Vera"], badge: 1 })
  await succeed(snooze(ada, "Vera", after(3_600)))
  expect(await company.look(ada)).toMatchObject({ me: [], badge: 0 })
  expect(await company.see(bo, "Vera")).toMatchObject({ isOpen: true, assigneeId: ada.agentId })
  expect(await listed(ada, "me", "snoozed=true")).toBe(1)
  expect(await listed(ada, `team:${company.everyoneId}`, "snoozed=false")).toBe(0)

  await company.pass(3_599)
  expect((await company.see(ada, "Vera")).snooze).not.toBeNull()
  const { updatedAt } = await company.see(ada, "Vera")
  await succeed(company.act(ada, "Vera", "read", { upTo: updatedAt }))
  await company.pass(2)
  expect(await company.look(ada)).toMatchObject({ me: ["Vera"], badge: 1 })
  expect(await company.see(ada, "Vera")).toMatchObject({ snooze: null, own: { unread: 1 } })
  expect(await company.events(ada, "Vera")).toMatchObject([
    { what: "assigned" },
    { what: "snoozed", byAgentId: ada.agentId },
    { what: "woke", why: "time", byAgentId: null },
  ])
})

test("a customer who writes is back at once, whatever the time; the old time then does nothing", async () => {
  await company.write("Wim")
  await succeed(snooze(ada, "Wim", after(600)))
  await company.write("Wim", { text: "It is urgent after all" })
  expect((await company.see(ada, "Wim")).snooze).toBeNull()
  const before = (await company.timeline(ada, "Wim")).length
  await succeed(snooze(ada, "Wim", null))
  await company.pass(700)
  expect((await company.see(ada, "Wim")).snooze).toEqual({ until: null })
  await company.write("Wim", { text: "And again" })
  expect((await company.events(ada, "Wim")).slice(-1)).toMatchObject([
    { what: "woke", why: "customer-wrote" },
  ])
  // Snoozed, woke, and what he wrote: nothing came of the time of before.
  expect(await company.timeline(ada, "Wim")).toHaveLength(before + 3)
})

test("a later time replaces the earlier one", async () => {
  await company.write("Xenia")
  await succeed(snooze(ada, "Xenia", after(60)))
  const later = after(120)
  await succeed(snooze(ada, "Xenia", later))
  await company.pass(61)
  expect((await company.see(ada, "Xenia")).snooze).toEqual({ until: later })
  await company.pass(60)
  expect((await company.see(ada, "Xenia")).snooze).toBeNull()
})

test("who snoozes what is nobody's or offered to him has it, so that it comes back to somebody", async () => {
  await company.write("Yuri")
  await succeed(snooze(bo, "Yuri", null))
  expect(await company.see(bo, "Yuri")).toMatchObject({ assigneeId: bo.agentId })
  expect((await company.look(ada)).unassigned).not.toContain("Yuri")
  await wake(bo, "Yuri")
  expect((await company.look(bo)).me).toContain("Yuri")
  await company.write("Zoe")
  await succeed(company.act(ada, "Zoe", "offer", { agentId: bo.agentId }))
  await succeed(snooze(bo, "Zoe", null))
  expect(await company.see(bo, "Zoe")).toMatchObject({ assigneeId: bo.agentId, offer: null })
})

test("whoever is given it, or leaves it behind, ends the snooze; so does closing, and a note that asks its assignee", async () => {
  await company.write("Ines")
  await giveTo("Ines", ada)
  const isSnoozed = async () => (await company.see(ada, "Ines")).snooze !== null
  for (const end of [
    () => giveTo("Ines", bo),
    () => company.assign(ada, "Ines", { kind: "nobody" }),
    () => company.assign(ada, "Ines", { kind: "team", teamId: company.everyoneId }),
    () => company.act(ada, "Ines", "offer", { agentId: bo.agentId }),
    () => company.act(bo, "Ines", "notes", { text: `@{agent:${ada.agentId}}, now?` }),
  ]) {
    await giveTo("Ines", ada)
    await succeed(snooze(ada, "Ines", null))
    expect(await isSnoozed()).toBe(true)
    await succeed(end())
    expect(await isSnoozed()).toBe(false)
  }
  await giveTo("Ines", ada)
  await succeed(snooze(ada, "Ines", null))
  await succeed(company.answer(ada, "Ines"))
  await succeed(company.act(ada, "Ines", "notes", { text: "A plain note" }))
  expect(await isSnoozed()).toBe(true)
  await company.close(ada, "Ines")
  expect(await isSnoozed()).toBe(false)
})

test("a mention is nothing its assignee can put off", async () => {
  await company.write("Jo")
  await giveTo("Jo", ada)
  await succeed(company.act(ada, "Jo", "notes", { text: `@{agent:${bo.agentId}}, do you know?` }))
  const { badge } = await company.look(bo)
  await succeed(snooze(ada, "Jo", null))
  expect(await company.look(bo)).toMatchObject({ mentions: ["Jo"], badge })
  expect((await company.look(ada)).me).not.toContain("Jo")
})

test("what the customer wrote unseen is not put out of sight, and a time that has come does nothing", async () => {
  await company.write("Kai")
  const { lastCustomerEntryId } = await company.see(ada, "Kai")
  await company.write("Kai", { text: "one more thing" })
  const unseen = company.act(ada, "Kai", "snooze", { snooze: { until: null }, lastCustomerEntryId })
  expect(await unseen).toMatchObject({ status: 409, body: { refusal: "customer-wrote-meanwhile" } })
  await succeed(snooze(ada, "Kai", after(-60)))
  expect(await company.see(ada, "Kai")).toMatchObject({ snooze: null, assigneeId: null })
  await company.close(ada, "Kai")
  expect(await snooze(ada, "Kai", null)).toMatchObject({ body: { refusal: "conversation-closed" } })
})
