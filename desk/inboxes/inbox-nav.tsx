import { Link } from "@tanstack/react-router"
import type { InboxKey } from "../../protocol/values.ts"
import { useCounts, useSelf, useTeams } from "../replica/replica.ts"
import { byTeam, numberWords, t } from "../texts/texts.ts"
import { Icon } from "../ui/ui.ts"
import { AvailabilityMenu } from "./availability-menu.tsx"
import { inboxIcon, inboxWords } from "./inbox-words.ts"
import style from "./inbox-nav.module.css"

export function InboxNav({ inbox }: { inbox: InboxKey }) {
  const self = useSelf()
  const teams = useTeams()
  const mine = [...teams.values()].filter((team) => self?.reader.teamIds.has(team.id)).toSorted(byTeam)
  const fixed: InboxKey[] = [
    "me",
    "mentions",
    "unassigned",
    "starred",
    ...(self?.reader.isAdmin ? ["all"] : []),
  ]
  return (
    <nav className={style["nav"]} aria-label={t("inboxes.title")}>
      <ul>
        {fixed.map((key) => (
          <InboxLink key={key} inbox={key} isOpen={key === inbox} showsIcon />
        ))}
      </ul>
      <h2>{t("inboxes.teams")}</h2>
      <ul className={style["teams"]}>
        {mine.map((team) => (
          <InboxLink key={team.id} inbox={`team:${team.id}`} isOpen={inbox === `team:${team.id}`} />
        ))}
      </ul>
      <AvailabilityMenu />
    </nav>
  )
}

/** What calls for somebody stands out; the others only inform. */
const CALLING = new Set<InboxKey>(["me", "mentions", "unassigned"])

function InboxLink({
  inbox,
  isOpen,
  showsIcon = false,
}: {
  inbox: InboxKey
  isOpen: boolean
  showsIcon?: boolean
}) {
  const teams = useTeams()
  const count = useCounts().inboxes[inbox] ?? 0
  const name = inboxWords(inbox, teams)
  return (
    <li>
      <Link
        to="/inbox/$inbox"
        params={{ inbox }}
        className={style["link"]}
        aria-current={isOpen ? "page" : undefined}
        aria-label={count > 0 ? t("inboxes.counted", { name, count }) : name}
        data-calling={(count > 0 && CALLING.has(inbox)) || undefined}
      >
        {showsIcon && <Icon name={inboxIcon(inbox)} />}
        <span className={style["name"]}>{name}</span>
        {/* Drawn, not written: the name says it in words already. */}
        {count > 0 && <span className={style["count"]} data-count={numberWords(count)} />}
      </Link>
    </li>
  )
}
