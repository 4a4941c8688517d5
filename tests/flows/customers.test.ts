import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { customerHistory, MOST_FIELDS } from "../../protocol/customers.ts"
import { receive } from "../../server/conversations/conversations.ts"
import { newId } from "../../server/db/db.ts"
import { connectStream, StreamClient } from "../harness/stream-client.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { createVisitor } from "./visitor-client.ts"

let company: Company
let stop: () => Promise<void>
let ada: Colleague
let bo: Colleague
let bosDesk: StreamClient

beforeAll(async () => {
  const parley = await openParley()
  stop = parley.stop
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
  bosDesk = await connectStream(
    { url: company.url, cookie: bo.cookie(), workspaceId: company.workspaceId },
    new StreamClient(),
  )
})
afterAll(async () => {
  bosDesk.close()
  await stop()
})

const setField = (by: Colleague, customer: string, name: string, value: string | null) =>
  company.act(by, customer, "customer/fields", { name, value })
const setRemark = (by: Colleague, customer: string, id: string, text: string | null) =>
  company.act(by, customer, `customer/remarks/${id}`, { text })
const block = (customer: string, isBlocked = true, by = bo) =>
  company.act(by, customer, "customer/block", { isBlocked })

async function history(customer: string, by = bo) {
  const { conversationId } = company.customers.get(customer) ?? {}
  const { body } = await succeed(by.get(`/conversations/${conversationId}/customer/history`))
  return customerHistory.parse(body)
}

describe("a name", () => {
  test("makes a lead a customer on everybody's screen, and is no news of the conversation", async () => {
    await company.write("Ines")
    const before = await company.see(ada, "Ines")
    await succeed(company.act(bo, "Ines", "customer", { name: "  Inès   Moreau " }))
    const after = await company.see(ada, "Ines")
    expect(after).toEqual({ ...before, customer: { ...before.customer, name: "Inès Moreau" } })
    const { conversationId } = company.customers.get("Ines") ?? { conversationId: "" }
    await bosDesk.until(
      () => bosDesk.row("conversation", conversationId)?.customer.name === "Inès Moreau",
      "it",
    )
    await succeed(company.act(bo, "Ines", "customer", { name: null }))
    expect(await company.see(ada, "Ines")).toEqual(before)
    expect(await company.act(bo, "Ines", "customer", { name: "​ " })).toMatchObject({ status: 400 })
  })
})

describe("own fields", () => {
  test("are one whatever their letters, and the last writer has the word", async () => {
    await company.write("Jo")
    await Promise.all([
      succeed(setField(bo, "Jo", "Plan", "Basic")),
      succeed(setField(ada, "Jo", "PLAN", "Pro")),
      succeed(setField(ada, "Jo", "Age", "44")),
    ])
    const { fields } = await company.notes(bo, "Jo")
    expect(fields.map(({ name }) => name.toLowerCase())).toEqual(["age", "plan"])
    await succeed(setField(bo, "Jo", "plan", "=HYPERLINK(1)"))
    await succeed(setField(bo, "Jo", "Age", null))
    await succeed(setField(bo, "Jo", "Age", null))
    expect((await company.notes(bo, "Jo")).fields).toEqual([{ name: "plan", value: "=HYPERLINK(1)" }])
    expect(await setField(bo, "Jo", "", "x")).toMatchObject({ status: 400 })
    expect(await setField(bo, "Jo", "x", "y".repeat(501))).toMatchObject({ status: 400 })
  })

  test("are at most fifty, whatever is asked for at once; the names in use are suggested to all", async () => {
    await company.write("Kim")
    const asked = await Promise.all(
      Array.from({ length: MOST_FIELDS + 3 }, (_, count) => setField(bo, "Kim", `Field ${count}`, "x")),
    )
    expect(asked.filter(({ status }) => status === 409)).toHaveLength(3)
    expect((await company.notes(bo, "Kim")).fields).toHaveLength(MOST_FIELDS)
    await succeed(setField(bo, "Kim", "Field 0", "y"))
    await company.write("Lea")
    await succeed(setField(bo, "Lea", "field 0", "z"))
    const { body } = await succeed(bo.get("/customers/fields"))
    const names = (body["names"] as string[]).map((name) => name.toLowerCase())
    expect(names.filter((name) => name === "field 0")).toHaveLength(1)
  })
})

