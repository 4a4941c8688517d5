import type { AgentRow, ConversationRow, TeamRow } from "../../protocol/rows.ts"
import type { Self } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
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

/** The Assign menu: to me, colleagues with whether they are there, teams, a suggestion, nobody. */
export function assignLines({ row, acts, self, agents, teams }: Who): MenuLine[] {
  const colleagues = [...agents.values()]
    .filter((agent) => !agent.isDisabled && agent.id !== self?.agent.id)
    .toSorted(byName)
  const others = [...teams.values()].filter((team) => team.id !== row?.teamId).toSorted(byName)
  const person = (agent: AgentRow, onSelect: () => void): MenuLine => ({
    kind: "item",
    label: agent.name,
    before: <Avatar id={agent.id} name={agent.name} size={20} />,
    after: agent.isAvailable ? t("availability.available") : t("availability.away"),
    onSelect,
  })
  return [
    ...(self && row?.assigneeId !== self.agent.id
      ? [
          {
            kind: "item",
            label: t("assign.toMe"),
            icon: "tray",
            after: "m",
            onSelect: () => acts.assignTo(self.agent.id),
          } as const,
        ]
      : []),
    ...(!row || row.assigneeId !== null || row.offer
      ? [{ kind: "item", label: t("assign.nobody"), icon: "queue", onSelect: acts.assignToNobody } as const]
      : []),
    ...group(
      t("assign.colleagues"),
      colleagues
        .filter((agent) => agent.id !== row?.assigneeId)
        .map((agent) => person(agent, () => acts.assignTo(agent.id))),
    ),
    ...group(
      t("assign.teams"),
      others.map((team) => ({
        kind: "item",
        label: team.name,
        icon: "people",
        onSelect: () => acts.moveTo(team.id),
      })),
    ),
    ...group(
      t("assign.suggest"),
      row?.isOpen ? colleagues.map((agent) => person(agent, () => acts.suggestTo?.(agent.id))) : [],
    ),
  ]
}

function group(label: string, lines: MenuLine[]): MenuLine[] {
  return lines.length > 0 ? [{ kind: "group", label, lines }] : []
}

function byName(one: { name: string }, other: { name: string }): number {
  return one.name.localeCompare(other.name)
}
