/** What the law is held against: for each command the acts that use it, seen, unseen, gaining and losing sight. */
import { sql } from "kysely"
import { expect } from "vitest"
import type { ConversationCommand } from "../../protocol/conversation-commands.ts"
import { newId, stamp } from "../../server/db/db.ts"
import type { StreamClient } from "../harness/stream-client.ts"
import { succeed, type Colleague, type Company, type Customer } from "./company.ts"
import { plainPicture, putPhoto } from "./uploading.ts"

export type Screen = { agent: Colleague; live: StreamClient; sleeper: StreamClient; isOut: boolean }
export type Stage = {
  company: Company
  /** Reads `team:sales` with Bo and Cy in it. */
  salesId: string
  salesSourceId: string
  /** Sees everything. */
  ada: Colleague
  bo: Colleague
  cy: Colleague
  /** In Everyone only: not in Sales. */
  dee: Colleague
  eve: Colleague
  screenOf(agent: Colleague): Screen
  /** Resolves once the client is resumed or has its snapshot. */
  connect(screen: Screen, client: StreamClient): Promise<StreamClient>
  /** A customer who has just written to Sales; nobody's yet. */
  name: string
}
/** One act after another; the law is looked at after each. Whoever must not be able to is tried, too. */
export type Case = (stage: Stage) => AsyncIterable<unknown>

/** Refused as if there were nothing, and told nothing before: he is in no team of it and nobody gave it to him. */
export async function expectUnseen(
  { company, name, dee, screenOf }: Stage,
  asked: Promise<{ status: number; body: unknown }>,
): Promise<void> {
  expect(await asked).toMatchObject({ status: 404, body: { refusal: "not-found" } })
  const { live, sleeper } = screenOf(dee)
  for (const text of [...live.texts, ...sleeper.texts]) {
    expect(text).not.toContain(`secret of ${name}`)
    expect(text).not.toContain(company.customers.get(name)?.conversationId)
  }
}

export const toAgent = ({ agentId }: Colleague) => ({ kind: "agent", agentId })
const toTeam = (teamId: string) => ({ kind: "team", teamId })
export const assign = async (stage: Stage, by: Colleague, to: object) =>
  succeed(stage.company.assign(by, stage.name, to))
export const act = async ({ company, name }: Stage, by: Colleague, what: string, body: object = {}) =>
  succeed(company.act(by, name, what, body))
const tried = ({ company, name }: Stage, by: Colleague, what: string, body: object = {}) =>
  company.act(by, name, what, body)
export const send = async (
  by: { send: Colleague["send"] },
  method: string,
  path: string,
  body: object = {},
) => succeed(by.send(method, path, body))

/** Takes it to somebody who could not see it, and away again: what he does in between concerns a sight he gained. */
async function* withSightOf(
  stage: Stage,
  agent: Colleague,
  meanwhile: () => Promise<unknown>,
): AsyncIterable<unknown> {
  yield await assign(stage, stage.bo, toAgent(agent))
  yield await meanwhile()
  yield await assign(stage, stage.bo, { kind: "nobody" })
}

const expectsNothing = { assigneeId: null, isOpen: true, lastAnswerId: null }

/** Who writes at a website, too. */
async function another({ company, name }: Stage, at: string): Promise<Customer> {
  return company.write(`Other of ${name}`, { at })
}

/** On the customer's latest message, or off it. */
export async function putLabel(
  { company, name }: Stage,
  by: Colleague,
  labelId: string,
  body: object = { isOn: true },
): Promise<unknown> {
  const { lastCustomerEntryId } = await company.see(by, name)
  return succeed(company.act(by, name, `entries/${lastCustomerEntryId}/labels/${labelId}`, body))
}

