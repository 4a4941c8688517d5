import { expect, test } from "vitest"
import { snoozeTimes } from "./snooze-times.ts"

const local = (...parts: [number, number, number, number?, number?]) => new Date(...parts)
const times = (now: Date) => Object.fromEntries(snoozeTimes(now).map(({ kind, at }) => [kind, at]))

test("later today is in about three hours on the full hour, tomorrow and Monday at nine", () => {
  // A Wednesday.
  expect(times(local(2026, 2, 4, 10, 20))).toEqual({
    "later-today": local(2026, 2, 4, 13),
    tomorrow: local(2026, 2, 5, 9),
    "next-week": local(2026, 2, 9, 9),
  })
})

test("in the evening there is no later today", () => {
  expect(Object.keys(times(local(2026, 2, 4, 18)))).toEqual(["tomorrow", "next-week"])
  expect(Object.keys(times(local(2026, 2, 4, 23, 30)))).toEqual(["tomorrow", "next-week"])
})

test("next week is never tomorrow, and never today", () => {
  expect(times(local(2026, 2, 8, 12))["next-week"]).toEqual(local(2026, 2, 16, 9))
  expect(times(local(2026, 2, 9, 8))["next-week"]).toEqual(local(2026, 2, 16, 9))
})

test("the morning stays the morning when the clocks change and when the month ends", () => {
  expect(times(local(2026, 2, 31, 12))["tomorrow"]).toEqual(local(2026, 3, 1, 9))
  expect(times(local(2026, 2, 28, 12))["tomorrow"]?.getHours()).toBe(9)
})
