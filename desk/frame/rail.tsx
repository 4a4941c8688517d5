import { Link, useRouterState } from "@tanstack/react-router"
import { useCounts } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Icon } from "../ui/ui.ts"
import { SelfMenu } from "./self-menu.tsx"
import style from "./rail.module.css"

export function Rail() {
  const { badge } = useCounts()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const isSettings = path.startsWith("/settings")
  const isCustomers = path.startsWith("/customers")
  return (
    <nav className={style["rail"]} aria-label={t("rail.main")}>
      <Link
        to="/inbox/$inbox"
        params={{ inbox: "me" }}
        className={style["link"]}
        aria-current={isSettings || isCustomers ? undefined : "page"}
        aria-label={badge > 0 ? t("rail.serviceCounted", { count: badge }) : t("rail.service")}
        title={t("rail.service")}
      >
        <Icon name="chat" size={20} />
        {badge > 0 && <span className={style["badge"]}>{badge > 99 ? t("list.many") : badge}</span>}
      </Link>
      <Link
        to="/customers"
        className={style["link"]}
        aria-current={isCustomers ? "page" : undefined}
        aria-label={t("rail.customers")}
        title={t("rail.customers")}
      >
        <Icon name="people" size={20} />
      </Link>
      <Link
        to="/settings/$section"
        params={{ section: "profile" }}
        className={style["link"]}
        aria-current={isSettings ? "page" : undefined}
        aria-label={t("rail.settings")}
        title={t("rail.settings")}
      >
        <Icon name="gear" size={20} />
      </Link>
      <div className={style["self"]}>
        <SelfMenu side="top" />
      </div>
    </nav>
  )
}
