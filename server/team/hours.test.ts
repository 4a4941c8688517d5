import { expect, test } from "vitest"
import { workingHours, type WorkingHours } from "../../protocol/hours.ts"
import { stateAt } from "./hours.ts"

const nineToFive = [{ from: "09:00", to: "17:00" }]
const office: WorkingHours = {
  timeZone: "Europe/Stockholm",
  days: [nineToFive, nineToFive, nineToFive, nineToFive, nineToFive, [], []],
  holidays: [],
}

function look(hours: WorkingHours | null, at: string) {
  const { isOpen, changesAt, opensAt } = stateAt(hours, new Date(at))
  return [isOpen, changesAt?.toISOString(), opensAt?.toISOString()]
}

test("a team without hours is always open", () => {
  expect(look(null, "2026-03-02T03:00:00Z")).toEqual([true, undefined, "2026-03-02T03:00:00.000Z"])
})

test("open and closed are told by the clocks of the team's place", () => {
  expect(look(office, "2026-03-02T07:59:59Z")).toEqual([
    false,
    "2026-03-02T08:00:00.000Z",
    "2026-03-02T08:00:00.000Z",
  ])
  expect(look(office, "2026-03-02T08:00:00Z").slice(0, 2)).toEqual([true, "2026-03-02T16:00:00.000Z"])
  expect(look(office, "2026-03-02T16:00:00Z").slice(0, 2)).toEqual([false, "2026-03-03T08:00:00.000Z"])
})

test("over a weekend with a holiday behind it, and the clocks set forward in between", () => {
  const hours = { ...office, holidays: ["2026-03-30"] }
  expect(look(hours, "2026-03-27T17:00:00Z")).toEqual([
    false,
    "2026-03-31T07:00:00.000Z",
    "2026-03-31T07:00:00.000Z",
  ])
})

test("hours that are skipped when clocks are set forward begin after the leap, and what comes twice in autumn is open once", () => {
  const night = [{ from: "02:30", to: "04:00" }]
  const nights = { ...office, days: Array.from({ length: 7 }, () => night) }
  expect(look(nights, "2026-03-29T00:00:00Z")[1]).toBe("2026-03-29T01:30:00.000Z")
  expect(look(nights, "2026-03-29T01:30:00Z").slice(0, 2)).toEqual([true, "2026-03-29T02:00:00.000Z"])
  expect(look(nights, "2026-10-25T02:30:00Z").slice(0, 2)).toEqual([true, "2026-10-25T03:00:00.000Z"])
})

test("around midnight without a break it stays open", () => {
  const always = Array.from({ length: 7 }, () => [{ from: "00:00", to: "24:00" }])
  expect(look({ ...office, days: always }, "2026-03-02T22:59:00Z")[0]).toBe(true)
  const late = [...office.days]
  late[0] = [{ from: "20:00", to: "24:00" }]
  late[1] = [{ from: "00:00", to: "02:00" }]
  expect(look({ ...office, days: late }, "2026-03-02T22:00:00Z").slice(0, 2)).toEqual([
    true,
    "2026-03-03T01:00:00.000Z",
  ])
})

test("a team that never works is closed, and nothing is foreseen", () => {
  const never = { ...office, days: Array.from({ length: 7 }, () => []) }
  expect(look(never, "2026-03-02T12:00:00Z")).toEqual([false, undefined, undefined])
})

test("hours that overlap, run backwards or are in no place on earth are refused", () => {
  const isTaken = (change: Partial<WorkingHours>) => workingHours.safeParse({ ...office, ...change }).success
  const monday = (...spans: { from: string; to: string }[]) => ({
    days: [spans, ...office.days.slice(1)],
  })
  expect(isTaken(monday({ from: "09:00", to: "12:00" }, { from: "12:00", to: "24:00" }))).toBe(true)
  expect(isTaken(monday({ from: "09:00", to: "12:00" }, { from: "11:00", to: "13:00" }))).toBe(false)
  expect(isTaken(monday({ from: "12:00", to: "09:00" }))).toBe(false)
  expect(isTaken(monday({ from: "9:00", to: "12:00" }))).toBe(false)
  expect(isTaken({ timeZone: "Mars/Olympus" })).toBe(false)
  expect(isTaken({ holidays: ["2026-02-30"] })).toBe(false)
  expect(isTaken({ days: office.days.slice(1) })).toBe(false)
})
