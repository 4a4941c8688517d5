import { Link } from "@tanstack/react-router"
import { memo, useEffect, useState } from "react"
import { partsOfNote } from "../../protocol/text.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { lengthWords } from "../../protocol/voice.ts"
import type { InboxKey } from "../../protocol/values.ts"
import { channelIcon, channelWords, CustomerAvatar, customerName } from "../customer/customer.ts"
import { LabelTags } from "../labels/labels.ts"
import { loadAhead, serverNow, useAgents, usePresence, useSelf, useTeams } from "../replica/replica.ts"
import { agoWords, countdownWords, momentWords, soonWords, t } from "../texts/texts.ts"
import { Avatar, Icon, useLanguage } from "../ui/ui.ts"
import { useNow } from "./now.tsx"
import { SelectBox } from "./select-box.tsx"
import { useLongPress } from "./use-long-press.ts"
import type { Pick } from "./use-selection.ts"
import style from "./conversation-item.module.css"

type ItemProps = {
  row: ConversationRow
  inbox: InboxKey
  index: number
  start: number
  count: number
  isOpen: boolean
  isSelected: boolean
  /** Something is selected: a click selects more. */
  isSelecting: boolean
  onPick: Pick
}

export const ConversationItem = memo(function ConversationItem({
  row,
  inbox,
  index,
  start,
  count,
  isOpen,
  isSelected,
  isSelecting,
  onPick,
}: ItemProps) {
  useLanguage()
  const now = useNow()
  const selfId = useSelf()?.agent.id
  const presence = usePresence(row.id)
  const name = customerName(row.customer)
  const { unread, isStarred } = row.own
  const longPress = useLongPress(() => onPick(row.id, "one"))
  const isOfferedToMe = row.isOpen && row.offer?.agentId === selfId
  return (
    <li
      className={style["item"]}
      style={{ transform: `translateY(${start}px)` }}
      data-index={index}
      data-id={row.id}
      data-open={isOpen || undefined}
      data-selected={isSelected || undefined}
      data-unread={unread > 0 || undefined}
      aria-setsize={count}
      aria-posinset={index + 1}
      {...longPress}
    >
      <CustomerAvatar
        conversationId={row.id}
        customer={row.customer}
        isOnline={presence?.customer.isOnline ?? false}
      />
      <Link
        to="/inbox/$inbox/$conversationId"
        params={{ inbox, conversationId: row.id }}
        className={style["who"]}
        aria-current={isOpen ? "true" : undefined}
        onPointerDown={() => loadAhead(row.id)}
        onClick={(event) => {
          // Pressed by a key it opens; the pointer selects while anything is, or a range with Shift.
          if (event.detail === 0 || !(isSelecting || event.shiftKey)) return
          event.preventDefault()
          onPick(row.id, event.shiftKey ? "range" : "one")
        }}
      >
        <bdi>{name}</bdi>
        {unread > 0 && <span className="unseen">{`, ${t("list.unread", { count: unread })}`}</span>}
      </Link>
      <SelectBox id={row.id} name={name} isSelected={isSelected} isSelecting={isSelecting} onPick={onPick} />
      <time className={style["age"]} dateTime={row.updatedAt} title={momentWords(row.updatedAt)}>
        {agoWords(row.updatedAt, now)}
      </time>
      <FirstLine row={row} selfId={selfId} />
      {unread > 0 && (
        <span className={style["count"]} aria-hidden="true">
          {unread > 99 ? t("list.many") : unread}
        </span>
      )}
      <span className={style["meta"]}>
        <Icon name={channelIcon(row.channel)} size={14} />
        {channelWords(row.channel)}
        {isOfferedToMe && row.offer && <Suggested endsAt={row.offer.endsAt} />}
        {row.snooze && (
          <span className={style["snoozed"]}>
            <Icon name="clock" size={14} />
            {row.snooze.until === null
              ? t("list.snoozed")
              : t("list.snoozedUntil", { time: soonWords(row.snooze.until, now) })}
          </span>
        )}
        {row.own.hasUnreadMention && <span className={style["mention"]}>{t("list.mention")}</span>}
        {isStarred && (
          <span className={style["star"]} role="img" aria-label={t("list.starred")}>
            <Icon name="star" size={14} />
          </span>
        )}
        {row.last && row.last.labelIds.length > 0 && <LabelTags ids={row.last.labelIds} most={2} />}
        <Viewers viewers={presence?.viewers.map(({ agentId }) => agentId) ?? []} />
      </span>
    </li>
  )
})

function FirstLine({ row, selfId }: { row: ConversationRow; selfId: string | undefined }) {
  const agents = useAgents()
  const teams = useTeams()
  const { last } = row
  if (!last) return <span className={style["line"]} />
  const author =
    last.agentId === null
      ? undefined
      : last.agentId === selfId
        ? t("you")
        : (agents.get(last.agentId)?.name.split(" ")[0] ?? t("someone"))
  const text = partsOfNote(last.text)
    .map((part) =>
      part.kind === "text"
        ? part.text
        : `@${(part.kind === "agent" ? agents.get(part.id)?.name : teams.get(part.id)?.name) ?? t("someone")}`,
    )
    .join("")
  const voice = last.voiceMs === null ? undefined : t("voice.message", { length: lengthWords(last.voiceMs) })
  const said = text || (voice ?? (last.hasFiles ? t("list.file") : ""))
  return (
    <span className={style["line"]}>
      {last.type === "note" && (
        <span className={style["lock"]} role="img" aria-label={t("list.note")}>
          <Icon name="lock" size={13} />
        </span>
      )}
      <bdi>{author === undefined ? said : t("list.by", { author, text: said })}</bdi>
    </span>
  )
}

function Suggested({ endsAt }: { endsAt: string }) {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return (
    <span className={style["suggested"]}>{t("list.suggested", { left: countdownWords(endsAt, now) })}</span>
  )
}

function Viewers({ viewers }: { viewers: readonly string[] }) {
  const agents = useAgents()
  if (viewers.length === 0) return null
  return (
    <span className={style["viewers"]}>
      {viewers.slice(0, 4).map((agentId) => (
        <Avatar
          key={agentId}
          id={agentId}
          name={agents.get(agentId)?.name ?? t("someone")}
          photo={agents.get(agentId)?.photo}
          size={20}
          isNamed
        />
      ))}
    </span>
  )
}
