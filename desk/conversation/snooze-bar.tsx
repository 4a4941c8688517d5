import type { ConversationRow } from "../../protocol/rows.ts"
import { serverNow } from "../replica/replica.ts"
import { momentWords, soonWords, t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import { useActs } from "./use-acts.ts"
import style from "./offer-bar.module.css"

/** Stands between head and timeline while the conversation is put off. */
export function SnoozeBar({ row }: { row: ConversationRow }) {
  const acts = useActs(row)
  if (!row.snooze || !row.isOpen) return null
  const { until } = row.snooze
  return (
    <div className={style["bar"]}>
      <p title={until === null ? undefined : momentWords(until)}>
        {until === null
          ? t("snooze.isUntilWritten")
          : t("snooze.isUntil", { time: soonWords(until, serverNow()) })}
      </p>
      <Button onClick={acts.wake}>{t("snooze.wake")}</Button>
    </div>
  )
}
