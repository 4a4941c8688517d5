import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { act, newId } from "./act.ts"
import { frame, soon, startFakeDesk } from "./fakes/desk.ts"
import { ADDRESS, at, BO, conversation, idOf, ME, message, snapshotOf } from "./fakes/rows.ts"
import { joinReturned } from "./draft.ts"
import { getList } from "./apply.ts"
import { shownRow } from "./memory.ts"
import type { Replica } from "./open.ts"
import { openTimeline } from "./pages.ts"

let desk: Awaited<ReturnType<typeof startFakeDesk>>
let server: (typeof desk)["server"]
let disk: (typeof desk)["disk"]

beforeEach(async () => {
  desk = await startFakeDesk()
  server = desk.server
  disk = desk.disk
})
afterEach(() => desk.stop())

const openTab = (open = disk.open) => desk.openTab(open)
const closeTab = (tab: Replica) => desk.closeTab(tab)
const onlineTab = () => desk.onlineTab()
function answerIn(conversationId: string, text: string) {
  return act.parse({
    command: "answer",
    params: { conversationId },
    body: {
      id: newId(),
      text,
      addressId: ADDRESS,
      expects: { assigneeId: null, isOpen: true, lastAnswerId: null },
    },
  })
}
function closing(conversationId: string) {
  return act.parse({
    command: "close",
    params: { conversationId },
    body: { id: newId(), lastCustomerEntryId: null },
  })
}
const sentTexts = () =>
  server.requests
    .filter((request) => request.path.endsWith("/answers"))
    .map((request) => request.body["text"])
const isDone = (number: number) => ({ status: 200, body: { number, at: at(50), assigneeId: ME } })

test("a fresh replica is filled by the snapshot, then kept by frames", async () => {
  const { memory } = await onlineTab()
  expect(memory.counts).toEqual({
    badge: 2,
    inboxes: { me: 0, mentions: 0, unassigned: 2, starred: 0, [`team:${conversation(1).teamId}`]: 2 },
  })
  expect(getList(memory, "unassigned").rows.map((row) => row.id)).toEqual([idOf(1), idOf(2)])
  server.say(frame(10, 11, [conversation(1, { assigneeId: BO })], [{ kind: "conversation", id: idOf(2) }]))
  await soon(() => expect(memory.cursor).toBe(11))
  expect(getList(memory, "unassigned").rows).toEqual([])
  expect(memory.counts.badge).toBe(0)
})

test("the first screen does not wait for all rows, and is part of them when they are there", async () => {
  const before = await onlineTab()
  getList(before.memory, "unassigned")
  await soon(() => expect(disk.head.first?.conversations).toHaveLength(2))
  const { counts } = before.memory
  await closeTab(before)

  const rows = Promise.withResolvers<void>()
  const { memory } = openTab(async () => {
    const opened = await disk.open()
    return { ...opened, loadRows: () => rows.promise.then(opened.loadRows) }
  })
  const list = getList(memory, "unassigned")
  await soon(() => expect(list.rows.map((row) => row.id)).toEqual([idOf(1), idOf(2)]))
  expect(memory.counts).toEqual(counts)
  expect(memory).toMatchObject({ isComplete: false, cursor: undefined })
  const [shown] = list.rows
  rows.resolve()
  await soon(() => expect(memory).toMatchObject({ isComplete: true, cursor: 10, connection: "online" }))
  expect(list.rows[0]).toBe(shown)
  expect(memory.counts).toEqual(counts)
})

test("a frame that does not follow is not applied: the replica says hello again", async () => {
  const { memory } = await onlineTab()
  server.say(frame(12, 13, [conversation(1, { assigneeId: BO })]))
  await soon(() => expect(server.heard.filter((said) => said.kind === "hello")).toHaveLength(2))
  expect(server.heard.findLast((said) => said.kind === "hello")).toMatchObject({ cursor: 10, epoch: "one" })
  expect(memory.kept.conversation.get(idOf(1))?.assigneeId).toBeNull()
})

