import { cloneElement, lazy, Suspense, useEffect, useState, type ReactElement, type ReactNode } from "react"
import { insist } from "../offline/offline.ts"
import type { IconName } from "./icon.tsx"

export type MenuLine =
  | {
      kind: "item"
      label: string
      icon?: IconName
      before?: ReactNode
      after?: ReactNode
      isDisabled?: boolean
      onSelect: () => void
    }
  | {
      kind: "check"
      label: string
      isChecked: boolean
      after?: ReactNode
      onChange: (isChecked: boolean) => void
    }
  | {
      kind: "choice"
      label: string
      value: string
      choices: readonly { value: string; label: string }[]
      onChange: (value: string) => void
    }
  | { kind: "group"; label: string; lines: readonly MenuLine[] }
  | { kind: "line" }

/** `button` opens it and must be one element that takes props and ref. `isOpen`, when given, decides from outside. */
export type MenuProps = {
  button: ReactElement<Record<string, unknown>>
  lines: readonly MenuLine[]
  side?: "bottom" | "top"
  align?: "start" | "end"
  isOpen?: boolean
  onOpen?: (isOpen: boolean) => void
}

const MenuPopup = lazy(() => insist(() => import("./menu-popup.tsx")))

/** Menus wait this long for what the first screen needs more, in milliseconds; a click ends the waiting. */
const LATER = 1_000

/**
 * A button and what falls out of it. Until the code is there the button stands alone in its place: nothing
 * shifts, and a click on it opens the menu as soon as there is one.
 */
export function Menu(props: MenuProps) {
  const { button, isOpen, onOpen } = props
  const [isDue, setDue] = useState(() => performance.now() > LATER * 3)
  const [wasAsked, setAsked] = useState(false)
  useEffect(() => {
    if (isDue) return
    const timer = setTimeout(() => setDue(true), LATER)
    return () => clearTimeout(timer)
  }, [isDue])
  const ask = () => {
    setDue(true)
    if (onOpen) onOpen(true)
    else setAsked(true)
  }
  const alone = cloneElement(button, {
    onClick: ask,
    "aria-haspopup": "menu",
    "aria-expanded": isOpen ?? wasAsked,
  })
  if (!isDue && !isOpen) return alone
  return (
    <Suspense fallback={alone}>
      <MenuPopup {...props} startsOpen={wasAsked} />
    </Suspense>
  )
}
