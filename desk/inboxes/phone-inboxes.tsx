import { useNavigate } from "@tanstack/react-router"
import type { InboxKey } from "../../protocol/values.ts"
import { useCounts, useSelf, useTeams } from "../replica/replica.ts"
import { byTeam, t } from "../texts/texts.ts"
import { Icon, Menu } from "../ui/ui.ts"
import { inboxWords } from "./inbox-words.ts"
import style from "./phone-inboxes.module.css"

/** On a phone the heading opens the inboxes that the bottom bar has no room for: teams and All. */
export function PhoneInboxes({ inbox }: { inbox: InboxKey }) {
  const teams = useTeams()
  const self = useSelf()
  const counts = useCounts()
  const navigate = useNavigate()
  const mine = [...teams.values()]
    .filter((team) => self?.reader.teamIds.has(team.id))
    .toSorted(byTeam)
    .map((team): InboxKey => `team:${team.id}`)
  const others: InboxKey[] = [...(self?.reader.isAdmin ? ["all"] : []), ...mine]
  return (
    <h1 className={style["title"]}>
      <Menu
        button={
          <button type="button" className={style["button"]}>
            {inboxWords(inbox, teams)}
            <Icon name="down" size={14} />
          </button>
        }
        lines={[
          {
            kind: "group",
            label: t("inboxes.teams"),
            lines: others.map((key) => ({
              kind: "item",
              label: inboxWords(key, teams),
              icon: key === inbox ? "check" : key === "all" ? "stack" : "people",
              after: counts.inboxes[key] || undefined,
              onSelect: () => void navigate({ to: "/inbox/$inbox", params: { inbox: key } }),
            })),
          },
        ]}
      />
    </h1>
  )
}