export const conversationCases: Record<ConversationCommand, Case> = {
  async *label(stage) {
    const { company, name, bo, dee } = stage
    const entryId = (await company.see(bo, name)).lastCustomerEntryId
    const label = newId()
    const make = { name: `on the fly ${label.slice(-4)}`, color: "green" }
    const path = `entries/${entryId}/labels/${label}`
    yield await expectUnseen(stage, tried(stage, dee, path, { isOn: true, make }))
    yield await putLabel(stage, bo, label, { isOn: true, make })
    yield* withSightOf(stage, dee, () => putLabel(stage, dee, label, { isOn: false }))
    yield await putLabel(stage, bo, label)
    yield await succeed(company.answer(bo, name))
    yield await putLabel(stage, bo, label, { isOn: false })
  },
  async *renameCustomer(stage) {
    const { company, bo, dee } = stage
    yield await expectUnseen(stage, tried(stage, dee, "customer", { name: "Nobody" }))
    yield await act(stage, bo, "customer", { name: "Vera Lund" })
    yield* withSightOf(stage, dee, () => act(stage, dee, "customer", { name: null }))
    yield await company.close(bo, stage.name)
    yield await act(stage, bo, "customer", { name: "Vera" })
  },
  async *showCustomerPhoto(stage) {
    const { company, name, bo, dee } = stage
    const picture = await plainPicture("#345")
    const of = { conversationId: company.customers.get(name)?.conversationId ?? "" }
    const put = (by: Colleague) => putPhoto(company.url, by, picture, { of })
    yield await put(bo)
    const { photoId } = (await company.see(bo, name)).customer
    yield await expectUnseen(stage, put(dee))
    yield await expectUnseen(stage, tried(stage, dee, "customer/photo", { photoId: null }))
    yield await act(stage, bo, "customer/photo", { photoId: null })
    yield* withSightOf(stage, dee, () => act(stage, dee, "customer/photo", { photoId }))
    yield await put(bo)
  },
  async *eraseCustomer(stage) {
    const { company, name, ada, bo, dee } = stage
    yield await expectUnseen(stage, tried(stage, dee, "customer/fields", { name: "Plan", value: "Pro" }))
    yield expect((await tried(stage, bo, "customer/erase")).status).toBe(403)
    yield await act(stage, bo, "draft", { text: "Never sent", isNote: false, basedOn: null })
    yield await act(stage, bo, "star", { isStarred: true })
    yield await act(stage, ada, "customer/erase")
    yield expect((await tried(stage, ada, "customer/erase")).status).toBe(404)
    yield await company.write(name, { text: `back: secret of ${name}` })
  },
  async *setField(stage) {
    const { bo, cy, dee } = stage
    yield await expectUnseen(stage, tried(stage, dee, "customer/fields", { name: "Plan", value: "Pro" }))
    yield await act(stage, bo, "customer/fields", { name: "Plan", value: "Pro" })
    yield* withSightOf(stage, dee, () => act(stage, dee, "customer/fields", { name: "PLAN", value: "Basic" }))
    yield await act(stage, cy, "customer/fields", { name: "plan", value: null })
  },
  async *remark(stage) {
    const { bo, ada, dee } = stage
    const path = `customer/remarks/${newId()}`
    yield await expectUnseen(stage, tried(stage, dee, path, { text: "secret" }))
    yield await act(stage, bo, path, { text: "Calls himself the king of Spain." })
    yield await act(stage, ada, path, { text: "He is." })
    yield* withSightOf(stage, dee, () => act(stage, dee, `customer/remarks/${newId()}`, { text: "Indeed." }))
    yield await act(stage, bo, path, { text: null })
    yield await act(stage, bo, path, { text: "He is." })
  },
  async *block(stage) {
    const { company, name, bo, dee, salesSourceId } = stage
    yield await expectUnseen(stage, tried(stage, dee, "customer/block", { isBlocked: true }))
    yield await act(stage, bo, "customer/block", { isBlocked: true })
    await expect(company.write(name, { at: salesSourceId })).rejects.toThrow("not accepted")
    yield await act(stage, bo, "reopen", { undo: true })
    yield* withSightOf(stage, dee, () => act(stage, dee, "customer/block", { isBlocked: false }))
    yield await company.write(name, { at: salesSourceId })
  },
  async *merge(stage) {
    const { company, name, bo, cy, dee, eve, salesSourceId } = stage
    const other = await another(stage, salesSourceId)
    const merging = { otherId: other.conversationId }
    yield await expectUnseen(stage, tried(stage, dee, "merges", merging))
    yield await putLabel({ ...stage, name: other.name }, cy, newId(), {
      isOn: true,
      make: { name: `of another ${newId().slice(-4)}`, color: "blue" },
    })
    yield await succeed(company.answer(cy, other.name))
    yield await act({ ...stage, name: other.name }, cy, "notes", { text: `@{agent:${eve.agentId}}, look` })
    yield await act({ ...stage, name: other.name }, cy, "star", { isStarred: true })
    for (const one of [name, other.name])
      await act({ ...stage, name: one }, bo, "draft", { text: one, isNote: false, basedOn: null })
    yield await act(stage, bo, "customer/fields", { name: "Plan", value: "Pro" })
    yield await act(stage, bo, "merges", merging)
    yield await company.write(other.name, { at: salesSourceId })
    yield await succeed(company.answer(cy, name))
  },
  async *unmerge(stage) {
    const { company, name, bo, dee, salesSourceId } = stage
    // Everybody sees the other, and loses sight of him: this one wrote later.
    const other = await another(stage, company.sourceId)
    yield await company.write(name, { at: salesSourceId })
    const { body } = await act(stage, bo, "merges", { otherId: other.conversationId })
    const undo = `merges/${String(body.mergeId)}/undo`
    yield undo
    yield await expectUnseen(stage, tried(stage, dee, undo))
    yield await company.write(other.name)
    yield await succeed(company.answer(bo, name))
    yield await act(stage, bo, undo)
    company.customers.set(other.name, other)
    // Now it is the other that he gains sight by.
    yield await company.write(other.name)
    const again = await act(stage, bo, "merges", { otherId: other.conversationId })
    yield again
    yield await act(stage, dee, "notes", { text: "Is it the same?" })
    yield await act(stage, bo, `merges/${String(again.body.mergeId)}/undo`)
    company.customers.set(other.name, other)
  },
  async *answer(stage) {
    const { company, name, bo, cy, dee } = stage
    const { lastAddressId: addressId } = await company.see(bo, name)
    yield await expectUnseen(
      stage,
      tried(stage, dee, "answers", { text: "x", addressId, expects: expectsNothing }),
    )
    yield await succeed(company.answer(bo, name))
    yield await succeed(company.answer(cy, name))
    yield* withSightOf(stage, dee, async () => succeed(company.answer(dee, name)))
    yield await company.close(bo, name)
    yield await succeed(company.answer(cy, name))
    yield await company.write(name, { at: stage.salesSourceId })
  },
  async *note(stage) {
    const { bo, dee, eve } = stage
    yield await expectUnseen(stage, tried(stage, dee, "notes", { text: "x" }))
    yield await act(stage, bo, "notes", { text: "a plain note" })
    yield await act(stage, bo, "notes", {
      text: `@{agent:${dee.agentId}} and @{team:${stage.salesId}}, look`,
    })
    yield await act(stage, dee, "notes", { text: `@{agent:${eve.agentId}} too` })
    const thread = newId()
    yield await act(stage, bo, "notes", { id: thread, text: "who looks into it?" })
    yield await act(stage, eve, "notes", { text: "I do", thread })
    yield await act(stage, bo, "notes", { text: `@{agent:${dee.agentId}} will help`, thread })
    yield await assign(stage, bo, toAgent(bo))
  },
  async *assign(stage) {
    const { company, bo, cy, dee, salesId } = stage
    yield await expectUnseen(
      stage,
      tried(stage, dee, "assign", { to: toAgent(dee), expects: { assigneeId: null } }),
    )
    yield await assign(stage, bo, toAgent(bo))
    yield await assign(stage, cy, toAgent(dee))
    yield await assign(stage, bo, toAgent(cy))
    yield await assign(stage, bo, { kind: "nobody" })
    yield await assign(stage, bo, toTeam(company.everyoneId))
    yield await assign(stage, dee, toTeam(salesId))
  },
  async *offer(stage) {
    const { company, bo, cy, dee } = stage
    yield await expectUnseen(stage, tried(stage, dee, "offer", { agentId: dee.agentId }))
    yield await act(stage, bo, "offer", { agentId: dee.agentId })
    yield await company.pass(61)
    yield await act(stage, bo, "offer", { agentId: dee.agentId })
    yield await succeed(company.answer(dee, stage.name))
    yield await act(stage, dee, "offer", { agentId: cy.agentId })
    yield await assign(stage, bo, toAgent(bo))
  },
  async *decline(stage) {
    const { company, bo, dee } = stage
    yield await expectUnseen(stage, tried(stage, dee, "decline", { offerId: newId() }))
    yield await act(stage, bo, "offer", { agentId: dee.agentId })
    yield await act(stage, dee, "decline", { offerId: (await company.see(dee, stage.name)).offer?.id })
  },
  async *close(stage) {
    const { company, name, bo, dee } = stage
    yield await expectUnseen(stage, tried(stage, dee, "close", { lastCustomerEntryId: null }))
    yield await company.close(bo, name)
    yield await company.write(name, { at: stage.salesSourceId })
    yield* withSightOf(stage, dee, () => company.close(dee, name))
    yield await company.write(name, { at: stage.salesSourceId })
  },
  async *reopen(stage) {
    const { company, name, bo, dee } = stage
    yield await company.close(bo, name)
    yield await expectUnseen(stage, tried(stage, dee, "reopen"))
    yield await act(stage, bo, "reopen", { undo: true })
    yield await succeed(company.answer(bo, name))
    yield await assign(stage, bo, toAgent(dee))
    yield await company.close(dee, name)
    yield await act(stage, dee, "reopen")
    yield await assign(stage, bo, { kind: "nobody" })
  },
  async *snooze(stage) {
    const { company, name, bo, cy, dee } = stage
    const { lastCustomerEntryId } = await company.see(bo, name)
    const off = (until: string | null) => ({ snooze: { until }, lastCustomerEntryId })
    const soon = () => stamp(new Date(company.clock.now().getTime() + 30_000))
    yield await expectUnseen(stage, tried(stage, dee, "snooze", off(null)))
    yield await act(stage, bo, "snooze", off(soon()))
    yield await company.pass(31)
    yield await act(stage, cy, "snooze", off(null))
    yield await assign(stage, cy, toAgent(dee))
    yield await act(stage, dee, "snooze", off(null))
    yield await act(stage, dee, "snooze", { snooze: null, lastCustomerEntryId })
    yield await act(stage, dee, "snooze", off(soon()))
    yield await company.write(name, { at: stage.salesSourceId })
    yield await assign(stage, bo, { kind: "nobody" })
  },
  async *star(stage) {
    const { company, name, bo, dee } = stage
    yield await expectUnseen(stage, tried(stage, dee, "star", { isStarred: true }))
    yield await assign(stage, bo, toAgent(bo))
    yield await act(stage, bo, "star", { isStarred: true })
    yield await company.close(bo, name)
    yield await act(stage, bo, "star", { isStarred: false })
    yield await act(stage, bo, "star", { isStarred: true })
    yield await act(stage, bo, "reopen")
    yield* withSightOf(stage, dee, () => act(stage, dee, "star", { isStarred: true }))
  },
  async *read(stage) {
    const { company, name, bo, dee } = stage
    const { updatedAt: upTo } = await company.see(bo, name)
    yield await expectUnseen(stage, tried(stage, dee, "read", { upTo }))
    yield await act(stage, bo, "read", { upTo })
    yield await company.write(name, { at: stage.salesSourceId })
    yield* withSightOf(stage, dee, async () =>
      act(stage, dee, "read", { upTo: (await company.see(dee, name)).updatedAt }),
    )
  },
  async *unread(stage) {
    const { company, name, bo, dee } = stage
    const row = await company.see(bo, name)
    const from = { fromEntryId: row.lastCustomerEntryId }
    yield await expectUnseen(stage, tried(stage, dee, "unread", from))
    yield await act(stage, bo, "read", { upTo: row.updatedAt })
    yield await act(stage, bo, "unread", from)
    yield* withSightOf(stage, dee, () => act(stage, dee, "unread", from))
  },
  async *mention(stage) {
    const { company, name, bo, dee, eve } = stage
    const mentioning = { text: `@{agent:${dee.agentId}} and @{agent:${eve.agentId}}` }
    yield await expectUnseen(stage, tried(stage, dee, "mention", { isDone: true }))
    yield await act(stage, bo, "notes", mentioning)
    yield await act(stage, dee, "mention", { isDone: true })
    yield await act(stage, dee, "mention", { isDone: false })
    yield await act(stage, dee, "mention", { isDone: true })
    yield await act(stage, bo, "notes", mentioning)
    yield await company.close(bo, name)
    yield await act(stage, eve, "mention", { isDone: true })
    yield await act(stage, bo, "reopen")
  },
  async *draft(stage) {
    const { bo, dee } = stage
    const write = (by: Colleague, id: string, text: string, basedOn: string | null) =>
      act(stage, by, "draft", { id, text, isNote: false, basedOn })
    yield await expectUnseen(stage, tried(stage, dee, "draft", { text: "x", isNote: true, basedOn: null }))
    const [first, second, dees] = [newId(), newId(), newId()]
    yield await write(bo, first, "Half", null)
    yield await write(bo, second, "Half a", first)
    yield await assign(stage, bo, toAgent(dee))
    yield await write(dee, dees, "Dee's own", null)
    yield await assign(stage, bo, { kind: "nobody" })
    yield await write(bo, newId(), "", second)
    const thread = newId()
    yield await act(stage, bo, "notes", { id: thread, text: "who looks into it?" })
    const inThread = { text: "I d", isNote: true, basedOn: null, thread }
    yield await act(stage, bo, "draft", inThread)
  },
  async *unsend(stage) {
    const { company, name, bo, dee } = stage
    const { lastAddressId: addressId } = await company.see(bo, name)
    const answer = async (by: Colleague) => {
      const { assigneeId, lastAnswer } = await company.see(by, name)
      const expects = { ...expectsNothing, assigneeId, lastAnswerId: lastAnswer?.id ?? null }
      const id = newId()
      await act(stage, by, "answers", { id, text: "Wait.", addressId, expects, isUndoable: true })
      return id
    }
    const taken = await answer(bo)
    yield taken
    yield await expectUnseen(stage, tried(stage, dee, `entries/${taken}/unsend`))
    yield await act(stage, bo, `entries/${taken}/unsend`)
    yield await answer(bo)
    yield await company.write(name, { at: stage.salesSourceId })
    yield await company.pass(6)
    yield await assign(stage, bo, toAgent(dee))
    const deesOwn = await answer(dee)
    yield await act(stage, dee, `entries/${deesOwn}/unsend`)
    yield await assign(stage, bo, { kind: "nobody" })
  },
  async *resend(stage) {
    const { company, name, bo, dee } = stage
    const sent = newId()
    const { lastAddressId: addressId } = await company.see(bo, name)
    yield await act(stage, bo, "answers", {
      id: sent,
      text: "Certainly.",
      addressId,
      expects: expectsNothing,
    })
    const resend = `entries/${sent}/resend`
    yield await expectUnseen(stage, tried(stage, dee, resend))
    yield await act(stage, bo, resend)
    // As a provider's refusal leaves it.
    await sql`update entries set delivery = 'failed', delivery_reason = 'gone' where id = ${sent}`.execute(
      company.database.db,
    )
    yield await act(stage, bo, resend)
    yield* withSightOf(stage, dee, async () => {
      await sql`update entries set delivery = 'unsure' where id = ${sent}`.execute(company.database.db)
      return act(stage, dee, resend)
    })
  },
}

/** A team of its own with something in it, so that gaining and losing sight shows. */
