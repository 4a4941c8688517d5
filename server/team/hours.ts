import type { WorkingHours } from "../../protocol/hours.ts"

/** `changesAt`: when it will be otherwise; `opensAt`: when it opens next, now if it is open. Undefined: not foreseen. */
export type HoursState = { isOpen: boolean; changesAt: Date | undefined; opensAt: Date | undefined }

const DAY = 24 * 60 * 60_000
/** Further ahead nobody is told when a team will be back. */
const DAYS_AHEAD = 400

/** What a team's hours say of a moment; without hours it is always open. */
export function stateAt(hours: WorkingHours | null, now: Date): HoursState {
  if (hours === null) return { isOpen: true, changesAt: undefined, opensAt: now }
  let open: { from: number; to: number } | undefined
  for (const { from, to } of spansFrom(hours, now)) {
    if (open !== undefined && from > open.to) break
    if (open === undefined && to <= now.getTime()) continue
    if (open === undefined && from > now.getTime())
      return { isOpen: false, changesAt: new Date(from), opensAt: new Date(from) }
    // What ends at midnight and begins at midnight is one.
    open = { from: open?.from ?? from, to }
  }
  if (open === undefined) return { isOpen: false, changesAt: undefined, opensAt: undefined }
  return { isOpen: true, changesAt: new Date(open.to), opensAt: now }
}

/** From the day before on, whose last hours may still run. */
function* spansFrom(
  { timeZone, days, holidays }: WorkingHours,
  now: Date,
): Iterable<{ from: number; to: number }> {
  const free = new Set(holidays)
  const today = Date.parse(`${localDate(now, timeZone)}T00:00:00Z`)
  for (let ahead = -1; ahead <= DAYS_AHEAD; ahead += 1) {
    const midnight = today + ahead * DAY
    if (free.has(new Date(midnight).toISOString().slice(0, 10))) continue
    const weekday = (new Date(midnight).getUTCDay() + 6) % 7
    for (const { from, to } of days[weekday] ?? [])
      yield { from: instantOf(midnight, from, timeZone), to: instantOf(midnight, to, timeZone) }
  }
}

/** The moment at which clocks there show this; one that is skipped in spring is the one after the leap. */
function instantOf(midnight: number, clock: string, timeZone: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number)
  const shown = midnight + (hours * 60 + minutes) * 60_000
  const guess = shown - offsetAt(shown, timeZone)
  return shown - offsetAt(guess, timeZone)
}

/** By how much clocks there are ahead of UTC, in milliseconds. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(instant)
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0)
  const shown = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  )
  return shown - Math.floor(instant / 1_000) * 1_000
}

function localDate(now: Date, timeZone: string): string {
  return new Date(now.getTime() + offsetAt(now.getTime(), timeZone)).toISOString().slice(0, 10)
}

/** Making one costs more than a hundred uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  })
  formats.set(timeZone, made)
  return made
}
