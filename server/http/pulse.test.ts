import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { createPulse } from "./pulse.ts"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test("everybody has his turn once in the time, spread over it, until he leaves", () => {
  const pulse = createPulse(3_200)
  const beats = new Map<number, number[]>()
  const members = Array.from({ length: 64 }, (_, who) => ({
    beat: () => void beats.set(who, [...(beats.get(who) ?? []), Date.now()]),
  }))
  for (const member of members) pulse.join(member)
  const begun = Date.now()
  vi.advanceTimersByTime(3_200)
  expect([...beats.values()].map((times) => times.length)).toEqual(Array.from({ length: 64 }, () => 1))
  expect(new Set([...beats.values()].flat()).size).toBe(32)
  const [remaining, ...others] = members
  for (const each of others) pulse.leave(each)
  vi.advanceTimersByTime(3_200)
  expect([...beats.values()].flat()).toHaveLength(65)
  const [first = 0, second = 0] = beats.get(0) ?? []
  expect(second - first).toBe(3_200)
  expect(first).toBeGreaterThan(begun)
  if (remaining !== undefined) pulse.leave(remaining)
  expect(vi.getTimerCount()).toBe(0)
})
