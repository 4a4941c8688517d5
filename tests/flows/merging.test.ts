import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { mergePreview } from "../../protocol/conversation-commands.ts"
import { page } from "../../protocol/stream.ts"
import { acts } from "../../server/conversations/conversations.ts"
import { write } from "../../server/sync/sync.ts"
import { createRandom } from "../faults/random.ts"
import { connectStream, StreamClient } from "../harness/stream-client.ts"
import { createCompany, openParley, succeed, type Colleague } from "./company.ts"
import { anyAct, meetBoth, mergeIn, writeAs, type Act, type Pair } from "./merging-acts.ts"
import { createTwin, type Twin } from "./twins.ts"
import { createVisitor } from "./visitor-client.ts"

let parley: Awaited<ReturnType<typeof openParley>>
let merged: Twin
let twin: Twin

beforeAll(async () => {
  parley = await openParley()
})
afterAll(() => parley.stop())

beforeEach(async () => {
  merged = await createTwin(await createCompany(parley))
  twin = await createTwin(await createCompany(parley))
})

/** In steps that nothing comes due in between of, and for both at once. */
async function pass(seconds: number): Promise<void> {
  const everybody = [merged, twin].flatMap(({ company }) => company.agents)
  for (let left = seconds; left > 0; left -= STEP) await merged.company.pass(STEP, everybody)
}

/** It happens in one of the two worlds only. */
async function cannotBeTold(act: Act, { one }: Pair): Promise<boolean> {
  const row = await merged.company.see(merged[act.who], one)
  const own = await twin.company.see(twin.ada, act.customer)
  return act.isLost?.(row, merged, own) === true || [row, own].some((each) => act.isRefused?.(each) === true)
}

async function expectTwins(what: string): Promise<void> {
  expect(await merged.everything(), what).toEqual(await twin.everything())
}

/** Seconds; more than an answer can be taken back for. */
const STEP = 10

/** Every so many stories that nobody has told before: PARLEY_MERGES=500. */
const SEEDS = Number(process.env["PARLEY_MERGES"] ?? 8)

describe("an undone merge equals a workspace that never merged", () => {
  test("two workspaces in which the same happened are twins", async () => {
    const pair = { one: "Nils", other: "+15550000000" }
    for (const world of [merged, twin]) await meetBoth(world, pair)
    await expectTwins("two customers wrote")
  })

  test.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    "whatever happened in between, %i",
    async (seed) => {
      const random = createRandom(seed)
      const pair = {
        one: `Vera ${seed}`,
        other: seed % 2 === 0 ? `Lead ${seed}` : `+1555${1_000_000 + seed}`,
      }
      const swapped = { one: pair.other, other: pair.one }
      for (const world of [merged, twin]) await meetBoth(world, pair)
      await pass(STEP)
      const story: string[] = []
      // What waits for its time waits over the merge, too, and sometimes comes due while they are one.
      const passes = () => pass(random.pick([0, STEP, STEP, 100]))
      for (let step = 0; step < 8; step += 1) {
        const act = anyAct(random, random.pick([pair, swapped]), `${seed} before ${step}`)
        if (act.isRefused?.(await twin.company.see(twin.ada, act.customer))) continue
        story.push(act.says)
        for (const world of [merged, twin]) await act.run({ twin: world, isMerged: false })
        await passes()
      }
      const undo = await mergeIn(merged, pair)
      story.push("MERGED")
      for (let step = 0; step < 10; step += 1) {
        const act = anyAct(random, pair, `${seed} after ${step}`)
        if (await cannotBeTold(act, pair)) continue
        story.push(act.says)
        await act.run({ twin: merged, isMerged: true })
        await act.run({ twin, isMerged: false })
        await passes()
      }
      await undo()
      await pass(STEP)
      await expectTwins(story.join("; "))
    },
  )
})

