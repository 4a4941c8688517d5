import { expect, test } from "vitest"
import { act, newId, type Pending } from "./act.ts"
import { ADDRESS, at, BO, conversation, ME } from "./fakes/rows.ts"
import { entryOf, overlay } from "./overlay.ts"

const row = conversation(1)

function issued(command: string, body: object): Pending {
  return {
    act: act.parse({ command, params: { conversationId: row.id }, body: { id: newId(), ...body } }),
    at: at(30),
    files: [],
    state: "waiting",
    number: null,
  }
}
const answer = () =>
  issued("answer", {
    text: "Yes,\n  we do.",
    addressId: ADDRESS,
    expects: { assigneeId: null, isOpen: true, lastAnswerId: null },
  })

test("an answer takes what is nobody's, what is offered to me and what was closed", () => {
  const offer = { id: newId(), agentId: ME, byAgentId: BO, endsAt: at(60) }
  for (const before of [row, { ...row, assigneeId: BO, offer }, { ...row, assigneeId: BO, isOpen: false }])
    expect(overlay(before, answer(), ME)).toMatchObject({
      assigneeId: ME,
      offer: null,
      isOpen: true,
      waitingSince: null,
      updatedAt: at(30),
      last: { text: "Yes, we do." },
    })
})

test("an answer into a colleague's conversation leaves it to him", () => {
  expect(overlay({ ...row, assigneeId: BO }, answer(), ME)).toMatchObject({
    assigneeId: BO,
    waitingSince: null,
  })
})

test("a row that tells of the answer already is not guessed at", () => {
  const pending = answer()
  const told = { ...row, assigneeId: BO, lastAnswer: { id: pending.act.body.id, agentId: ME } }
  expect(overlay(told, pending, ME)).toBe(told)
})

test("reading up to the latest clears what is unread, reading less does not", () => {
  expect(overlay(row, issued("read", { upTo: row.updatedAt }), ME).own).toMatchObject({
    unread: 0,
    readUpTo: row.updatedAt,
  })
  expect(overlay(row, issued("read", { upTo: at(0) }), ME).own).toMatchObject({ unread: 1, readUpTo: at(0) })
})

test("the entry on its way says so, and is the message it will be", () => {
  const pending = answer()
  const beside = { row, me: ME, noteOf: () => undefined }
  expect(entryOf(pending, beside)).toMatchObject({
    id: pending.act.body.id,
    pending: "waiting",
    body: { type: "message", agentId: ME, channel: "web-chat" },
  })
  expect(entryOf(issued("close", { lastCustomerEntryId: null }), beside)).toBeUndefined()
})
