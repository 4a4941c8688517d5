import type { AgentRow, ConversationRow, TeamRow } from "../../protocol/rows.ts"
import type { Choice } from "../actions/actions.ts"
import type { Self } from "../replica/replica.ts"
import { byName, byTeam, t } from "../texts/texts.ts"
import { Avatar, type MenuLine } from "../ui/ui.ts"
import type { Acts } from "./use-acts.ts"

type Who = {
  /** Without it: for several at once, which nobody is suggested. */
  row?: ConversationRow
  acts: Pick<Acts, "assignTo" | "assignToNobody" | "moveTo"> & Partial<Pick<Acts, "suggestTo">>
  self: Self | undefined
  agents: ReadonlyMap<string, AgentRow>
  teams: ReadonlyMap<string, TeamRow>
}
type ToColleague = Choice & { agent: AgentRow }

/** To whom it can be given: to me, to colleagues, to teams, as a suggestion, to nobody. */
export function assignWays({ row, acts, self, agents, teams }: Who) {
  const colleagues = [...agents.values()]
    .filter((agent) => !agent.isDisabled && agent.id !== self?.agent.id)
    .toSorted(byName)
  const to = (agent: AgentRow, run: () => void): ToColleague => ({ label: agent.name, agent, run })
  return {
    take: self && row?.assigneeId !== self.agent.id ? () => acts.assignTo(self.agent.id) : undefined,
    nobody: !row || row.assigneeId !== null || row.offer ? acts.assignToNobody : undefined,
    colleagues: colleagues
      .filter((agent) => agent.id !== row?.assigneeId)
      .map((agent) => to(agent, () => acts.assignTo(agent.id))),
    teams: [...teams.values()]
      .filter((team) => team.id !== row?.teamId)
      .toSorted(byTeam)
      .map((team): Choice => ({ label: team.name, run: () => acts.moveTo(team.id) })),
    suggest: row?.isOpen ? colleagues.map((agent) => to(agent, () => acts.suggestTo?.(agent.id))) : [],
  }
}

/** The Assign menu; colleagues with whether they are there. */
export function assignLines({
  take,
  nobody,
  colleagues,
  teams,
  suggest,
}: ReturnType<typeof assignWays>): MenuLine[] {
  const person = ({ label, agent, run }: ToColleague): MenuLine => ({
    kind: "item",
    label,
    before: <Avatar id={agent.id} name={agent.name} photo={agent.photo} size={20} />,
    after: agent.isAvailable ? t("availability.available") : t("availability.away"),
    onSelect: run,
  })
  return [
    ...(take
      ? [{ kind: "item", label: t("assign.toMe"), icon: "tray", after: "m", onSelect: take } as const]
      : []),
    ...(nobody
      ? [{ kind: "item", label: t("assign.nobody"), icon: "queue", onSelect: nobody } as const]
      : []),
    ...group(t("assign.colleagues"), colleagues.map(person)),
    ...group(
      t("assign.teams"),
      teams.map(({ label, run }) => ({ kind: "item", label, icon: "people", onSelect: run })),
    ),
    ...group(t("assign.suggest"), suggest.map(person)),
  ]
}

function group(label: string, lines: MenuLine[]): MenuLine[] {
  return lines.length > 0 ? [{ kind: "group", label, lines }] : []
}
