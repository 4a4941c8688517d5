export type Clock = { now(): Date }

export const systemClock: Clock = { now: () => new Date() }

/** The one text form of a time: UTC, always six decimals, so that comparing texts compares times. */
export function stamp(at: Date): string {
  return `${at.toISOString().slice(0, -1)}000Z`
}

/**
 * PostgreSQL's output of a timestamptz in UTC (`2026-03-01 09:30:00.5+00`) in the form of `stamp`.
 * `infinity` stays as it is. Years after 9999 and before 1 are not times of ours.
 */
export function fromDatabaseTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(text)
  if (match === null) {
    if (text === "infinity" || text === "-infinity") return text
    throw new Error(`The database answered with a time outside of UTC or of the years 1 to 9999: ${text}`)
  }
  const [, day, time, fraction = ""] = match
  return `${day}T${time}.${fraction.padEnd(6, "0")}Z`
}
