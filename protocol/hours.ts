/** When a team works: weekly hours in its own time zone, and days on which it does not work at all. */
import { z } from "zod"

/** As they are kept. A browser may not know every time zone that the server does, so here nothing is looked at. */
export const keptHours = z.object({
  timeZone: z.string(),
  /** Monday first. Within a day one after another; a day without any is free. */
  days: z.array(z.array(z.object({ from: z.string(), to: z.string() }))),
  holidays: z.array(z.string()),
})
export type WorkingHours = z.infer<typeof keptHours>

/** "09:00"; "24:00" ends a day. */
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/)

const span = z.object({ from: clock, to: clock }).refine(({ from, to }) => from < to)

const timeZone = z.string().min(1).max(60).refine(isTimeZone)

const date = z
  .string()
  .regex(/^[12]\d{3}-\d\d-\d\d$/)
  .refine((text) => new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) ?? false)

/** As they are set. */
export const workingHours = z.object({
  timeZone,
  days: z
    .array(
      z
        .array(span)
        .max(6)
        .refine((spans) =>
          spans.every(({ from }, place) => place === 0 || from >= (spans[place - 1]?.to ?? "")),
        ),
    )
    .length(7),
  holidays: z.array(date).max(400),
})

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}
