import { colorOf, initialsOf } from "../../protocol/visitor.ts"
import style from "./avatar.module.css"

/** Initials on the colour that belongs to the id. `name` is shown to screen readers only with `isNamed`; elsewhere it stands beside. */
export function Avatar({
  id,
  name,
  size = 32,
  isOnline = false,
  isNamed = false,
}: {
  id: string
  name: string
  size?: 20 | 24 | 32 | 48
  isOnline?: boolean
  isNamed?: boolean
}) {
  const naming = isNamed
    ? ({ role: "img", "aria-label": name, title: name } as const)
    : ({ "aria-hidden": true } as const)
  return (
    <span
      className={style["avatar"]}
      data-size={size}
      data-online={isOnline || undefined}
      style={{ background: colorOf(id) }}
      {...naming}
    >
      {initialsOf(name)}
    </span>
  )
}
