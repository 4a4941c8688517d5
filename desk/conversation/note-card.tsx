import type { EntryRow } from "../../protocol/rows.ts"
import { partsOfNote } from "../../protocol/text.ts"
import { useAgents, useSelf, useTeams, type TimelineEntry } from "../replica/replica.ts"
import { clockWords, momentWords, t } from "../texts/texts.ts"
import { Avatar, Icon } from "../ui/ui.ts"
import { FormattedText } from "./formatted-text.tsx"
import { LinkPreview } from "./link-preview.tsx"
import { withNames } from "./mention.ts"
import { MessageFiles } from "./message-files.tsx"
import style from "./note-card.module.css"

type Note = Extract<EntryRow["body"], { type: "note" }>

/** Yellow, dashed, locked: nobody may take a note for an answer. Without `onThread` it stands in its thread. */
export function NoteCard({
  entry,
  note,
  followsThread = false,
  onThread,
}: {
  entry: TimelineEntry
  note: Note
  /** What it answers, or another answer to that, stands right above. */
  followsThread?: boolean
  onThread?: (noteId: string) => void
}) {
  const agents = useAgents()
  const teams = useTeams()
  const selfId = useSelf()?.agent.id
  const nameOf = (kind: "agent" | "team", id: string) =>
    (kind === "agent" ? agents.get(id)?.name : teams.get(id)?.name) ?? t("someone")
  const author = note.agentId === selfId ? t("youObject") : nameOf("agent", note.agentId)
  const { thread } = note
  return (
    <div
      className={style["note"]}
      data-pending={entry.pending}
      data-follows={(onThread && followsThread) || undefined}
    >
      <Icon name="lock" size={15} />
      <div className={style["body"]}>
        {onThread && thread && !followsThread && (
          <button type="button" className={style["asked"]} dir="auto" onClick={() => onThread(thread.id)}>
            {t("note.inAnswer", {
              name: nameOf("agent", thread.agentId),
              text: withNames(thread.text, nameOf) || t("list.file"),
            })}
          </button>
        )}
        {note.text !== "" && (
          <div className={style["text"]} dir="auto">
            <FormattedText
              text={note.text}
              shown={(text) =>
                partsOfNote(text).map((part, at) =>
                  part.kind === "text" ? (
                    part.text
                  ) : (
                    <strong key={at} className={style["mention"]} data-self={part.id === selfId || undefined}>
                      @{nameOf(part.kind, part.id)}
                    </strong>
                  ),
                )
              }
            />
          </div>
        )}
        <LinkPreview entryId={entry.id} preview={note.preview} />
        <MessageFiles files={note.files} />
        <p className={style["caption"]}>
          {t(thread ? "note.answerCaption" : "note.caption", { name: author })}
          {" · "}
          <time dateTime={entry.at} title={momentWords(entry.at)}>
            {clockWords(entry.at)}
          </time>
          {entry.pending === "waiting" && ` · ${t("delivery.waiting")}`}
          {onThread && entry.pending === undefined && note.answers.count === 0 && (
            <>
              {" · "}
              <button type="button" onClick={() => onThread(thread?.id ?? entry.id)}>
                {t("note.answer")}
              </button>
            </>
          )}
        </p>
        {onThread && <Answers note={note} nameOf={nameOf} onOpen={() => onThread(entry.id)} />}
      </div>
    </div>
  )
}

/** How many answers its thread has, who wrote them, and the last. */
function Answers({
  note: { answers },
  nameOf,
  onOpen,
}: {
  note: Note
  nameOf: (kind: "agent" | "team", id: string) => string
  onOpen: () => void
}) {
  const { count, agentIds, last } = answers
  if (last === null) return null
  return (
    <button type="button" className={style["answers"]} onClick={onOpen}>
      <span className={style["faces"]}>
        {agentIds.toReversed().map((id) => (
          <Avatar key={id} id={id} name={nameOf("agent", id)} size={20} />
        ))}
      </span>
      <strong>{t("note.answers", { count })}</strong>
      <span className={style["last"]}>
        <bdi>
          {t("list.by", {
            author: nameOf("agent", last.agentId),
            text: withNames(last.text, nameOf) || t("list.file"),
          })}
        </bdi>
        {" · "}
        <time dateTime={last.at} title={momentWords(last.at)}>
          {clockWords(last.at)}
        </time>
      </span>
    </button>
  )
}
