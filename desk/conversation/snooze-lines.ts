import type { ConversationRow } from "../../protocol/rows.ts"
import type { Choice } from "../actions/actions.ts"
import { serverNow } from "../replica/replica.ts"
import { clockWords, soonWords, t } from "../texts/texts.ts"
import type { MenuLine } from "../ui/ui.ts"
import { snoozeTimes, stampOf } from "./snooze-times.ts"
import type { Acts } from "./use-acts.ts"

/** Until when it can be put off. */
export function snoozeChoices(acts: Acts, onPick: () => void): (Choice & { after?: string })[] {
  const now = serverNow()
  return [
    ...snoozeTimes(new Date(now)).map(({ kind, at }) => ({
      label: t(`snooze.${kind}`),
      after: kind === "next-week" ? soonWords(stampOf(at), now) : clockWords(stampOf(at)),
      run: () => acts.snooze(stampOf(at)),
    })),
    { label: t("snooze.untilWritten"), run: () => acts.snooze(null) },
    { label: t("snooze.pick"), run: onPick },
  ]
}

/** The Snooze menu. */
export function snoozeLines(row: ConversationRow, acts: Acts, onPick: () => void): MenuLine[] {
  const wake: MenuLine = { kind: "item", label: t("snooze.wake"), icon: "tray", onSelect: acts.wake }
  const choices = snoozeChoices(acts, onPick).map(({ run, ...words }): MenuLine => ({
    kind: "item",
    ...words,
    onSelect: run,
  }))
  return row.snooze === null ? choices : [wake, ...choices]
}
