import { useEffect, useRef } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { useTimeline } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, useWidth } from "../ui/ui.ts"
import { Composer } from "./composer.tsx"
import { NoteCard } from "./note-card.tsx"
import type { Typing } from "./use-typing.ts"
import style from "./thread-panel.module.css"

/** A note, what answers it, and the place to answer. Nothing is marked read here: what is read stands in the timeline, too. */
export function ThreadPanel({
  row,
  name,
  thread,
  onTyping,
}: {
  row: ConversationRow
  name: string
  thread: string
  onTyping: (typing: Typing) => void
}) {
  const { entries, hasOlder, loadOlder, error } = useTimeline(row.id, { thread })
  const notes = useRef<HTMLDivElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const isWide = useWidth() === "wide"
  const lastId = entries.at(-1)?.id
  // On a phone the keyboard would cover what there is to read.
  useEffect(() => {
    if (isWide) panel.current?.querySelector("textarea")?.focus()
  }, [isWide])
  useEffect(() => {
    notes.current?.scrollTo({ top: notes.current.scrollHeight })
  }, [lastId])
  return (
    <div ref={panel} className={style["thread"]}>
      <div ref={notes} className={style["notes"]} role="log" aria-label={t("thread.notes")} tabIndex={0}>
        {hasOlder && <Button onClick={loadOlder}>{t("thread.earlier")}</Button>}
        {entries.map((entry) =>
          entry.body.type === "note" ? <NoteCard key={entry.id} entry={entry} note={entry.body} /> : null,
        )}
        {error && <p className={style["problem"]}>{t("timeline.offline")}</p>}
      </div>
      <p className={style["who"]}>{t("thread.who")}</p>
      <Composer row={row} name={name} thread={thread} onTyping={onTyping} />
    </div>
  )
}
