import type { ConversationRow } from "../../protocol/rows.ts"
import { serverNow } from "../replica/replica.ts"
import { clockWords, soonWords, t } from "../texts/texts.ts"
import type { MenuLine } from "../ui/ui.ts"
import { snoozeTimes, stampOf } from "./snooze-times.ts"
import type { Acts } from "./use-acts.ts"

/** The Snooze menu; the keyboard's `z`. */
export function snoozeLines(row: ConversationRow, acts: Acts, onPick: () => void): MenuLine[] {
  const now = serverNow()
  const wake: MenuLine = { kind: "item", label: t("snooze.wake"), icon: "tray", onSelect: acts.wake }
  return [
    ...(row.snooze === null ? [] : [wake]),
    ...snoozeTimes(new Date(now)).map(({ kind, at }): MenuLine => ({
      kind: "item",
      label: t(`snooze.${kind}`),
      after: kind === "next-week" ? soonWords(stampOf(at), now) : clockWords(stampOf(at)),
      onSelect: () => acts.snooze(stampOf(at)),
    })),
    { kind: "item", label: t("snooze.untilWritten"), onSelect: () => acts.snooze(null) },
    { kind: "item", label: t("snooze.pick"), onSelect: onPick },
  ]
}
