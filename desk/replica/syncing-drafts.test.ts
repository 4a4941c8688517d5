import { afterEach, beforeEach, expect, test } from "vitest"
import { soon, startFakeDesk } from "./fakes/desk.ts"
import { idOf } from "./fakes/rows.ts"
import type { Replica } from "./open.ts"

let desk: Awaited<ReturnType<typeof startFakeDesk>>

beforeEach(async () => {
  desk = await startFakeDesk()
})
afterEach(() => desk.stop())

const written = () =>
  desk.server.requests.filter(({ path }) => path.endsWith("/draft")).map(({ body }) => body)
const type = (tab: Replica, text: string) => tab.setDraft(idOf(1), { text, isNote: false, files: [] }, [])

test("a draft that the server could not write is written a moment later, and not as another one", async () => {
  const tab = await desk.onlineTab()
  desk.server.script.answer = () =>
    written().length === 1
      ? { status: 503, body: { refusal: "unavailable", message: "" } }
      : { status: 200, body: { number: 10 } }
  type(tab, "Dear")
  await soon(() => expect(written()).toHaveLength(2))
  expect(written()[1]).toEqual(written()[0])
  await soon(() => expect(tab.memory.drafts.get(idOf(1))?.isUnsynced).toBe(false))
})

test("an emptied draft that the server could not hear of is gone from the other devices a moment later", async () => {
  const tab = await desk.onlineTab()
  desk.server.script.answer = () => (written().length === 2 ? "cut" : { status: 200, body: { number: 10 } })
  type(tab, "Dear")
  await soon(() => expect(tab.memory.drafts.get(idOf(1))?.isUnsynced).toBe(false))
  type(tab, "")
  await soon(() => expect(tab.memory.drafts.has(idOf(1))).toBe(false))
  expect(written().map(({ text }) => text)).toEqual(["Dear", "", ""])
})

test("what the server refuses for good is not asked again, but what was typed meanwhile is", async () => {
  const tab = await desk.onlineTab()
  const release = Promise.withResolvers<void>()
  desk.server.script.answer = async ({ body }) => {
    if (body["text"] === "") return { status: 200, body: { number: 10 } }
    await release.promise
    return { status: 413, body: { refusal: "invalid-input", message: "" } }
  }
  type(tab, "far too long")
  await soon(() => expect(written()).toHaveLength(1))
  type(tab, "")
  await new Promise((resolve) => setTimeout(resolve, 50))
  release.resolve()
  await soon(() => expect(tab.memory.drafts.has(idOf(1))).toBe(false))
  expect(written().map(({ text }) => text)).toEqual(["far too long", ""])
})
