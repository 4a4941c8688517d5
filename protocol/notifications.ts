/** What an agent is told of while he is not looking, and when he is left in peace: one rule for browsers and server. */
import { z } from "zod"

/** `mine`: written to me, or given to me by somebody else. `unassigned`: it waits in a team in which I am available. */
export const notificationKind = z.enum(["offer", "mine", "mention", "unassigned"])
export type NotificationKind = z.infer<typeof notificationKind>

/** Minutes after midnight. */
const minute = z.number().int().min(0).max(1_439)

export const notificationPreference = z.object({
  kinds: z.object({ offer: z.boolean(), mine: z.boolean(), mention: z.boolean(), unassigned: z.boolean() }),
  /** Whether what was written may stand on a locked screen. */
  showsText: z.boolean(),
  /** Whether what he has not read of suggestions and mentions is mailed to him, where he is not at his desk. */
  mails: z.boolean().default(true),
  /** Over midnight where `from` is later than `to`; null: never. */
  quietHours: z
    .object({ from: minute, to: minute, timeZone: z.string().max(64).refine(isTimeZone) })
    .nullable(),
})
export type NotificationPreference = z.infer<typeof notificationPreference>

export const toldOfEverything: NotificationPreference = {
  kinds: { offer: true, mine: true, mention: true, unassigned: true },
  showsText: true,
  mails: true,
  quietHours: null,
}

/** Whether the agent wants to be told of such a thing now. */
export function isWanted(preference: NotificationPreference, kind: NotificationKind, now: Date): boolean {
  return preference.kinds[kind] && !isQuiet(preference, now)
}

function isQuiet({ quietHours }: NotificationPreference, now: Date): boolean {
  if (quietHours === null) return false
  const { from, to, timeZone } = quietHours
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    hour: "numeric",
    minute: "numeric",
    hourCycle: "h23",
  }).formatToParts(now)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0)
  const at = part("hour") * 60 + part("minute")
  return from <= to ? at >= from && at < to : at >= from || at < to
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}