describe("a remark", () => {
  test("has author and time, says that it was edited, and comes back as it was", async () => {
    await company.write("Mo")
    const id = newId()
    await succeed(setRemark(bo, "Mo", id, "Prefers to be called in the morning."))
    company.clock.advance(60)
    const [made] = (await company.notes(ada, "Mo")).remarks
    expect(made).toMatchObject({ id, agentId: bo.agentId, editedAt: null })
    await succeed(setRemark(bo, "Mo", id, null))
    expect((await company.notes(ada, "Mo")).remarks).toEqual([])
    await succeed(setRemark(bo, "Mo", id, "Prefers to be called in the morning."))
    expect((await company.notes(ada, "Mo")).remarks).toEqual([made])
    await succeed(setRemark(bo, "Mo", id, "Never before ten."))
    const [edited] = (await company.notes(ada, "Mo")).remarks
    expect(edited).toMatchObject({ text: "Never before ten.", at: made?.at })
    expect(edited?.editedAt && edited.editedAt > edited.at).toBe(true)
  })

  test("is changed by its author and by admins, and belongs to one customer", async () => {
    await company.write("Nan")
    await company.write("Oz")
    const id = newId()
    await succeed(setRemark(ada, "Nan", id, "Pays late."))
    expect(await setRemark(bo, "Nan", id, "Pays early.")).toMatchObject({ status: 403 })
    expect(await setRemark(bo, "Nan", id, null)).toMatchObject({ status: 403 })
    expect(await setRemark(ada, "Oz", id, "Pays early.")).toMatchObject({ status: 404 })
    expect(await setRemark(bo, "Oz", newId(), null)).toMatchObject({ status: 404 })
    const bos = newId()
    await succeed(setRemark(bo, "Nan", bos, "Kind."))
    await succeed(setRemark(ada, "Nan", bos, null))
    expect((await company.notes(bo, "Nan")).remarks.map(({ text }) => text)).toEqual(["Pays late."])
  })
})

describe("a blocked customer", () => {
  test("is told on the website; nothing of his comes in, and the conversation is closed", async () => {
    const visitor = createVisitor(company.url, company.sourceId)
    await visitor.say("Buy pills")
    const name = await customerOf(visitor.key)
    const sent = newId()
    await visitor.say("Buy more", sent)
    await succeed(block(name))
    const before = await company.timeline(ada, name)
    expect(before.flatMap(({ body }) => (body.type === "event" ? [body.event.what] : []))).toEqual([
      "blocked",
      "closed",
    ])
    expect(await visitor.say("Buy now")).toMatchObject({ status: 403, body: { refusal: "blocked" } })
    // What was taken before is still known to have been.
    expect(await visitor.say("Buy more", sent)).toMatchObject({ status: 200 })
    expect(await company.timeline(ada, name)).toEqual(before)
    expect(await company.see(bo, name)).toMatchObject({
      isOpen: false,
      waitingSince: null,
      customer: { isBlocked: true },
    })
    await succeed(block(name, false))
    await succeed(company.act(bo, name, "reopen", { undo: true }))
    expect(await company.see(bo, name)).toMatchObject({ isOpen: true, customer: { isBlocked: false } })
    expect((await company.see(bo, name)).waitingSince).not.toBeNull()
    expect(await visitor.say("I am sorry")).toMatchObject({ status: 200 })
  })

  test("who hears no answer writes into the timeline: it opens, offers, counts and forgets nothing", async () => {
    const team = await company.makeTeam([bo], { offerSeconds: 60 })
    const source = await company.makeSource(team)
    const messages = async (text: string, id = newId()) =>
      receive(company.sync, [inbound({ source, team, text, id })])
    const [first] = await messages("Buy pills")
    company.customers.set("Spam", {
      name: "Spam",
      key: "",
      conversationId: first?.conversationId ?? "",
      lastEntryId: first?.entryId ?? "",
    })
    expect((await company.see(bo, "Spam")).offer?.agentId).toBe(bo.agentId)
    await succeed(block("Spam"))
    const before = await company.see(bo, "Spam")
    const view = await company.look(bo)
    const id = newId()
    const [one] = await messages("Buy more", id)
    const [again] = await messages("Buy more", id)
    expect([one?.isNew, again?.isNew, again?.entryId]).toEqual([true, false, one?.entryId])
    expect(await company.see(bo, "Spam")).toEqual(before)
    expect(before).toMatchObject({ isOpen: false, offer: null, last: { text: "Buy pills" } })
    expect(await company.look(bo)).toEqual(view)
    expect((await company.events(bo, "Spam")).at(-1)).toMatchObject({
      what: "wrote-while-blocked",
      text: "Buy more",
    })
    await succeed(block("Spam", false))
    await messages("Hello again")
    expect(await company.see(bo, "Spam")).toMatchObject({ isOpen: true, last: { text: "Hello again" } })
  })

  test("is not answered, and the words stay the author's", async () => {
    await company.write("Pia")
    const saw = await company.see(bo, "Pia")
    await succeed(block("Pia"))
    expect(await company.answer(bo, "Pia", saw)).toMatchObject({
      status: 409,
      body: { refusal: "customer-blocked" },
    })
  })

  function inbound(o: { source: string; team: string; text: string; id: string }) {
    return {
      workspaceId: company.workspaceId,
      sourceId: o.source,
      channel: "sms" as const,
      teamId: o.team,
      addressValue: "+33612000001",
      addressDisplay: "+33 6 12 00 00 01",
      profile: {},
      message: { id: o.id, providerId: `SM${o.id}`, text: o.text, claimedAt: null, files: [] },
    }
  }
})

