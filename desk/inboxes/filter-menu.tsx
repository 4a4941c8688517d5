import { useState } from "react"
import type { InboxPreference } from "../../protocol/rows.ts"
import { channel as channels, type InboxKey } from "../../protocol/values.ts"
import { channelWords } from "../customer/customer.ts"
import { useActions } from "../actions/actions.ts"
import { useSelf, useTeams } from "../replica/replica.ts"
import { byTeam, t } from "../texts/texts.ts"
import { Button, Menu, type MenuLine } from "../ui/ui.ts"
import { rememberPreference } from "./preference.ts"

export function FilterMenu({ inbox, preference }: { inbox: InboxKey; preference: InboxPreference }) {
  const [isOpen, setOpen] = useState(false)
  useActions({ filter: () => setOpen(true) })
  const teams = useTeams()
  const self = useSelf()
  const chosenTeams = preference.teamIds ?? []
  const chosenChannels = preference.channels ?? []
  const isOn =
    chosenTeams.length > 0 ||
    chosenChannels.length > 0 ||
    (preference.showsClosed ?? false) ||
    (preference.showsSnoozed ?? false)
  const mine = [...teams.values()]
    .filter((team) => self?.reader.isAdmin || self?.reader.teamIds.has(team.id))
    .toSorted(byTeam)
  const change = (part: InboxPreference) => rememberPreference(inbox, { ...preference, ...part })

  const open: MenuLine[] =
    inbox === "starred"
      ? []
      : [
          {
            kind: "choice",
            label: t("filter.state"),
            value: preference.showsClosed ? "closed" : preference.showsSnoozed ? "snoozed" : "open",
            choices: [
              { value: "open", label: t("filter.open") },
              // A mention is not put off with its conversation.
              ...(inbox === "mentions" ? [] : [{ value: "snoozed", label: t("filter.snoozed") }]),
              { value: "closed", label: t("filter.closed") },
            ],
            onChange: (value) =>
              change({ showsClosed: value === "closed", showsSnoozed: value === "snoozed" }),
          },
        ]
  const ofTeams: MenuLine[] =
    inbox.startsWith("team:") || mine.length < 2
      ? []
      : [
          {
            kind: "group",
            label: t("filter.teams"),
            lines: mine.map((team) => ({
              kind: "check",
              label: team.name,
              isChecked: chosenTeams.includes(team.id),
              onChange: (isChecked) => change({ teamIds: withOrWithout(chosenTeams, team.id, isChecked) }),
            })),
          },
        ]
  const ofChannels: MenuLine = {
    kind: "group",
    label: t("filter.channels"),
    lines: channels.options.map((channel) => ({
      kind: "check",
      label: channelWords(channel),
      isChecked: chosenChannels.includes(channel),
      onChange: (isChecked) => change({ channels: withOrWithout(chosenChannels, channel, isChecked) }),
    })),
  }
  return (
    <Menu
      align="end"
      isOpen={isOpen}
      onOpen={setOpen}
      button={<Button icon="filter" label={t("filter.button")} aria-pressed={isOn} />}
      lines={[
        ...open,
        ...ofTeams,
        ofChannels,
        ...(isOn
          ? [
              { kind: "line" } as const,
              {
                kind: "item",
                label: t("filter.clear"),
                onSelect: () =>
                  change({ teamIds: [], channels: [], showsClosed: false, showsSnoozed: false }),
              } as const,
            ]
          : []),
      ]}
    />
  )
}

function withOrWithout<T>(chosen: readonly T[], one: T, isIn: boolean): T[] {
  const others = chosen.filter((other) => other !== one)
  return isIn ? [...others, one] : others
}
