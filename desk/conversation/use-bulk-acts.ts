import type { ConversationRow } from "../../protocol/rows.ts"
import { customerName } from "../customer/customer.ts"
import { issue, useAgents, useSelf, useTeams, type Outcome } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { showToast } from "../ui/ui.ts"

type Each = {
  run: (row: ConversationRow) => Promise<Outcome>
  undo: (row: ConversationRow) => void
  /** What was done to so many. */
  words: (count: number) => string
}
export type Select = (ids: Iterable<string>, how?: "unless-any") => void
type To = { kind: "agent"; agentId: string } | { kind: "team"; teamId: string } | { kind: "nobody" }

/** Refusals told by name; of more than these the rows that stay selected tell. */
const TOLD = 2

/**
 * The same act on each of several conversations, every one a command of its own: one that is refused holds up no other.
 * One Undo takes back all that were done; those refused stay selected, and it is said why.
 */
export function useBulkActs(rows: readonly ConversationRow[], select: Select) {
  const self = useSelf()
  const agents = useAgents()
  const teams = useTeams()

  const doEach = async ({ run, undo, words }: Each, some = rows) => {
    if (some.length === 0) return
    select([])
    const refused = new Map<ConversationRow, string>()
    const say = (text: string) =>
      showToast(text, {
        label: t("undo"),
        run: () => some.filter((row) => !refused.has(row)).forEach(undo),
      })
    say(words(some.length))
    const outcomes = await Promise.all(some.map(async (row) => ({ row, outcome: await run(row) })))
    for (const { row, outcome } of outcomes)
      if (outcome.kind === "refused")
        refused.set(
          row,
          refusalWords(outcome.refusal, (id) => agents.get(id)?.name),
        )
    if (refused.size === 0) return
    // What somebody has picked since is what he acts on next.
    select(
      [...refused.keys()].map(({ id }) => id),
      "unless-any",
    )
    const told = [...refused]
      .slice(0, TOLD)
      .map(([row, why]) => t("select.refused", { name: customerName(row.customer), why }))
    const text = [t("select.partly", { done: some.length - refused.size, count: some.length }), ...told].join(
      " ",
    )
    if (refused.size < some.length) say(text)
    else showToast(text)
  }

  const give = (row: ConversationRow, to: To, from: string | null) =>
    issue("assign", { conversationId: row.id }, { to, expects: { assigneeId: from } })
  const back = (row: ConversationRow, from: string | null) =>
    void give(
      row,
      row.assigneeId === null ? { kind: "nobody" } : { kind: "agent", agentId: row.assigneeId },
      from,
    )

  return {
    assignTo(agentId: string) {
      const name = agents.get(agentId)?.name ?? t("someone")
      const isMe = agentId === self?.agent.id
      void doEach(
        {
          run: (row) => give(row, { kind: "agent", agentId }, row.assigneeId),
          undo: (row) => back(row, agentId),
          words: (count) =>
            isMe ? t("select.assignedToYou", { count }) : t("select.assigned", { count, name }),
        },
        rows.filter((row) => row.assigneeId !== agentId),
      )
    },
    assignToNobody() {
      void doEach(
        {
          run: (row) => give(row, { kind: "nobody" }, row.assigneeId),
          undo: (row) => row.assigneeId !== null && back(row, null),
          words: (count) => t("select.unassigned", { count }),
        },
        rows.filter((row) => row.assigneeId !== null || row.offer !== null),
      )
    },
    moveTo(teamId: string) {
      void doEach({
        run: (row) => give(row, { kind: "team", teamId }, row.assigneeId),
        undo(row) {
          void give(row, { kind: "team", teamId: row.teamId }, null)
          if (row.assigneeId !== null) back(row, null)
        },
        words: (count) => t("select.moved", { count, team: teams.get(teamId)?.name ?? "" }),
      })
    },
    close() {
      void doEach(
        {
          run: ({ id, lastCustomerEntryId }) =>
            issue("close", { conversationId: id }, { lastCustomerEntryId }),
          undo: ({ id }) => void issue("reopen", { conversationId: id }, { undo: true }),
          words: (count) => t("select.closed", { count }),
        },
        rows.filter((row) => row.isOpen),
      )
    },
    star() {
      void doEach(
        {
          run: ({ id }) => issue("star", { conversationId: id }, { isStarred: true }),
          undo: ({ id }) => void issue("star", { conversationId: id }, { isStarred: false }),
          words: (count) => t("select.starred", { count }),
        },
        rows.filter((row) => !row.own.isStarred),
      )
    },
  }
}