test("a row read earlier never replaces one read later", async () => {
  const { memory } = await onlineTab()
  server.say({
    kind: "frame",
    after: 10,
    upTo: 11,
    asOf: 15,
    rows: [conversation(1, { assigneeId: BO })],
    removed: [],
  })
  server.say({ kind: "frame", after: 11, upTo: 12, asOf: 12, rows: [conversation(1)], removed: [] })
  await soon(() => expect(memory.cursor).toBe(12))
  expect(memory.kept.conversation.get(idOf(1))?.assigneeId).toBe(BO)
})

test("what the last part of a snapshot did not hold is gone, timelines of it too", async () => {
  const { memory, server: place } = await onlineTab()
  server.script.answer = () => ({
    status: 200,
    body: { asOf: 10, rows: [message(1, idOf(2))], hasMore: false },
  })
  await openTimeline(memory, place, idOf(2))
  server.say(snapshotOf(20, [conversation(1)]))
  await soon(() => expect(memory.cursor).toBe(20))
  expect([...memory.kept.conversation.keys()]).toEqual([idOf(1)])
  expect(memory.timelines.has(idOf(2))).toBe(false)
})

test("the desk opens from disk, and comes back with the cursor it had", async () => {
  await closeTab(await onlineTabSaved())
  server.script.isUp = false
  const again = openTab()
  await again.isOpen
  expect(again.memory.kept.conversation.size).toBe(2)
  expect(again.memory.counts.inboxes["unassigned"]).toBe(2)
  server.script.isUp = true
  again.wake()
  await soon(() => expect(again.memory.connection).toBe("online"))
  expect(server.heard.findLast((said) => said.kind === "hello")).toMatchObject({ cursor: 10, epoch: "one" })
})

async function onlineTabSaved(): Promise<Replica> {
  const tab = await onlineTab()
  tab.saveNow()
  await soon(() => expect(disk.head.value?.cursor).toBe(10))
  return tab
}

test("an answer shows at once and stays until the cursor reaches it", async () => {
  const tab = await onlineTab()
  server.script.answer = () => isDone(11)
  const outcome = tab.issue(answerIn(idOf(1), "Hello"))
  expect(shownRow(tab.memory, idOf(1))).toMatchObject({
    assigneeId: ME,
    waitingSince: null,
    last: { text: "Hello" },
  })
  expect(tab.memory.counts.inboxes).toMatchObject({ me: 1, unassigned: 1 })
  expect(await outcome).toMatchObject({ kind: "done", answer: { number: 11 } })
  expect(shownRow(tab.memory, idOf(1))?.assigneeId).toBe(ME)
  server.say(frame(10, 11, [conversation(1, { assigneeId: ME, updatedAt: at(50) })]))
  await soon(() => expect(tab.memory.pendings).toEqual([]))
  expect(shownRow(tab.memory, idOf(1))?.updatedAt).toBe(at(50))
  tab.saveNow()
  await soon(() => expect(disk.outbox.size).toBe(0))
})

test("what was issued without a network is sent once, in order, after a reload", async () => {
  await closeTab(await onlineTabSaved())
  server.script.isUp = false
  const offline = openTab()
  await offline.isOpen
  for (const text of ["one", "two", "three"]) void offline.issue(answerIn(idOf(1), text))
  await soon(() => expect(disk.outbox.size).toBe(3))
  await closeTab(offline)
  let number = 10
  server.script.isUp = true
  server.script.answer = () => isDone((number += 1))
  const again = await onlineTab()
  await soon(() => expect(sentTexts()).toEqual(["one", "two", "three"]))
  server.say(frame(10, 20, []))
  await soon(() => expect(again.memory.pendings).toEqual([]))
})

