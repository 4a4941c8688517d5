import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { newId } from "./act.ts"
import type { Returned } from "./draft.ts"
import { conversation, idOf, ME, WORKSPACE } from "./fakes/rows.ts"
import { startFakeServer } from "./fakes/server.ts"
import { followTexts } from "./following-texts.ts"
import { createMemory, type Memory } from "./memory.ts"
import { openTimeline } from "./pages.ts"

const none = { status: 404, body: { refusal: "not-found", message: "" } }
const merged = { status: 200, body: { asOf: 0, rows: [conversation(2)], hasMore: false } }
const back: Returned = {
  id: newId(),
  conversationId: idOf(1),
  text: "to both of him",
  isNote: false,
  files: [],
}
const move = vi.fn<(keys: readonly string[], texts: readonly Returned[]) => void>()
let server: Awaited<ReturnType<typeof startFakeServer>>
let memory: Memory
let following: ReturnType<typeof followTexts>

beforeEach(async () => {
  move.mockClear()
  server = await startFakeServer()
  memory = createMemory({ workspaceId: WORKSPACE, agentId: ME })
  Object.assign(memory, { connection: "online", isComplete: true, returned: [back] })
  following = followTexts({ memory, server, move })
})
afterEach(async () => {
  following.close()
  await server.stop()
})

const questions = () => server.requests.filter(({ path }) => path === `/conversations/${idOf(1)}`).length

test("a text stands where its customer is now, however late that can be asked", async () => {
  server.script.answer = ({ path }) => {
    if (path.includes("/entries")) return none
    return questions() === 1 ? "cut" : merged
  }
  // A window of his is open, and finds that there is no such conversation.
  await openTimeline(memory, server, idOf(1))
  following.look()
  const moved = [expect.objectContaining({ conversationId: idOf(2), text: "to both of him" })]
  await vi.waitFor(() => expect(move).toHaveBeenCalledWith([idOf(1)], moved), { timeout: 5_000 })
  expect(questions()).toBe(2)
})

test("a desk that was closed asks for nothing more, and moves nothing that is answered then", async () => {
  const release = Promise.withResolvers<typeof merged>()
  server.script.answer = () => release.promise
  following.look()
  await vi.waitFor(() => expect(questions()).toBe(1))
  following.close()
  release.resolve(merged)
  await vi.waitFor(() => expect(memory.mergedInto.get(idOf(1))).toBe(idOf(2)))
  following.look()
  expect(questions()).toBe(1)
  expect(move).not.toHaveBeenCalled()
})
