import { issueWorkspace, useCounts, useSelf, useTeams, type Outcome } from "../replica/replica.ts"
import { byTeam, refusalWords, t } from "../texts/texts.ts"
import { Menu, showToast } from "../ui/ui.ts"
import style from "./availability-menu.module.css"

/** Available or Away by hand, single teams switched off, and how full one is. */
export function AvailabilityMenu() {
  const self = useSelf()
  const teams = useTeams()
  const open = useCounts().inboxes["me"] ?? 0
  if (!self) return null
  const { agent, reader } = self
  const state = agent.awayByHand || !agent.isAvailable ? t("availability.away") : t("availability.available")
  const load =
    agent.capacity === null
      ? t("availability.load", { count: open })
      : t("availability.loadOf", { open, capacity: agent.capacity })
  const mine = [...teams.values()].filter((team) => reader.teamIds.has(team.id)).toSorted(byTeam)
  return (
    <Menu
      side="top"
      button={
        <button
          type="button"
          className={style["button"]}
          aria-label={t("availability.button", { state, load })}
        >
          <i
            className={style["dot"]}
            data-available={(!agent.awayByHand && agent.isAvailable) || undefined}
          />
          {state}
          <span
            className={style["load"]}
            data-load={agent.capacity === null ? open : `${open} / ${agent.capacity}`}
          />
        </button>
      }
      lines={[
        {
          kind: "choice",
          label: t("availability.title"),
          value: agent.awayByHand ? "away" : "available",
          choices: [
            { value: "available", label: t("availability.available") },
            { value: "away", label: t("availability.away") },
          ],
          onChange: (value) => say(issueWorkspace("setAvailability", {}, { awayByHand: value === "away" })),
        },
        { kind: "line" },
        {
          kind: "group",
          label: t("availability.teams"),
          lines: mine.map((team) => ({
            kind: "check",
            label: team.isOpen ? team.name : t("availability.closed", { team: team.name }),
            isChecked: !agent.teamsOff.includes(team.id),
            onChange: (isOn) => say(issueWorkspace("setTeamOff", { teamId: team.id }, { isOff: !isOn })),
          })),
        },
        { kind: "line" },
        { kind: "group", label: load, lines: [] },
      ]}
    />
  )
}

function say(asked: Promise<Outcome>) {
  void asked.then((outcome) => {
    if (outcome.kind === "refused") showToast(refusalWords(outcome.refusal))
  })
}