describe("merging", () => {
  const pair = { one: "Vera", other: "Lead Vera" }
  const idOf = (name: string) => merged.company.customers.get(name)?.conversationId ?? ""
  const merge = (into = pair.one, other = pair.other) =>
    merged.company.act(merged.bo, into, "merges", { otherId: idOf(other) })

  beforeEach(() => meetBoth(merged, pair))

  test("shows before what will be afterwards", async () => {
    const { company, bo } = merged
    await succeed(company.act(bo, pair.one, "customer", { name: "Vera Lund" }))
    await succeed(company.act(bo, pair.one, "customer/fields", { name: "Plan", value: "Pro" }))
    await succeed(company.act(bo, pair.other, "customer/fields", { name: "plan", value: "Basic" }))
    await succeed(company.act(bo, pair.other, "customer/fields", { name: "City", value: "Umeå" }))
    const { body } = await succeed(
      bo.get(`/conversations/${idOf(pair.one)}/merges/preview?otherId=${idOf(pair.other)}`),
    )
    const { after } = mergePreview.parse(body)
    expect(after).toMatchObject({ name: "Vera Lund", otherFields: [{ name: "plan", value: "Basic" }] })
    await succeed(merge())
    const row = await company.see(bo, pair.one)
    const { fields } = await company.notes(bo, pair.one)
    expect(fields.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
      after.fields.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    )
    expect(row).toMatchObject({
      customer: { name: after.name },
      isOpen: after.isOpen,
      teamId: after.teamId,
      assigneeId: after.assigneeId,
    })
    expect(row.addresses).toHaveLength(2)
    expect((await company.events(bo, pair.one)).at(-1)).toMatchObject({
      what: "merged",
      byAgentId: bo.agentId,
      fields: [{ name: "plan", value: "Basic" }],
    })
  })

  test("keeps all that anybody wrote while two agents merge and undo, and customers write", async () => {
    const { company, ada, bo } = merged
    const texts: string[] = []
    const writeBoth = (round: string) =>
      [pair.one, pair.other].map(async (name) => {
        const text = `${name} in ${round}`
        texts.push(text)
        // Where it is filed, is asked for below.
        await writeAs(merged, name, text).catch(() => undefined)
      })
    const ids = new Map([pair.one, pair.other].map((name) => [name, idOf(name)]))
    for (let round = 0; round < 5; round += 1) {
      const [one, other] = [ids.get(pair.one) ?? "", ids.get(pair.other) ?? ""]
      const put = (by: Colleague, into: string, from: string) =>
        by.send("POST", `/conversations/${into}/merges`, { otherId: from })
      const answers = await Promise.all([
        put(bo, one, other),
        put(ada, other, one),
        put(ada, one, other),
        ...writeBoth(`merging ${round}`),
      ])
      const merges = answers.filter((answer) => answer !== undefined)
      expect(merges.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404, 404])
      const done = merges.find(({ status }) => status === 200)
      const into = merges[1] === done ? other : one
      const undo = (by: Colleague) =>
        by.send("POST", `/conversations/${into}/merges/${String(done?.body.mergeId)}/undo`)
      const undone = await Promise.all([undo(ada), undo(bo), ...writeBoth(`undoing ${round}`)])
      expect(undone.flatMap((answer) => answer?.status ?? []).toSorted((a, b) => a - b)).toEqual([200, 404])
    }
    const said = await Promise.all(
      [...ids].map(async ([name, id]) => {
        const { body } = await succeed(ada.get(`/conversations/${id}/entries?limit=200`))
        const rows = page.parse(body).rows.flatMap((row) => (row.kind === "entry" ? [row.body] : []))
        const own = rows.flatMap((one) => (one.type === "message" ? [one.text] : []))
        expect(own.every((text) => text === `Hello from ${name}` || text.startsWith(`${name} in`))).toBe(true)
        return own
      }),
    )
    for (const text of texts) expect(said.flat().filter((one) => one === text)).toHaveLength(1)
    expect(company.customers.size).toBe(2)
  })

  test("the last of several is undone first, and links lead to where it is", async () => {
    const { company, bo } = merged
    await meetBoth(merged, { one: "Lead third", other: "Lead fourth" })
    const [one, other] = [idOf(pair.one), idOf(pair.other)]
    const { body: first } = await succeed(merge())
    const { body: second } = await succeed(merge(pair.one, "Lead third"))
    const undo = (mergeId: unknown) => company.act(bo, pair.one, `merges/${String(mergeId)}/undo`)
    expect(await undo(first.mergeId)).toMatchObject({ status: 409, body: { refusal: "merged-since" } })
    const { body } = await succeed(bo.get(`/conversations/${other}`))
    expect(page.parse(body).rows).toMatchObject([{ id: one }])
    await succeed(undo(second.mergeId))
    await succeed(undo(first.mergeId))
    expect(await undo(first.mergeId)).toMatchObject({ status: 404 })
    const { body: again } = await succeed(bo.get(`/conversations/${other}`))
    expect(page.parse(again).rows).toMatchObject([{ id: other }])
  })

  test("an answer that was written to the other before reaches him all the same, unless something is different", async () => {
    const { company, bo, cy } = merged
    const saw = await company.see(bo, pair.other)
    const other = idOf(pair.other)
    const answer = (text: string) =>
      bo.send("POST", `/conversations/${other}/answers`, {
        text,
        addressId: saw.lastAddressId,
        expects: { assigneeId: saw.assigneeId, isOpen: true, lastAnswerId: null },
      })
    await succeed(merge())
    await succeed(answer("From the train."))
    await succeed(company.assign(bo, pair.one, { kind: "agent", agentId: cy.agentId }))
    expect(await answer("Once more.")).toMatchObject({ status: 409 })
    const said = (await company.timeline(bo, pair.one)).map(({ body }) => "text" in body && body.text)
    expect(said).toContain("From the train.")
  })

  test("a visitor sees what went through his own address, and is seen where he is now", async () => {
    const { company, bo } = merged
    const { key = "" } = company.customers.get(pair.other) ?? {}
    const visitor = createVisitor(company.url, company.sourceId, key)
    const stream = await visitor.connect()
    await stream.next("welcome")
    const desk = await connectStream(
      { url: company.url, cookie: bo.cookie(), workspaceId: company.workspaceId },
      new StreamClient(),
    )
    const { body } = await succeed(merge())
    const one = idOf(pair.one)
    stream.tell({ kind: "typing", isTyping: true })
    await desk.until(() => desk.presence.get(one)?.customer.isTyping === true, "his typing")
    await succeed(company.answer(bo, pair.one, undefined, "For the one alone"))
    const { addresses: all } = await company.see(bo, pair.one)
    expect(all).toHaveLength(2)
    await succeed(company.act(bo, pair.one, `merges/${String(body.mergeId)}/undo`))
    const { body: history } = await visitor.ask("history", { key })
    expect(JSON.stringify([history, visitor.received])).not.toContain("For the one alone")
    stream.close()
    desk.close()
  })

  test("on proof the product merges by itself, says so, and an agent can undo it", async () => {
    const { company, bo } = merged
    const { workspaceId } = company
    const proved = {
      addressId: merged.idOf(`address of ${pair.one}`),
      otherId: merged.idOf(`address of ${pair.other}`),
    }
    const prove = (what: { addressId: string; otherId: string }) =>
      write(company.sync, { workspaceId }, (writing) => acts.mergeOnProof(writing, workspaceId, what))
    const one = await company.see(bo, pair.one)
    expect(await prove(proved)).toMatchObject({ customerId: one.customer.id })
    const row = await company.see(bo, pair.one)
    expect(row.addresses).toHaveLength(2)
    const event = (await company.timeline(bo, pair.one)).at(-1)
    expect(event?.body).toMatchObject({ event: { what: "merged", byAgentId: null } })
    // Proved again, whichever way round, it stays as it is.
    expect(await prove({ addressId: proved.otherId, otherId: proved.addressId })).toMatchObject({
      customerId: one.customer.id,
    })
    expect((await company.timeline(bo, pair.one)).at(-1)?.id).toBe(event?.id)
    await succeed(company.act(bo, pair.one, `merges/${event?.id}/undo`))
    expect((await company.see(bo, pair.one)).addresses).toHaveLength(1)
  })
})
