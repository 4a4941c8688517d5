import { afterEach, beforeEach, expect, test } from "vitest"
import { act, newId } from "./act.ts"
import { frame, soon, startFakeDesk } from "./fakes/desk.ts"
import { BO, conversation, idOf, message } from "./fakes/rows.ts"
import { shownRow } from "./memory.ts"
import type { Replica } from "./open.ts"
import { openTimeline } from "./pages.ts"

let desk: Awaited<ReturnType<typeof startFakeDesk>>

beforeEach(async () => {
  desk = await startFakeDesk()
})
afterEach(() => desk.stop())

/** Resolves when another tab has the line. */
async function leave(tab: Replica): Promise<void> {
  const hellos = () => desk.server.heard.filter(({ kind }) => kind === "hello").length
  const before = hellos()
  await desk.closeTab(tab)
  await soon(() => expect(hellos()).toBe(before + 1))
}
const timelineOf = (...numbers: number[]) => ({
  status: 200,
  body: { asOf: 11, rows: numbers.map((number) => message(number, idOf(1))), hasMore: false },
})

test("what a customer writes after the tab that loaded his messages is gone is among them, also after a reload", async () => {
  const { server, disk } = desk
  const first = await desk.onlineTab()
  const second = desk.openTab()
  await soon(() => expect(second.memory.cursor).toBe(10))
  server.script.answer = () => timelineOf(3)
  await openTimeline(first.memory, first.server, idOf(1))
  first.keepTimeline(idOf(1))
  await soon(() => expect(disk.timelines.has(idOf(1))).toBe(true))
  await leave(first)
  server.say(frame(10, 11, [message(4, idOf(1))]))
  await soon(() => expect(second.memory.cursor).toBe(11))
  await soon(() => expect(disk.head.value?.cursor).toBe(11))
  await desk.closeTab(second)
  const { memory } = await desk.onlineTab()
  expect(memory.timelines.get(idOf(1))?.entries.map(({ id }) => id)).toEqual([idOf(3), idOf(4)])
})

test("messages that only the tab before had are asked for anew where it did not come to write the last of them", async () => {
  const { server, disk } = desk
  const first = await desk.onlineTab()
  const second = desk.openTab()
  await soon(() => expect(second.memory.cursor).toBe(10))
  server.script.answer = () => timelineOf(3)
  await openTimeline(first.memory, first.server, idOf(1))
  first.keepTimeline(idOf(1))
  await soon(() => expect(disk.timelines.has(idOf(1))).toBe(true))
  server.say(frame(10, 11, [message(4, idOf(1))]))
  await soon(() => expect(second.memory.cursor).toBe(11))
  await leave(first)
  expect(second.memory.timelines.get(idOf(1))).toMatchObject({ isStale: true })
  server.script.answer = () => timelineOf(3, 4)
  await openTimeline(second.memory, second.server, idOf(1))
  expect(second.memory.timelines.get(idOf(1))?.entries).toHaveLength(2)
})

test("what is sent in one tab while another opens is no draft in that, but what was typed there meanwhile is", async () => {
  const { server, disk } = desk
  const first = await desk.onlineTab()
  server.script.answer = () => ({ status: 200, body: { number: 10 } })
  first.setDraft(idOf(1), { text: "Sent by now", isNote: false, files: [] }, [])
  await soon(() => expect(disk.drafts.get(idOf(1))?.text).toBe("Sent by now"))
  const rows = Promise.withResolvers<void>()
  const { memory, setDraft } = desk.openTab(async () => {
    const opened = await disk.open()
    return { ...opened, loadRows: () => rows.promise.then(opened.loadRows) }
  })
  await soon(() => expect(memory.drafts.get(idOf(1))?.text).toBe("Sent by now"))
  first.setDraft(idOf(1), { text: "", isNote: false, files: [] }, [])
  await soon(() => expect(first.memory.drafts.has(idOf(1))).toBe(false))
  setDraft(idOf(2), { text: "Typed here", isNote: false, files: [] }, [])
  rows.resolve()
  await soon(() => expect(memory.connection).toBe("online"))
  await soon(() => expect(memory.drafts.has(idOf(1))).toBe(false))
  expect(memory.drafts.get(idOf(2))?.text).toBe("Typed here")
})

test("what was done before the tab that did it was gone does not cover what came since", async () => {
  const { server, disk } = desk
  const first = await desk.onlineTab()
  const { memory } = desk.openTab()
  await soon(() => expect(memory.cursor).toBe(10))
  server.script.answer = () => ({ status: 200, body: { number: 11 } })
  const body = { id: newId(), lastCustomerEntryId: null }
  await first.issue(act.parse({ command: "close", params: { conversationId: idOf(1) }, body }))
  await soon(() => expect([...disk.outbox.values()]).toMatchObject([{ state: "done" }]))
  server.say(frame(10, 12, [conversation(1, { assigneeId: BO })]))
  await soon(() => expect(memory.cursor).toBe(12))
  await leave(first)
  expect(shownRow(memory, idOf(1))).toMatchObject({ isOpen: true, assigneeId: BO })
  await soon(() => expect(disk.outbox.size).toBe(0))
})
