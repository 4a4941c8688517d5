import type { Stamp } from "../../protocol/values.ts"
import { inLocale, t } from "./say.ts"

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const format = (options: Intl.DateTimeFormatOptions) =>
  inLocale((locale) => new Intl.DateTimeFormat(locale, options))
const weekday = format({ weekday: "short" })
const dayAndMonth = format({ day: "numeric", month: "short" })
const monthAndYear = format({ month: "short", year: "numeric" })
const wholeWeekday = format({ weekday: "long", timeZone: "UTC" })
const wholeDate = format({ dateStyle: "medium", timeZone: "UTC" })
const clock = format({ hour: "2-digit", minute: "2-digit" })
const longDay = format({ weekday: "long", day: "numeric", month: "long" })
const longDayAndYear = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" })
const date = format({ dateStyle: "medium" })
const moment = format({ dateStyle: "full", timeStyle: "short" })

/** "now", "2m", "3h", "Tue", "12 Mar", "Mar 2024". A client's clock may run behind the server's: what lies ahead is "now". */
export function agoWords(stamp: Stamp, now: number): string {
  const at = Date.parse(stamp)
  const age = now - at
  if (age < MINUTE) return t("time.now")
  if (age < HOUR) return t("time.minutes", { minutes: Math.floor(age / MINUTE) })
  if (age < DAY) return t("time.hours", { hours: Math.floor(age / HOUR) })
  if (age < 6 * DAY) return weekday().format(at)
  return age < 300 * DAY ? dayAndMonth().format(at) : monthAndYear().format(at)
}

/** "14:18" in the reader's time zone. */
export function clockWords(stamp: Stamp): string {
  return clock().format(Date.parse(stamp))
}

/** A day separator: "Today", "Yesterday", "Tuesday 3 March", with the year when it is another one. */
export function dayWords(stamp: Stamp, now: number): string {
  const at = new Date(stamp)
  const today = new Date(now)
  if (at.toDateString() === today.toDateString()) return t("time.today")
  if (at.toDateString() === new Date(now - DAY).toDateString()) return t("time.yesterday")
  return at.getFullYear() === today.getFullYear() ? longDay().format(at) : longDayAndYear().format(at)
}

/** A moment to come: "today 17:00", "tomorrow 09:00", "Mon 9 Mar 09:00", with the year when it is another one. */
export function soonWords(stamp: Stamp, now: number): string {
  const at = new Date(stamp)
  const clock = clockWords(stamp)
  const tomorrow = new Date(now)
  tomorrow.setDate(tomorrow.getDate() + 1)
  if (at.toDateString() === new Date(now).toDateString()) return t("time.todayAt", { clock })
  if (at.toDateString() === tomorrow.toDateString()) return t("time.tomorrowAt", { clock })
  const isThisYear = at.getFullYear() === new Date(now).getFullYear()
  const date = isThisYear ? dayAndMonth().format(at) : `${dayAndMonth().format(at)} ${at.getFullYear()}`
  return t("time.dayAt", { day: `${weekday().format(at)} ${date}`, clock })
}

/** The whole moment, for hovering. */
export function momentWords(stamp: Stamp): string {
  return moment().format(Date.parse(stamp))
}

/** What is left until a stamp: "0:48". */
export function countdownWords(stamp: Stamp, now: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(stamp) - now) / 1_000))
  if (seconds >= 3_600) return t("time.hours", { hours: Math.floor(seconds / 3_600) })
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

/** "Mar 2026": how long somebody is known. */
export function monthWords(stamp: Stamp): string {
  return monthAndYear().format(Date.parse(stamp))
}

/** "12 Mar 2026" */
export function dateWords(stamp: Stamp): string {
  return date().format(Date.parse(stamp))
}

/** "Tue 14:18" in another time zone, by its IANA name; this browser may not know the name. */
export function timeWordsIn(timeZone: string, now: number): string {
  try {
    return format({ weekday: "short", hour: "2-digit", minute: "2-digit", timeZone })().format(now)
  } catch {
    return timeZone
  }
}

/** A day of the week, Monday being 0. */
export function weekdayWords(day: number): string {
  // The first of January 2024 was a Monday.
  return wholeWeekday().format(Date.UTC(2024, 0, 1 + day))
}

/** A date without a time: "24 Dec 2026". */
export function wholeDateWords(day: string): string {
  return wholeDate().format(Date.parse(`${day}T00:00:00Z`))
}
