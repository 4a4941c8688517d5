import { runAction } from "../actions/actions.ts"
import { useSelf, useWorkspace } from "../replica/replica.ts"
import { inOneLine, t } from "../texts/texts.ts"
import { Avatar, chooseScheme, Menu, SCHEMES, useScheme, type MenuLine } from "../ui/ui.ts"
import { askSession, useSession } from "./session.ts"
import { useSignOut } from "./use-sign-out.ts"
import style from "./self-menu.module.css"

/** Who one is here, the way to another workspace and the way out; at the foot of the rail, on phones in Settings. */
export function SelfMenu({ side }: { side: "top" | "bottom" }) {
  const self = useSelf()
  const workspace = useWorkspace()
  const { answer, place } = useSession()
  const scheme = useScheme()
  const signOut = useSignOut()
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
    <Menu
      side={side}
      button={
        <button type="button" className={style["face"]}>
          <Avatar
            id={self.agent.id}
            name={self.agent.name}
            photo={self.agent.photo}
            isOnline={self.agent.isAvailable}
            isNamed
          />
        </button>
      }
      lines={[
        {
          kind: "group",
          label: workspace ? inOneLine([self.agent.name, workspace.name]) : self.agent.name,
          lines: [],
        },
        ...others,
        {
          kind: "choice",
          label: t("self.scheme"),
          value: scheme,
          choices: SCHEMES.map((value) => ({ value, label: t(`scheme.${value}`) })),
          onChange: (value) => chooseScheme(SCHEMES.find((known) => known === value) ?? "system"),
        },
        { kind: "line" },
        { kind: "item", label: t("action.palette"), icon: "command", onSelect: () => runAction("palette") },
        { kind: "item", label: t("action.keyList"), after: "?", onSelect: () => runAction("keyList") },
        { kind: "item", label: t("action.signOut"), onSelect: signOut },
      ]}
    />
  )
}
