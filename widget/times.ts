/** Times in the visitor's zone and in the catalogue's language. */
import type { PanelTexts } from "./texts.ts"

export function clockTime(at: number, language: string): string {
  return new Date(at).toLocaleTimeString(language, {
    hour: "2-digit",
    minute: "2-digit",
    hour12: language.startsWith("en-US"),
  })
}

export function dayName(day: number, texts: PanelTexts, language: string): string {
  const today = new Date().setHours(0, 0, 0, 0)
  // Two hours before midnight it was yesterday even on the day the clocks change.
  const yesterday = new Date(today - 2 * 3_600_000).setHours(0, 0, 0, 0)
  if (day === today) return texts.today
  if (day === yesterday) return texts.yesterday
  const isThisYear = new Date(day).getFullYear() === new Date().getFullYear()
  return new Date(day).toLocaleDateString(language, {
    day: "numeric",
    month: "long",
    ...(isThisYear ? { weekday: "long" } : { year: "numeric" }),
  })
}
