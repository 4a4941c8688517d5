import { hasFormatting } from "../../protocol/formatting.ts"
import type { ConversationRow, EntryRow } from "../../protocol/rows.ts"
import { channelWords, CustomerAvatar, customerName } from "../customer/customer.ts"
import { LabelTags } from "../labels/labels.ts"
import { useAgents, useSelf, type TimelineEntry } from "../replica/replica.ts"
import { clockWords, momentWords, reasonWords, t } from "../texts/texts.ts"
import { Avatar, Icon } from "../ui/ui.ts"
import { LinkPreview } from "./link-preview.tsx"
import { MessageFiles } from "./message-files.tsx"
import { FormattedText } from "./formatted-text.tsx"
import style from "./message-bubble.module.css"

type Message = Extract<EntryRow["body"], { type: "message" }>
type BubbleProps = {
  entry: TimelineEntry
  message: Message
  row: ConversationRow
  endsRun: boolean
  onSendAgain: (entryId: string) => void
  onUnsend: (entryId: string) => void
}

export function MessageBubble({ entry, message, row, endsRun, onSendAgain, onUnsend }: BubbleProps) {
  const agents = useAgents()
  const selfId = useSelf()?.agent.id
  const agent = message.agentId === null ? undefined : agents.get(message.agentId)
  const name = agent?.name ?? t("someone")
  const author =
    message.agentId === null ? customerName(row.customer) : message.agentId === selfId ? t("you") : name
  const state = message.delivery?.state
  const isTroubled = state === "failed" || state === "unsure"
  return (
    <div
      className={style["message"]}
      data-mine={message.agentId !== null || undefined}
      data-ends-run={endsRun || undefined}
      data-pending={entry.pending}
    >
      {message.agentId === null && (
        <span className={style["face"]}>
          {endsRun && <CustomerAvatar conversationId={row.id} customer={row.customer} size={20} />}
        </span>
      )}
      <div className={style["column"]}>
        <span className="unseen">{t("timeline.author", { name: author })}</span>
        {message.text !== "" && (
          <div className={style["bubble"]} dir="auto" title={momentWords(entry.at)}>
            <FormattedText text={message.text} isPlain={!hasFormatting(message.channel)} />
          </div>
        )}
        <LinkPreview entryId={entry.id} preview={message.preview} />
        <MessageFiles files={message.files} />
        <LabelTags ids={message.labelIds} />
        {isTroubled && (
          <p className={style["trouble"]} data-state={state}>
            <Icon name="warning" size={14} />
            {state === "failed"
              ? t("delivery.failed", { reason: reasonWords(message.delivery?.reason ?? null) })
              : t("delivery.unsure")}
            <button type="button" onClick={() => onSendAgain(entry.id)}>
              {t("delivery.again")}
            </button>
          </p>
        )}
        {state === "held" && message.agentId === selfId && (
          <p className={style["trouble"]} data-state="held">
            {t("delivery.held")}
            <button type="button" onClick={() => onUnsend(entry.id)}>
              {t("undo")}
            </button>
          </p>
        )}
        {endsRun && (
          <p className={style["caption"]}>
            {message.agentId !== null && <bdi>{author}</bdi>}
            {message.agentId !== null && " · "}
            {channelWords(message.channel)}
            {" · "}
            <time dateTime={entry.at} title={momentWords(entry.at)}>
              {clockWords(entry.at)}
            </time>
            {deliveryWords(entry, message)}
          </p>
        )}
      </div>
      {message.agentId !== null && (
        <span className={style["face"]}>
          {endsRun && <Avatar id={message.agentId} name={name} photo={agent?.photo} size={20} />}
        </span>
      )}
    </div>
  )
}

function deliveryWords(entry: TimelineEntry, message: Message): string {
  if (entry.pending === "waiting") return ` · ${t("delivery.waiting")}`
  if (entry.pending === "sending") return ` · ${t("delivery.sending")}`
  const state = message.delivery?.state
  // Failed and unsure stand above in full.
  if (state === undefined || state === "failed" || state === "unsure") return ""
  if (state === "held") return ` · ${t("delivery.sending")}`
  return ` · ${t(`delivery.${state}`)}`
}
