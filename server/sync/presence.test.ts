import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { newId } from "../db/db.ts"
import { createWorld, type Wire, type World } from "../../tests/harness/sync-world.ts"
import { VisitorPresence, type Sync } from "./sync.ts"

let world: World
let elsewhere: Sync
let [ada, bo, cy, thing] = ["", "", "", ""]
beforeAll(async () => {
  world = await createWorld()
  elsewhere = world.another()
})
afterAll(() => world.close())
beforeEach(async () => {
  ada = await world.makeReader(["team:a"])
  bo = await world.makeReader(["team:a"])
  cy = await world.makeReader(["team:b"])
  thing = newId()
  await world.put(thing, { keys: ["team:a"], name: "a conversation" })
})

async function join(agentId: string, sync?: Sync): Promise<Wire> {
  const wire = world.connect(agentId, sync === undefined ? {} : { sync })
  wire.client.hello()
  await wire.client.until(() => wire.client.snapshots === 1, "a snapshot")
  return wire
}

const viewing = (conversationId: string | null, doing: { isTyping?: boolean; inNote?: boolean } = {}) =>
  viewingAll(
    ...(conversationId === null ? [] : [{ conversationId, isTyping: false, inNote: false, ...doing }]),
  )
const viewingAll = (...conversations: { conversationId: string; isTyping: boolean; inNote: boolean }[]) =>
  ({ kind: "viewing", conversations }) as const
const viewersSeenBy = ({ client }: Wire) => client.presence.get(thing)?.viewers ?? []
const nobody = { isOnline: false, isTyping: false, page: null }

test("who has a conversation open is shown within a second to all who may see it, in every process, and to nobody else", async () => {
  const [viewer, colleague, distant, stranger] = await Promise.all([
    join(ada),
    join(bo),
    join(bo, elsewhere),
    join(cy),
  ])
  viewer.client.say(viewing(thing, { isTyping: true }))
  for (const wire of [colleague, distant]) {
    await wire.client.until(() => viewersSeenBy(wire).length === 1, "the viewer is seen", 1_000)
    expect(viewersSeenBy(wire)).toEqual([{ agentId: ada, isTyping: true, inNote: false }])
  }
  viewer.client.say(viewing(null))
  for (const wire of [colleague, distant])
    await wire.client.until(() => viewersSeenBy(wire).length === 0, "the viewer has left", 1_000)
  viewer.client.say(viewing(thing))
  await colleague.client.until(() => viewersSeenBy(colleague).length === 1, "the viewer is back", 1_000)
  viewer.close()
  await distant.client.until(() => viewersSeenBy(distant).length === 0, "his browser was closed", 1_000)
  expect(stranger.client.presence.size).toBe(0)
  expect(viewersSeenBy(viewer)).toEqual([])
  for (const wire of [colleague, distant, stranger]) wire.close()
})

test("a process that has just started shows at once who was there before", async () => {
  const viewer = await join(ada)
  viewer.client.say(viewing(thing))
  const colleague = await join(bo)
  await colleague.client.until(() => viewersSeenBy(colleague).length === 1, "the viewer is seen", 1_000)
  // What was said then is no longer on its way.
  await new Promise((resolve) => setTimeout(resolve, 200))
  const late = await join(bo, world.another())
  await late.client.until(() => viewersSeenBy(late).length === 1, "the viewer is seen there, too", 1_000)
  expect(viewersSeenBy(late)).toEqual([{ agentId: ada, isTyping: false, inNote: false }])
  for (const wire of [viewer, colleague, late]) wire.close()
})

test("moving to another conversation leaves the one before", async () => {
  const other = newId()
  await world.put(other, { keys: ["team:a"], name: "another" })
  const [viewer, colleague] = await Promise.all([join(ada), join(bo)])
  viewer.client.say(viewing(thing))
  viewer.client.say(viewing(other))
  await colleague.client.until(
    () => colleague.client.presence.get(other)?.viewers.length === 1,
    "he is at the other",
    1_000,
  )
  expect(viewersSeenBy(colleague)).toEqual([])
  viewer.close()
  colleague.close()
})

