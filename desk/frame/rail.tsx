import { Link, useRouterState } from "@tanstack/react-router"
import { accountCommands } from "../../protocol/commands.ts"
import { request, useCounts, useSelf, useWorkspace } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Avatar, Icon, Menu, type MenuLine } from "../ui/ui.ts"
import { askSession, signOut, useSession } from "./session.ts"
import style from "./rail.module.css"

export function Rail({ onKeys }: { onKeys: () => void }) {
  const { badge } = useCounts()
  const isSettings = useRouterState({ select: (state) => state.location.pathname.startsWith("/settings") })
  return (
    <nav className={style["rail"]} aria-label={t("rail.main")}>
      <Link
        to="/inbox/$inbox"
        params={{ inbox: "me" }}
        className={style["link"]}
        aria-current={isSettings ? undefined : "page"}
        aria-label={badge > 0 ? t("rail.serviceCounted", { count: badge }) : t("rail.service")}
        title={t("rail.service")}
      >
        <Icon name="chat" size={20} />
        {badge > 0 && <span className={style["badge"]}>{badge > 99 ? t("list.many") : badge}</span>}
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
      <SelfMenu onKeys={onKeys} />
    </nav>
  )
}

function SelfMenu({ onKeys }: { onKeys: () => void }) {
  const self = useSelf()
  const workspace = useWorkspace()
  const { answer, place } = useSession()
  if (!self) return null
  const others: MenuLine[] =
    (answer?.workspaces ?? []).length < 2
      ? []
      : [
          {
            kind: "choice",
            label: t("self.workspaces"),
            value: place?.workspaceId ?? "",
            choices: (answer?.workspaces ?? []).map(({ id, name }) => ({ value: id, label: name })),
            onChange: (id) => void askSession(id),
          },
          { kind: "line" },
        ]
  return (
    <div className={style["self"]}>
      <Menu
        side="top"
        button={
          <button type="button" className={style["face"]}>
            <Avatar id={self.agent.id} name={self.agent.name} isOnline={self.agent.isAvailable} isNamed />
          </button>
        }
        lines={[
          {
            kind: "group",
            label: workspace ? `${self.agent.name} · ${workspace.name}` : self.agent.name,
            lines: [],
          },
          ...others,
          { kind: "item", label: t("self.keys"), after: "?", onSelect: onKeys },
          {
            kind: "item",
            label: t("self.signOut"),
            onSelect: () =>
              void signOut(() =>
                request("POST", accountCommands.signOut.path, {}, accountCommands.signOut.answer),
              ),
          },
        ]}
      />
    </div>
  )
}
