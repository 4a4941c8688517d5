import { expect, test } from "vitest"
import type { PublicMessage } from "../protocol/visitor.ts"
import { inReach, merge, runsOf, unreadIn, type Bubble } from "./messages.ts"

const ada = { name: "Ada", initials: "AB", color: "#3f6b5c", photo: null }
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, "0")}.000000Z`
const message = (second: number, fields: Partial<PublicMessage> = {}): PublicMessage => ({
  id: `m${second}`,
  at: at(second),
  agent: null,
  text: "",
  files: [],
  isSeen: false,
  ...fields,
})

test("messages are joined by id, oldest first, and what was seen stays seen", () => {
  const joined = merge([message(1, { isSeen: true }), message(3)], [message(2, { agent: ada }), message(1)])
  expect(joined.map(({ id, isSeen }) => [id, isSeen])).toEqual([
    ["m1", true],
    ["m2", false],
    ["m3", false],
  ])
})

test("one that comes again at another time stays where it stands", () => {
  const joined = merge([message(1), message(2)], [message(1, { at: at(3), isSeen: true })])
  expect(joined.map(({ id, at: time, isSeen }) => [id, time, isSeen])).toEqual([
    ["m1", at(1), true],
    ["m2", at(2), false],
  ])
})

test("a seen message means that those before it were seen", () => {
  const joined = merge([message(1), message(2, { agent: ada })], [message(3, { isSeen: true }), message(4)])
  expect(joined.map(({ isSeen }) => isSeen)).toEqual([true, false, true, false])
})

test("what lies before the first one is left for the older ones, as long as there are any", () => {
  const late = [message(1), message(4)]
  expect(inReach(late, { messages: [message(3)], hasMore: true })).toEqual([message(4)])
  expect(inReach(late, { messages: [message(3)], hasMore: false })).toEqual(late)
  expect(inReach(late, { messages: [], hasMore: true })).toEqual(late)
})

test("only agents' messages after what was seen are unread", () => {
  const messages = [message(1, { agent: ada }), message(2), message(3, { agent: ada })]
  expect(unreadIn(messages, "")).toBe(2)
  expect(unreadIn(messages, at(1))).toBe(1)
  expect(unreadIn(messages, at(3))).toBe(0)
})

test("a run ends with its author, with five silent minutes and with the day", () => {
  const noon = new Date(2026, 0, 1, 12).getTime()
  const midnight = new Date(2026, 0, 2).getTime()
  const bubble = (time: number, name?: string): Bubble => ({
    id: `${time}`,
    at: time,
    stamp: "",
    name,
    text: "",
    files: [],
  })
  const bubbles = [
    bubble(noon),
    bubble(noon + 60_000),
    bubble(noon + 61_000, "Ada"),
    bubble(noon + 400_000, "Ada"),
    bubble(midnight - 1_000),
    bubble(midnight + 1_000),
  ]
  expect(runsOf(bubbles).map((run) => run.bubbles.length)).toEqual([2, 1, 1, 1, 1])
})
