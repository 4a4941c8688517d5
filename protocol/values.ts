/**
 * The small values everything else is made of, parsed once at every border.
 */
import { z } from "zod"
import { LANGUAGES } from "./languages.ts"

/** A UUID in lower case; Parley makes them as UUIDv7, but takes any version from outside. */
export const id = z.uuid().toLowerCase()
export type Id = string

/** A moment with microseconds: `2026-11-22T10:00:00.000000Z`. Always UTC and 27 characters long, so stamps compare as strings. */
export const stamp = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  .refine(isMoment)
export type Stamp = string

/** The 30th of February looks like a stamp and is none: `Date` makes another day of it, PostgreSQL an error. Nor is there a year 0. */
function isMoment(text: string): boolean {
  const millis = Date.parse(`${text.slice(0, 23)}Z`)
  return (
    !text.startsWith("0000") &&
    !Number.isNaN(millis) &&
    new Date(millis).toISOString().slice(0, 19) === text.slice(0, 19)
  )
}

export const channel = z.enum(["web-chat", "sms"])
export type Channel = z.infer<typeof channel>

export const language = z.enum(LANGUAGES)

export const role = z.enum(["owner", "admin", "agent"])
export type Role = z.infer<typeof role>

export const deliveryMode = z.enum(["queue", "offer"])
export type DeliveryMode = z.infer<typeof deliveryMode>

/**
 * How far an answer got on its way to the customer; `held`: its author may still take it back, and the customer does
 * not see it; `unsure`: the process died between the provider's
 * yes and our commit.
 */
export const deliveryState = z.enum(["held", "sending", "sent", "delivered", "read", "failed", "unsure"])
export type DeliveryState = z.infer<typeof deliveryState>

/** "me", "mentions", "unassigned", "starred", "all", or "team:<id>". */
export const inboxKey = z.string().regex(/^(me|mentions|unassigned|starred|all|team:[0-9a-f-]{36})$/)
export type InboxKey = string
