import type { ConversationRow } from "../../protocol/rows.ts"
import { issue, serverNow, useAgents, useSelf, useTeams, type Outcome } from "../replica/replica.ts"
import { refusalWords, soonWords, t } from "../texts/texts.ts"
import { showToast } from "../ui/ui.ts"

/**
 * What can be done with an open conversation besides writing in it. Each act shows at once; Close and Assign
 * offer to be undone instead of asking first, and a refusal is said in words.
 */
export function useActs(row: ConversationRow) {
  const self = useSelf()
  const agents = useAgents()
  const teams = useTeams()
  const params = { conversationId: row.id }
  const nameOf = (agentId: string) => agents.get(agentId)?.name

  const say = (asked: Promise<Outcome>) => {
    void asked.then((outcome) => {
      if (outcome.kind === "refused") showToast(refusalWords(outcome.refusal, nameOf))
    })
  }
  const undoable = (text: string, undo: () => void) => showToast(text, { label: t("undo"), run: undo })
  const giveTo = (agentId: string | null, from: string | null) => {
    const to = agentId === null ? ({ kind: "nobody" } as const) : ({ kind: "agent", agentId } as const)
    say(issue("assign", params, { to, expects: { assigneeId: from } }))
  }

  return {
    assignTo(agentId: string) {
      if (agentId === row.assigneeId) return
      giveTo(agentId, row.assigneeId)
      const text =
        agentId === self?.agent.id
          ? t("done.assignedToYou")
          : t("done.assigned", { name: nameOf(agentId) ?? t("someone") })
      undoable(text, () => giveTo(row.assigneeId, agentId))
    },
    assignToNobody() {
      if (row.assigneeId === null && row.offer === null) return
      const from = row.assigneeId
      giveTo(null, from)
      if (from === null) showToast(t("done.unassigned"))
      else undoable(t("done.unassigned"), () => giveTo(from, null))
    },
    moveTo(teamId: string) {
      const { teamId: oldTeamId, assigneeId } = row
      say(issue("assign", params, { to: { kind: "team", teamId }, expects: { assigneeId } }))
      undoable(t("done.moved", { team: teams.get(teamId)?.name ?? "" }), () => {
        say(
          issue("assign", params, { to: { kind: "team", teamId: oldTeamId }, expects: { assigneeId: null } }),
        )
        if (assigneeId !== null) giveTo(assigneeId, null)
      })
    },
    suggestTo(agentId: string) {
      say(issue("offer", params, { agentId }))
      showToast(t("done.suggested", { name: nameOf(agentId) ?? t("someone") }))
    },
    decline(offerId: string) {
      say(issue("decline", params, { offerId }))
    },
    close() {
      say(issue("close", params, { lastCustomerEntryId: row.lastCustomerEntryId }))
      undoable(t("done.closed"), () => say(issue("reopen", params, { undo: true })))
    },
    reopen() {
      say(issue("reopen", params, {}))
    },
    snooze(until: string | null) {
      const { snooze, assigneeId, lastCustomerEntryId } = row
      say(issue("snooze", params, { snooze: { until }, lastCustomerEntryId }))
      const text =
        until === null
          ? t("done.snoozedUntilWritten")
          : t("done.snoozed", { time: soonWords(until, serverNow()) })
      undoable(text, () => {
        say(issue("snooze", params, { snooze, lastCustomerEntryId }))
        if (assigneeId === null && self) giveTo(null, self.agent.id)
      })
    },
    wake() {
      const { snooze, lastCustomerEntryId } = row
      if (snooze === null) return
      say(issue("snooze", params, { snooze: null, lastCustomerEntryId }))
      undoable(t("done.woken"), () => say(issue("snooze", params, { snooze, lastCustomerEntryId })))
    },
    toggleStar() {
      say(issue("star", params, { isStarred: !row.own.isStarred }))
    },
    putMentionAway() {
      say(issue("mention", params, { isDone: true, upTo: row.updatedAt }))
      undoable(t("done.mention"), () => say(issue("mention", params, { isDone: false })))
    },
    markUnread(fromEntryId: string) {
      say(issue("unread", params, { fromEntryId }))
      showToast(t("done.unread"))
    },
    /** What it said is in the composer then. */
    unsend(entryId: string) {
      say(issue("unsend", { ...params, entryId }, {}))
    },
    sendAgain(entryId: string) {
      say(issue("resend", { ...params, entryId }, {}))
    },
  }
}

export type Acts = ReturnType<typeof useActs>
