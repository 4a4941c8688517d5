import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { createPulse } from "./pulse.ts"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test("everybody has his turn once in the time, spread over it, until he leaves", () => {
  const pulse = createPulse(3_200)
  const beats = new Map<number, number[]>()
  const leave = Array.from({ length: 64 }, (_, who) =>
    pulse.join(() => beats.set(who, [...(beats.get(who) ?? []), Date.now()])),
  )
  const begun = Date.now()
  vi.advanceTimersByTime(3_200)
  expect([...beats.values()].map((times) => times.length)).toEqual(Array.from({ length: 64 }, () => 1))
  expect(new Set([...beats.values()].flat()).size).toBe(32)
  for (const each of leave.slice(1)) each()
  vi.advanceTimersByTime(3_200)
  expect([...beats.values()].flat()).toHaveLength(65)
  const [first = 0, second = 0] = beats.get(0) ?? []
  expect(second - first).toBe(3_200)
  expect(first).toBeGreaterThan(begun)
  leave[0]?.()
  expect(vi.getTimerCount()).toBe(0)
})
