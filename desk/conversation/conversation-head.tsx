import { useState } from "react"
import { belongsTo } from "../../protocol/inboxes.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { useAgents, usePresence, useSelf, useTeams } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Avatar, Button, copyText, Menu, showToast, useKeys, useWidth } from "../ui/ui.ts"
import { assignLines } from "./assign-lines.tsx"
import { linkTo } from "./link.ts"
import { SnoozeDialog } from "./snooze-dialog.tsx"
import { snoozeLines } from "./snooze-lines.ts"
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

  useKeys({
    a: () => setAssignOpen(true),
    m: () => self && acts.assignTo(self.agent.id),
    e: () => (row.isOpen ? acts.close() : acts.reopen()),
    z: () => row.isOpen && setSnoozeOpen(true),
    s: acts.toggleStar,
    Escape: onBack,
  })

  const assigning = assignLines({ row, acts, self, agents, teams })
  const snoozing = row.isOpen ? snoozeLines(row, acts, () => setPickingTime(true)) : []
  const copyLink = () => {
    void copyText(linkTo(row.id)).then(() => showToast(t("done.linkCopied")))
  }
  const star = (
    <Button
      icon="star"
      label={t("star")}
      aria-pressed={row.own.isStarred}
      onClick={acts.toggleStar}
      data-starred={row.own.isStarred || undefined}
    />
  )
  const isUnderMentions = self !== undefined && belongsTo("mentions", row, self.reader)
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
          size={24}
          isNamed
        />
      ))}
    </div>
  )
}
