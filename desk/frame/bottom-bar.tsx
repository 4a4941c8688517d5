import { Link } from "@tanstack/react-router"
import { useCounts } from "../replica/replica.ts"
import { inboxIcon } from "../inboxes/inboxes.ts"
import { t } from "../texts/texts.ts"
import { Icon } from "../ui/ui.ts"
import style from "./bottom-bar.module.css"

const INBOXES = ["me", "mentions", "unassigned", "starred"] as const

/** The phone's way around, in place of the rail and the inboxes beside it. */
export function BottomBar({ path }: { path: string }) {
  const { inboxes } = useCounts()
  return (
    <nav className={style["bar"]} aria-label={t("inboxes.title")}>
      {INBOXES.map((inbox) => {
        const count = inboxes[inbox] ?? 0
        const name = t(`inbox.${inbox}`)
        const isOpen = path.startsWith(`/inbox/${inbox}`)
        return (
          <Link
            key={inbox}
            to="/inbox/$inbox"
            params={{ inbox }}
            className={style["link"]}
            aria-current={isOpen ? "page" : undefined}
            aria-label={count > 0 ? t("inboxes.counted", { name, count }) : name}
          >
            <Icon name={inboxIcon(inbox)} size={20} />
            <span className={style["name"]}>{name}</span>
            {count > 0 && inbox !== "starred" && (
              <span className={style["badge"]} data-count={count > 99 ? t("list.many") : count} />
            )}
          </Link>
        )
      })}
      <Link
        to="/customers"
        className={style["link"]}
        aria-current={path.startsWith("/customers") ? "page" : undefined}
      >
        <Icon name="people" size={20} />
        <span className={style["name"]}>{t("rail.customers")}</span>
      </Link>
      <Link
        to="/settings/$section"
        params={{ section: "profile" }}
        className={style["link"]}
        aria-current={path.startsWith("/settings") ? "page" : undefined}
      >
        <Icon name="gear" size={20} />
        <span className={style["name"]}>{t("rail.settings")}</span>
      </Link>
    </nav>
  )
}
