import { useState } from "react"
import { colorOf, initialsOf } from "../../protocol/visitor.ts"
import style from "./avatar.module.css"

/**
 * A photo, and until it has come, or without one, initials on the colour that belongs to the id. `name` is shown to
 * screen readers only with `isNamed`; elsewhere it stands beside.
 */
export function Avatar({
  id,
  name,
  photo,
  size = 32,
  isOnline = false,
  isNamed = false,
}: {
  id: string
  name: string
  photo?: string | null | undefined
  size?: 20 | 24 | 32 | 48 | 72
  isOnline?: boolean
  isNamed?: boolean
}) {
  const [broken, setBroken] = useState<string>()
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
      {photo && photo !== broken && <img src={photo} alt="" onError={() => setBroken(photo)} />}
    </span>
  )
}
