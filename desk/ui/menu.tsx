import {
  cloneElement,
  lazy,
  Suspense,
  useEffect,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
} from "react"
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

const loadPopup = () => insist(() => import("./menu-popup.tsx"))
const MenuPopup = lazy(loadPopup)

/** The code of menus waits this long for what the first screen needs more, in milliseconds. */
const LATER = 1_000

/**
 * A button and what falls out of it. Until it is first used the button stands alone in its place: nothing shifts, and
 * what menus need is not made for the many that nobody opens. Its use opens the menu as soon as the code is there.
 */
export function Menu(props: MenuProps) {
  const { button, isOpen, onOpen } = props
  const [askedBy, setAskedBy] = useState<"pointer" | "key">()
  useEffect(() => {
    const timer = setTimeout(() => void loadPopup(), LATER)
    return () => clearTimeout(timer)
  }, [])
  // Opened from outside for the first time: stays mounted, so that closing gives the focus back.
  useEffect(() => {
    if (isOpen) setAskedBy((before) => before ?? "pointer")
  }, [isOpen])
  const ask = (by: "pointer" | "key") => {
    setAskedBy(by)
    onOpen?.(true)
  }
  const alone = cloneElement(button, {
    // A click that Enter or Space makes is none of a pointer's.
    onClick: (event: MouseEvent) => ask(event.detail === 0 ? "key" : "pointer"),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return
      event.preventDefault()
      ask("key")
    },
    "aria-haspopup": "menu",
    "aria-expanded": isOpen ?? askedBy !== undefined,
  })
  if (askedBy === undefined && isOpen !== true) return alone
  return (
    <Suspense fallback={alone}>
      <MenuPopup {...props} startsOpen={isOpen === undefined} startsAtItem={askedBy === "key"} />
    </Suspense>
  )
}
