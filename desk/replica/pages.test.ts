import { afterEach, beforeEach, expect, test } from "vitest"
import type { SelfRow } from "../../protocol/rows.ts"
import { toldOfEverything } from "../../protocol/notifications.ts"
import { getList } from "./apply.ts"
import { frame, soon, startFakeDesk } from "./fakes/desk.ts"
import { conversation, idOf, ME, snapshotOf } from "./fakes/rows.ts"
import { loadClosed, loadConversation, openTimeline } from "./pages.ts"

let desk: Awaited<ReturnType<typeof startFakeDesk>>

beforeEach(async () => {
  desk = await startFakeDesk()
})
afterEach(() => desk.stop())

const self: SelfRow = {
  kind: "self",
  id: ME,
  preferences: { unassigned: { showsClosed: true } },
  undoesSend: false,
  language: null,
  notifications: toldOfEverything,
}
const closed = { status: 200, body: { asOf: 20, rows: [conversation(7, { isOpen: false })], hasMore: false } }

test("closed conversations asked for while the desk is told everything anew are there in the end", async () => {
  const { memory, server: place } = await desk.onlineTab()
  desk.server.say(frame(10, 11, [self]))
  await soon(() => expect(memory.cursor).toBe(11))
  const release = Promise.withResolvers<void>()
  desk.server.script.answer = async () => {
    await release.promise
    return closed
  }
  getList(memory, "unassigned")
  const loading = loadClosed(memory, place, "unassigned")
  desk.server.say(snapshotOf(20, [self, conversation(1)]))
  await soon(() => expect(memory.cursor).toBe(20))
  release.resolve()
  await loading
  expect(getList(memory, "unassigned")).toMatchObject({ edge: "all", rows: [{ id: idOf(7) }] })
})

test("closed conversations loaded in a tab that has missed something are asked for anew", async () => {
  desk.server.script.hello = (say) => say(snapshotOf(10, [self, conversation(1)]))
  await desk.onlineTab()
  const { memory, server: place } = desk.openTab()
  await soon(() => expect(memory).toMatchObject({ connection: "online", cursor: 10 }))
  desk.server.script.answer = () => closed
  getList(memory, "unassigned")
  await loadClosed(memory, place, "unassigned")
  expect(getList(memory, "unassigned").rows).toHaveLength(1)
  memory.cursor = 9
  desk.server.say(frame(10, 11, []))
  await soon(() => expect(memory.cursor).toBe(11))
  expect(getList(memory, "unassigned")).toMatchObject({ edge: "nothing", rows: [] })
})

const none = { status: 404, body: { refusal: "not-found", message: "" } }

test("a conversation that comes while the server says there is none stays", async () => {
  const { memory, server: place } = await desk.onlineTab()
  const release = Promise.withResolvers<void>()
  desk.server.script.answer = async () => {
    await release.promise
    return none
  }
  const asked = Promise.all([loadConversation(memory, place, idOf(3)), openTimeline(memory, place, idOf(3))])
  desk.server.say(frame(10, 11, [conversation(3, { assigneeId: ME })]))
  await soon(() => expect(memory.cursor).toBe(11))
  release.resolve()
  await asked
  expect(memory.absent.has(idOf(3))).toBe(false)
  expect(getList(memory, "me").rows).toMatchObject([{ id: idOf(3) }])
})

test("two conversations that were parted again are not taken for one, though one of them is out of sight", async () => {
  const { memory, server: place } = await desk.onlineTab()
  const gone = [{ kind: "conversation" as const, id: idOf(1) }]
  desk.server.script.answer = () => ({
    status: 200,
    body: { asOf: 11, rows: [conversation(2)], hasMore: false },
  })
  desk.server.say(frame(10, 11, [], gone))
  await soon(() => expect(memory.cursor).toBe(11))
  await loadConversation(memory, place, idOf(1))
  expect(memory.mergedInto.get(idOf(1))).toBe(idOf(2))
  desk.server.say(frame(11, 12, [conversation(1)]))
  desk.server.say(frame(12, 13, [], gone))
  await soon(() => expect(memory.cursor).toBe(13))
  expect(memory.mergedInto.has(idOf(1))).toBe(false)
})

test("a conversation merged into one that went out of sight is missing", async () => {
  const { memory, server: place } = await desk.onlineTab()
  memory.mergedInto.set(idOf(3), idOf(4))
  desk.server.script.answer = () => none
  await loadConversation(memory, place, idOf(3))
  expect(memory.mergedInto.has(idOf(3))).toBe(false)
})