describe("what nobody wrote", () => {
  test("pages are kept without their queries, once while he stays, per address and bounded", async () => {
    const visitor = createVisitor(company.url, company.sourceId)
    await visitor.say("Hello")
    const name = await customerOf(visitor.key)
    const page = (path: string) => ({ url: `https://shop.example${path}`, title: "Shop" })
    const hello = { page: page("/pricing?token=secret#part"), timeZone: "Europe/Paris" }
    const stream = await visitor.connect(hello)
    await stream.next("welcome")
    // Not told again with every page.
    company.clock.advance(1)
    stream.tell({ kind: "page", page: page("/pricing?") })
    stream.close()
    await seen(name, ["/pricing"])
    // Back at once, as after a lost network: no second visit. Later it is one.
    const back = await visitor.connect({ ...hello, timeZone: "Nowhere/Land" })
    await back.next("welcome")
    company.clock.advance(1)
    back.tell({ kind: "page", page: page("/basket?secret=1") })
    await seen(name, ["/basket", "/pricing"])
    company.clock.advance(31 * 60)
    back.tell({ kind: "page", page: page("/basket") })
    await seen(name, ["/basket", "/basket", "/pricing"])
    expect(await history(name)).toMatchObject({ timeZone: "Europe/Paris" })
    await sql`
      insert into visits (workspace_id, address_id, at, path)
      select v.workspace_id, v.address_id, v.at - count * interval '1 hour', '/old' from visits v, generate_series(1, 60) count
       where v.address_id = ${(await company.see(bo, name)).lastAddressId}`.execute(company.database.db)
    company.clock.advance(1)
    back.tell({ kind: "page", page: page("/last") })
    await expect.poll(async () => (await history(name)).visits[0]?.path, { timeout: 5_000 }).toBe("/last")
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from visits where address_id = ${(await company.see(bo, name)).lastAddressId}`.execute(
      company.database.db,
    )
    expect(rows[0]?.count).toBe(100)
    expect(JSON.stringify(await history(name))).not.toContain("secret")
    back.close()
  })

  test("the times it was open are told, the latest first", async () => {
    await company.write("Rae")
    company.clock.advance(60)
    await company.close(bo, "Rae")
    company.clock.advance(60)
    await company.write("Rae")
    const entries = await company.timeline(bo, "Rae")
    const { stretches } = await history("Rae")
    expect(stretches.map(({ until }) => until === null)).toEqual([true, false])
    expect(stretches[1]).toMatchObject({ entryId: entries[0]?.id, from: entries[0]?.at })
    expect(entries.find(({ id }) => id === stretches[0]?.entryId)?.body).toMatchObject({
      event: { what: "reopened" },
    })
  })

  async function seen(name: string, paths: string[]) {
    await expect
      .poll(async () => (await history(name)).visits.map(({ path }) => path), { timeout: 5_000 })
      .toEqual(paths)
  }
})

/** Makes the visitor's conversation one of the company's customers, under the name of his key. */
async function customerOf(key: string): Promise<string> {
  const { rows } = await sql<{ conversationId: string; lastEntryId: string }>`
    select id as "conversationId", last_entry_id as "lastEntryId" from conversations
     where workspace_id = ${company.workspaceId} order by created_at desc, id desc limit 1`.execute(
    company.database.db,
  )
  const [row] = rows
  if (row === undefined) throw new Error("Nobody wrote.")
  company.customers.set(key, { name: key, key, ...row })
  return key
}
