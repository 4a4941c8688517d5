import { expect, test } from "vitest"
import { isWanted, notificationPreference, toldOfEverything } from "./notifications.ts"

const at = (clock: string) => new Date(`2026-03-02T${clock}:00Z`)
const quiet = (from: number, to: number, timeZone = "UTC") => ({
  ...toldOfEverything,
  quietHours: { from, to, timeZone },
})

test("of what is switched off nobody is told", () => {
  const without = { ...toldOfEverything, kinds: { ...toldOfEverything.kinds, mention: false } }
  expect(isWanted(without, "mention", at("12:00"))).toBe(false)
  expect(isWanted(without, "offer", at("12:00"))).toBe(true)
})

test("quiet hours begin with their first minute and end before their last, also over midnight", () => {
  const day = quiet(12 * 60, 13 * 60)
  expect(["11:59", "12:00", "12:59", "13:00"].map((clock) => isWanted(day, "mine", at(clock)))).toEqual([
    true,
    false,
    false,
    true,
  ])
  const night = quiet(22 * 60, 7 * 60)
  expect(["21:59", "22:00", "06:59", "07:00"].map((clock) => isWanted(night, "mine", at(clock)))).toEqual([
    true,
    false,
    false,
    true,
  ])
})

test("they are those of the agent's own place", () => {
  expect(isWanted(quiet(22 * 60, 7 * 60, "Asia/Tokyo"), "mine", at("14:00"))).toBe(false)
  expect(isWanted(quiet(22 * 60, 7 * 60, "Asia/Tokyo"), "mine", at("23:00"))).toBe(true)
  const elsewhere = { ...quiet(0, 1), quietHours: { from: 0, to: 1, timeZone: "Middle/Earth" } }
  expect(notificationPreference.safeParse(elsewhere).success).toBe(false)
})