test("of several windows each conversation is shown, those that are left and those of others are not", async () => {
  const [other, hidden] = [newId(), newId()]
  await world.put(other, { keys: ["team:a"], name: "another" })
  await world.put(hidden, { keys: ["team:b"], name: "not his" })
  const [viewer, colleague, stranger] = await Promise.all([join(ada), join(bo), join(cy)])
  const doing = { isTyping: false, inNote: false }
  const seenAt = (id: string, { client }: Wire) => client.presence.get(id)?.viewers ?? []
  viewer.client.say(
    viewingAll(
      { conversationId: thing, ...doing },
      { conversationId: hidden, ...doing },
      { conversationId: other, isTyping: true, inNote: false },
    ),
  )
  await colleague.client.until(
    () => seenAt(thing, colleague).length === 1 && seenAt(other, colleague).length === 1,
    "both windows are seen",
    1_000,
  )
  expect(seenAt(other, colleague)).toEqual([{ agentId: ada, isTyping: true, inNote: false }])
  viewer.client.say(viewingAll({ conversationId: other, ...doing }))
  await colleague.client.until(() => seenAt(thing, colleague).length === 0, "one window is closed", 1_000)
  expect(seenAt(other, colleague)).toEqual([{ agentId: ada, ...doing }])
  viewer.close()
  await colleague.client.until(() => seenAt(other, colleague).length === 0, "all are closed", 1_000)
  expect(seenAt(hidden, stranger)).toEqual([])
  colleague.close()
  stranger.close()
})

test("who leaves at once is not shown after he has left", async () => {
  const [viewer, colleague] = await Promise.all([join(ada), join(bo)])
  viewer.client.say(viewing(thing))
  viewer.client.say(viewing(null))
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(viewersSeenBy(colleague)).toEqual([])
  viewer.close()
  colleague.close()
})

test("who came later, or was away, is told what is going on now", async () => {
  const viewer = await join(ada)
  viewer.client.say(viewing(thing))
  const witness = await join(bo)
  await witness.client.until(() => viewersSeenBy(witness).length === 1, "the viewer is seen")
  witness.close()
  const late = await join(bo)
  await late.client.until(() => viewersSeenBy(late).length === 1, "the viewer is seen")
  const stranger = await join(cy)
  await stranger.client.reaches(await world.put(thing, { keys: ["team:a", "team:b"], name: "shared now" }))
  await stranger.client.until(() => viewersSeenBy(stranger).length === 1, "sight of it was gained", 1_000)
  for (const wire of [viewer, late, stranger]) wire.close()
})

test("a viewer who is not heard of for fifteen seconds is gone, one who says it again is not", async () => {
  const [silent, lively, colleague] = await Promise.all([join(ada), join(cy), join(bo)])
  await world.put(thing, { keys: ["team:a", "team:b"], name: "shared" })
  silent.client.say(viewing(thing))
  lively.client.say(viewing(thing))
  await colleague.client.until(() => viewersSeenBy(colleague).length === 2, "both are seen")
  world.clock.advance(10)
  lively.client.say(viewing(thing))
  await new Promise((resolve) => setTimeout(resolve, 200))
  world.clock.advance(6)
  await colleague.client.until(() => viewersSeenBy(colleague).length === 1, "one is gone", 2_000)
  expect(viewersSeenBy(colleague)[0]?.agentId).toBe(cy)
  for (const wire of [silent, lively, colleague]) wire.close()
})

test("nobody becomes a viewer of what he may not see", async () => {
  const [stranger, colleague] = await Promise.all([join(cy), join(bo)])
  stranger.client.say(viewing(thing))
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(viewersSeenBy(colleague)).toEqual([])
  stranger.close()
  colleague.close()
})

test("agents see the visitor and his page; he sees that an answer is typed, but not a note", async () => {
  const typing: (string | undefined)[] = []
  const visitor = new VisitorPresence(elsewhere, {
    workspaceId: world.workspaceId,
    conversationId: thing,
    visitor: { onAgentTyping: (agentId) => void typing.push(agentId) },
  })
  const agent = await join(ada)
  const customer = () => agent.client.presence.get(thing)?.customer
  visitor.say({ isTyping: true, page: "/pricing" })
  await agent.client.until(() => customer()?.isOnline === true, "the visitor is online", 1_000)
  expect(customer()).toEqual({ isOnline: true, isTyping: true, page: "/pricing" })
  agent.client.say(viewing(thing, { isTyping: true, inNote: true }))
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(typing).toEqual([])
  agent.client.say(viewing(thing, { isTyping: true }))
  await expect.poll(() => typing, { timeout: 1_000 }).toEqual([ada])
  agent.client.say(viewing(thing))
  await expect.poll(() => typing, { timeout: 1_000 }).toEqual([ada, undefined])
  visitor.leave()
  await agent.client.until(() => customer()?.isOnline === false, "the visitor has left", 1_000)
  expect(customer()).toEqual(nobody)
  agent.close()
})