test.for([
  { how: "lost", first: "cut" as const },
  // It may have been committed before whatever broke.
  { how: "a failure", first: { status: 500, body: { refusal: "broken", message: "" } } },
])("a request whose answer is $how is repeated with the same id", async ({ first }) => {
  const tab = await onlineTab()
  let times = 0
  server.script.answer = () => ((times += 1) === 1 ? first : isDone(11))
  await tab.issue(answerIn(idOf(1), "Hello"))
  const ids = server.requests
    .filter((request) => request.path.endsWith("/answers"))
    .map((request) => request.body["id"])
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
})

test(
  "as long as the server cannot do anything, what was sent waits and is no draft again",
  { timeout: 40_000 },
  async () => {
    const tab = await onlineTab()
    let times = 0
    server.script.answer = () =>
      (times += 1) < 7 ? { status: 503, body: { refusal: "unavailable", message: "" } } : isDone(11)
    const issued = tab.issue(answerIn(idOf(1), "Hello"))
    // Whoever comes back tries at once.
    for (let tries = 1; tries < 7; tries += 1) {
      await soon(() => expect(times).toBeGreaterThanOrEqual(tries))
      server.cut()
      tab.wake()
    }
    expect((await issued).kind).toBe("done")
    expect(tab.memory.returned).toEqual([])
  },
)

test("a refused answer is a draft again with its reason, and the next is judged on its own", async () => {
  const tab = await onlineTab()
  server.script.answer = (request) =>
    request.body["text"] === "late"
      ? { status: 409, body: { refusal: "conversation-taken", message: "", details: { agentName: "Bo" } } }
      : isDone(11)
  const [late, next] = await Promise.all([
    tab.issue(answerIn(idOf(1), "late")),
    tab.issue(answerIn(idOf(1), "next")),
  ])
  expect(late).toMatchObject({ kind: "refused", refusal: { refusal: "conversation-taken" } })
  expect(next.kind).toBe("done")
  const { draft, absorbs } = joinReturned(tab.memory.drafts.get(idOf(1)), tab.memory.returned)
  expect(draft).toMatchObject({ text: "late", isNote: false, reason: { details: { agentName: "Bo" } } })
  expect([...disk.returned.values()]).toMatchObject([{ text: "late" }])
  tab.setDraft(idOf(1), { text: "late but better", isNote: false, files: [] }, absorbs)
  tab.saveNow()
  await soon(() => expect(disk.returned.size).toBe(0))
  expect(disk.drafts.get(idOf(1))?.text).toBe("late but better")
})

test("acts of different conversations do not wait for each other, those of one do", async () => {
  const tab = await onlineTab()
  const release = Promise.withResolvers<void>()
  server.script.answer = async (request) => {
    if (request.path.includes(idOf(1))) await release.promise
    return isDone(11)
  }
  void tab.issue(answerIn(idOf(1), "first"))
  void tab.issue(closing(idOf(1)))
  await tab.issue(answerIn(idOf(2), "other"))
  expect(
    server.requests.filter((request) => request.path.includes(idOf(1)) && request.method === "POST"),
  ).toHaveLength(1)
  release.resolve()
  await soon(() => expect(server.requests.at(-1)?.path).toContain("/close"))
})

test("a second tab follows: same rows, its acts go out through the leader, drafts are shared", async () => {
  const leader = await onlineTab()
  const follower = openTab()
  await soon(() => expect(follower.memory.cursor).toBe(10))
  expect(server.sockets.size).toBe(1)
  server.say(frame(10, 11, [conversation(1, { assigneeId: BO })]))
  await soon(() => expect(follower.memory.kept.conversation.get(idOf(1))?.assigneeId).toBe(BO))
  server.script.answer = () => isDone(12)
  expect((await follower.issue(answerIn(idOf(2), "from the second tab"))).kind).toBe("done")
  await soon(() => expect(shownRow(leader.memory, idOf(2))?.last?.text).toBe("from the second tab"))
  follower.setDraft(idOf(1), { text: "half a", isNote: false, files: [] }, [])
  await soon(() => expect(leader.memory.drafts.get(idOf(1))?.text).toBe("half a"))
})

