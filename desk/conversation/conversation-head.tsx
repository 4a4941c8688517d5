import { useState } from "react"
import { belongsTo } from "../../protocol/inboxes.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { runAction, useActions } from "../actions/actions.ts"
import { useAgents, usePresence, useSelf, useTeams } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Avatar, Button, copyText, Menu, showToast, useWidth } from "../ui/ui.ts"
import { assignLines, assignWays } from "./assign-lines.tsx"
import { linkTo } from "./link.ts"
import { SnoozeDialog } from "./snooze-dialog.tsx"
import { snoozeChoices, snoozeLines } from "./snooze-lines.ts"
import { useActs } from "./use-acts.ts"
import style from "./conversation-head.module.css"

type HeadProps = {
  row: ConversationRow
  name: string
  onBack: () => void
  onCustomer: () => void
  showsCustomer: boolean
}

export function ConversationHead({ row, name, onBack, onCustomer, showsCustomer }: HeadProps) {
  const isPhone = useWidth() === "phone"
  const acts = useActs(row)
  const self = useSelf()
  const agents = useAgents()
  const teams = useTeams()
  const customer = usePresence(row.id)?.customer
  const [isAssignOpen, setAssignOpen] = useState(false)
  const [isSnoozeOpen, setSnoozeOpen] = useState(false)
  const [isPickingTime, setPickingTime] = useState(false)

  const ways = assignWays({ row, acts, self, agents, teams })
  const assigning = assignLines(ways)
  const pickTime = () => setPickingTime(true)
  const snoozing = row.isOpen ? snoozeLines(row, acts, pickTime) : []
  const copyLink = () => {
    void copyText(linkTo(row.id)).then(() => showToast(t("done.linkCopied")))
  }
  const isUnderMentions = self !== undefined && belongsTo("mentions", row, self.reader)
  useActions({
    take: ways.take,
    assign: () => setAssignOpen(true),
    assignTo: ways.colleagues,
    assignToNobody: ways.nobody,
    moveTo: ways.teams,
    suggestTo: ways.suggest,
    snooze: row.isOpen && (() => (isPhone ? setAssignOpen : setSnoozeOpen)(true)),
    snoozeUntil: row.isOpen && snoozeChoices(acts, pickTime),
    wake: row.isOpen && row.snooze !== null && acts.wake,
    close: row.isOpen && acts.close,
    reopen: !row.isOpen && acts.reopen,
    star: !row.own.isStarred && acts.toggleStar,
    unstar: row.own.isStarred && acts.toggleStar,
    mentionDone: isUnderMentions && acts.putMentionAway,
    customer: onCustomer,
    copyLink,
    back: onBack,
  })

  const star = (
    <Button
      icon="star"
      label={t("star")}
      aria-pressed={row.own.isStarred}
      onClick={acts.toggleStar}
      data-starred={row.own.isStarred || undefined}
    />
  )
  const assignee = row.assigneeId === null ? undefined : agents.get(row.assigneeId)
  return (
    <header className={style["head"]}>
      {isPhone && <Button icon="back" label={t("conversation.toList")} onClick={onBack} />}
      <div className={style["who"]}>
        <h1 className={style["name"]}>
          <bdi>{name}</bdi>
        </h1>
        <p className={style["second"]}>
          {customer?.isOnline && (
            <span className={style["online"]}>
              <i aria-hidden="true" />
              <bdi>
                {customer.page === null
                  ? t("customer.online")
                  : t("conversation.onPage", { page: customer.page })}
              </bdi>
            </span>
          )}
          <span className={style["assignee"]}>
            {whose(row, assignee !== undefined && assignee.id === self?.agent.id, assignee?.name)}
            {teams.size > 1 && ` · ${teams.get(row.teamId)?.name ?? t("someTeam")}`}
          </span>
        </p>
      </div>
      <Viewers conversationId={row.id} />
      {star}
      <Button
        icon="info"
        label={t("conversation.customer")}
        aria-pressed={showsCustomer}
        onClick={onCustomer}
      />
      {isPhone ? (
        <Menu
          align="end"
          isOpen={isAssignOpen}
          onOpen={setAssignOpen}
          button={<Button icon="more" label={t("more")} />}
          lines={[
            ...(isUnderMentions
              ? [
                  {
                    kind: "item",
                    label: t("conversation.mentionDone"),
                    icon: "at",
                    onSelect: acts.putMentionAway,
                  } as const,
                ]
              : []),
            row.isOpen
              ? { kind: "item", label: t("close"), icon: "check", onSelect: acts.close }
              : { kind: "item", label: t("reopen"), icon: "tray", onSelect: acts.reopen },
            { kind: "item", label: t("copyLink"), icon: "copy", onSelect: copyLink },
            {
              kind: "item",
              label: t("action.palette"),
              icon: "command",
              onSelect: () => runAction("palette"),
            },
            { kind: "line" },
            ...assigning,
            ...(snoozing.length > 0
              ? [{ kind: "group", label: t("snooze.button"), lines: snoozing } as const]
              : []),
          ]}
        />
      ) : (
        <>
          <Button icon="copy" label={t("copyLink")} onClick={copyLink} />
          {isUnderMentions && (
            <Button icon="at" onClick={acts.putMentionAway}>
              {t("conversation.mentionDone")}
            </Button>
          )}
          <div className={style["buttons"]}>
            <Menu
              align="end"
              isOpen={isAssignOpen}
              onOpen={setAssignOpen}
              button={<Button>{t("assign")}</Button>}
              lines={assigning}
            />
            {row.isOpen && (
              <Menu
                align="end"
                isOpen={isSnoozeOpen}
                onOpen={setSnoozeOpen}
                button={<Button icon="clock" label={t("snooze.button")} aria-pressed={row.snooze !== null} />}
                lines={snoozing}
              />
            )}
            {row.isOpen ? (
              <Button kind="primary" onClick={acts.close}>
                {t("close")}
              </Button>
            ) : (
              <Button onClick={acts.reopen}>{t("reopen")}</Button>
            )}
          </div>
        </>
      )}
      <SnoozeDialog
        isOpen={isPickingTime}
        onClose={() => setPickingTime(false)}
        onPick={(until) => acts.snooze(until)}
      />
    </header>
  )
}

function whose(row: ConversationRow, isMine: boolean, assignee: string | undefined): string {
  const who = isMine
    ? t("conversation.yours")
    : assignee === undefined
      ? t("conversation.nobodys")
      : t("conversation.of", { name: assignee })
  return row.isOpen ? who : `${t("conversation.closed")} · ${who}`
}

function Viewers({ conversationId }: { conversationId: string }) {
  const agents = useAgents()
  const viewers = usePresence(conversationId)?.viewers ?? []
  if (viewers.length === 0) return null
  return (
    <div className={style["viewers"]} role="group" aria-label={t("conversation.viewers")}>
      {viewers.slice(0, 5).map(({ agentId }) => (
        <Avatar
          key={agentId}
          id={agentId}
          name={agents.get(agentId)?.name ?? t("someone")}
          photo={agents.get(agentId)?.photo}
          size={24}
          isNamed
        />
      ))}
    </div>
  )
}
