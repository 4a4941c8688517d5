import { memo, useState } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { customerName } from "../customer/customer.ts"
import { t } from "../texts/texts.ts"
import { Button, copyText, Menu, showToast, useLanguage } from "../ui/ui.ts"
import { EventLine } from "./event-line.tsx"
import { linkTo } from "./link.ts"
import type { Line } from "./lines.ts"
import { MessageBubble } from "./message-bubble.tsx"
import { NoteCard } from "./note-card.tsx"
import style from "./entry-line.module.css"

type EntryLineProps = {
  line: Extract<Line, { kind: "entry" }>
  row: ConversationRow
  isLinked: boolean
  /** It is a merge, and the last one. */
  canBeUndone: boolean
  onUnread: (entryId: string) => void
  onLabel: (entryId: string) => void
  onSendAgain: (entryId: string) => void
  onUnsend: (entryId: string) => void
  onThread: (noteId: string) => void
}

export const EntryLine = memo(
  function EntryLine({
    line,
    row,
    isLinked,
    canBeUndone,
    onUnread,
    onLabel,
    onSendAgain,
    onUnsend,
    onThread,
  }: EntryLineProps) {
    useLanguage()
    const { entry } = line
    const { body } = entry
    if (body.type === "event")
      return <EventLine entry={entry} event={body.event} row={row} canBeUndone={canBeUndone} />
    const side = body.type === "note" ? "note" : body.agentId === null ? "theirs" : "ours"
    return (
      <article
        className={style["entry"]}
        data-side={side}
        data-starts-run={line.startsRun || undefined}
        data-linked={isLinked || undefined}
        data-entry={entry.id}
      >
        {body.type === "note" ? (
          <NoteCard entry={entry} note={body} followsThread={line.followsThread} onThread={onThread} />
        ) : (
          <MessageBubble
            entry={entry}
            message={body}
            row={row}
            endsRun={line.endsRun}
            onSendAgain={onSendAgain}
            onUnsend={onUnsend}
          />
        )}
        {entry.pending === undefined && (
          <EntryMenu
            entryId={entry.id}
            conversationId={entry.conversationId}
            onUnread={onUnread}
            onLabel={body.type === "message" ? onLabel : undefined}
          />
        )}
      </article>
    )
  },
  // The acts change with every paint of the row but mean the same as long as the conversation is the same.
  (one, other) =>
    one.line.entry === other.line.entry &&
    one.line.startsRun === other.line.startsRun &&
    one.line.endsRun === other.line.endsRun &&
    one.line.followsThread === other.line.followsThread &&
    one.isLinked === other.isLinked &&
    one.canBeUndone === other.canBeUndone &&
    customerName(one.row.customer) === customerName(other.row.customer) &&
    one.row.customer.photoId === other.row.customer.photoId &&
    one.row.addresses === other.row.addresses &&
    one.row.own === other.row.own,
)

/** A plain button until it is first used: a menu per message would cost more than the messages. */
function EntryMenu({
  entryId,
  conversationId,
  onUnread,
  onLabel,
}: {
  entryId: string
  conversationId: string
  onUnread: (entryId: string) => void
  onLabel: ((entryId: string) => void) | undefined
}) {
  const [isOpen, setOpen] = useState<boolean>()
  const button = (
    <Button icon="more" label={t("timeline.menu")} aria-haspopup="menu" onClick={() => setOpen(true)} />
  )
  return (
    <div className={style["menu"]} data-open={isOpen || undefined}>
      {isOpen === undefined ? (
        button
      ) : (
        <Menu
          button={<Button icon="more" label={t("timeline.menu")} />}
          isOpen={isOpen}
          onOpen={setOpen}
          lines={[
            ...(onLabel
              ? [
                  {
                    kind: "item",
                    label: t("labels.menu"),
                    icon: "label",
                    onSelect: () => onLabel(entryId),
                  } as const,
                ]
              : []),
            {
              kind: "item",
              label: t("timeline.markUnread"),
              icon: "unread",
              onSelect: () => onUnread(entryId),
            },
            {
              kind: "item",
              label: t("copyLink"),
              icon: "copy",
              onSelect: () =>
                void copyText(linkTo(conversationId, entryId)).then(() => showToast(t("done.linkCopied"))),
            },
          ]}
        />
      )}
    </div>
  )
}
