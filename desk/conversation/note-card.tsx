import type { EntryRow } from "../../protocol/rows.ts"
import { partsOfNote } from "../../protocol/text.ts"
import { useAgents, useSelf, useTeams, type TimelineEntry } from "../replica/replica.ts"
import { clockWords, momentWords, t } from "../texts/texts.ts"
import { Icon } from "../ui/ui.ts"
import { MessageFiles } from "./message-files.tsx"
import { LinkedText } from "./linked-text.tsx"
import style from "./note-card.module.css"

type Note = Extract<EntryRow["body"], { type: "note" }>

/** Yellow, dashed, locked: nobody may take a note for an answer. */
export function NoteCard({ entry, note }: { entry: TimelineEntry; note: Note }) {
  const agents = useAgents()
  const teams = useTeams()
  const selfId = useSelf()?.agent.id
  const author = note.agentId === selfId ? t("youObject") : (agents.get(note.agentId)?.name ?? t("someone"))
  return (
    <div className={style["note"]} data-pending={entry.pending}>
      <Icon name="lock" size={15} />
      <div className={style["body"]}>
        {note.text !== "" && (
          <p className={style["text"]} dir="auto">
            {partsOfNote(note.text).map((part, at) =>
              part.kind === "text" ? (
                <LinkedText key={at} text={part.text} />
              ) : (
                <strong key={at} className={style["mention"]} data-self={part.id === selfId || undefined}>
                  @
                  {(part.kind === "agent" ? agents.get(part.id)?.name : teams.get(part.id)?.name) ??
                    t("someone")}
                </strong>
              ),
            )}
          </p>
        )}
        <MessageFiles files={note.files} />
        <p className={style["caption"]}>
          {t("note.caption", { name: author })}
          {" · "}
          <time dateTime={entry.at} title={momentWords(entry.at)}>
            {clockWords(entry.at)}
          </time>
          {entry.pending === "waiting" && ` · ${t("delivery.waiting")}`}
        </p>
      </div>
    </div>
  )
}
