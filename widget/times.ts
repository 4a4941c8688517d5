/** Times in the visitor's zone and in the catalogue's language, spelled as the visitor's country does. */
import type { PanelTexts } from "./texts.ts"

export function clockTime(at: number, locale: string): string {
  return new Date(at).toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" })
}

export function dayName(day: number, texts: PanelTexts, locale: string): string {
  const today = new Date().setHours(0, 0, 0, 0)
  // Two hours before midnight it was yesterday even on the day the clocks change.
  const yesterday = new Date(today - 2 * 3_600_000).setHours(0, 0, 0, 0)
  if (day === today) return texts.today
  if (day === yesterday) return texts.yesterday
  const isThisYear = new Date(day).getFullYear() === new Date().getFullYear()
  return new Date(day).toLocaleDateString(locale, {
    day: "numeric",
    month: "long",
    ...(isThisYear ? { weekday: "long" } : { year: "numeric" }),
  })
}

/** When somebody is there again, as one says it: an hour today, tomorrow, on a day of this week, or on a date. */
export function backWords(at: number, texts: PanelTexts, locale: string): string {
  const time = clockTime(at, locale)
  // Noon to noon, so that no change of clocks makes a day of two.
  const days = Math.round(
    (new Date(at).setHours(12, 0, 0, 0) - new Date().setHours(12, 0, 0, 0)) / 86_400_000,
  )
  if (days <= 0) return texts.backToday(time)
  if (days === 1) return texts.backTomorrow(time)
  const day = days < 7 ? ({ weekday: "long" } as const) : ({ day: "numeric", month: "long" } as const)
  return texts.backOn(new Date(at).toLocaleDateString(locale, day), time)
}