test("when the leader dies the next tab takes over from its cursor and sends what was not sent", async () => {
  const leader = await onlineTab()
  const follower = openTab()
  await soon(() => expect(follower.memory.cursor).toBe(10))
  server.script.answer = () => "cut"
  const outcome = follower.issue(answerIn(idOf(1), "must arrive"))
  await soon(() => expect(sentTexts().length).toBeGreaterThan(0))
  server.script.answer = () => isDone(11)
  await closeTab(leader)
  expect((await outcome).kind).toBe("done")
  expect(server.heard.findLast((said) => said.kind === "hello")).toMatchObject({ cursor: 10 })
  expect(new Set(sentTexts())).toEqual(new Set(["must arrive"]))
})

test("the server hears what all tabs show, what is typed in one of them, and of nothing when all have left", async () => {
  const leader = await onlineTab()
  const follower = openTab()
  await soon(() => expect(follower.memory.cursor).toBe(10))
  const viewed = () => server.heard.findLast((said) => said.kind === "viewing")?.conversations
  const one = { conversationId: idOf(1), isTyping: false, inNote: false }
  const other = { conversationId: idOf(2), isTyping: false, inNote: false }
  leader.setViewing(one)
  await soon(() => expect(viewed()).toEqual([one]))
  follower.setViewing(other)
  await soon(() => expect(viewed()).toEqual([other, one]))
  follower.setViewing({ ...one, isTyping: true })
  await soon(() => expect(viewed()).toEqual([{ ...one, isTyping: true }]))
  leader.setViewing(one)
  await soon(() => expect(viewed()).toEqual([{ ...one, isTyping: true }]))
  follower.setViewing(null)
  await soon(() => expect(viewed()).toEqual([one]))
  leader.setViewing(null)
  await soon(() => expect(viewed()).toEqual([]))
})

test("without a disk the replica goes on in memory", async () => {
  vi.stubGlobal("reportError", vi.fn())
  const tab = openTab(() => Promise.reject(new Error("no storage")))
  await soon(() => expect(tab.memory.isComplete).toBe(true))
  server.script.answer = () => isDone(11)
  expect((await tab.issue(answerIn(idOf(1), "Hello"))).kind).toBe("done")
})

test("frames that arrive while a timeline's page is under way are not lost", async () => {
  const { memory, server: place } = await onlineTab()
  const release = Promise.withResolvers<void>()
  server.script.answer = async () => {
    await release.promise
    return { status: 200, body: { asOf: 10, rows: [message(3, idOf(1))], hasMore: false } }
  }
  const loading = openTimeline(memory, place, idOf(1))
  server.say(frame(10, 11, [message(4, idOf(1))]))
  await soon(() => expect(memory.cursor).toBe(11))
  release.resolve()
  await loading
  expect(memory.timelines.get(idOf(1))?.entries.map((entry) => entry.id)).toEqual([idOf(3), idOf(4)])
})

test("under somebody else's cookie nothing is shown and nothing is sent", async () => {
  await closeTab(await onlineTabSaved())
  server.script.agentId = BO
  const tab = openTab()
  void tab.issue(answerIn(idOf(1), "mine"))
  await soon(() => expect(tab.memory.connection).toBe("offline"))
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(sentTexts()).toEqual([])
})

test("a restored server is another epoch: nothing known counts any more", async () => {
  const { memory } = await onlineTab()
  server.script.epoch = "two"
  server.script.hello = (say) => say(snapshotOf(3, [conversation(5)]))
  server.cut()
  await soon(() => expect(memory).toMatchObject({ epoch: "two", cursor: 3 }))
  expect([...memory.kept.conversation.keys()]).toEqual([idOf(5)])
})
