/** Until when one can put off with one click; all in the agent's own time zone. */
export type SnoozeTime = { kind: "later-today" | "tomorrow" | "next-week"; at: Date }

const MORNING = 9
/** Hours from now, on the full hour. */
const LATER = 3
/** Nothing comes back later than this the same day. */
const EVENING = 20

export function snoozeTimes(now: Date): SnoozeTime[] {
  const later = new Date(now)
  later.setHours(now.getHours() + LATER, 0, 0, 0)
  const isToday = later.getDate() === now.getDate() && later.getHours() <= EVENING
  return [
    ...(isToday ? [{ kind: "later-today", at: later } as const] : []),
    { kind: "tomorrow", at: morningIn(now, 1) },
    // Monday: on a Sunday that is tomorrow, and the one after is meant.
    { kind: "next-week", at: morningIn(now, now.getDay() === 0 ? 8 : 8 - now.getDay()) },
  ]
}

/** By the calendar: a day on which the clocks change is not 24 hours long. */
function morningIn(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING)
}

export function stampOf(at: Date): string {
  return at.toISOString().replace("Z", "000Z")
}
