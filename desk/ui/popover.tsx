import { lazy, Suspense, type ReactNode, type RefObject } from "react"
import { insist } from "../offline/offline.ts"

export type PopoverProps = {
  /** What it stands beside; it gets the focus back. */
  anchor: RefObject<HTMLElement | null>
  title: string
  isOpen: boolean
  onClose: () => void
  children: ReactNode
}

const PopoverPopup = lazy(() => insist(() => import("./popover-popup.tsx")))

/** Not modal: a click beside it or Escape closes it. Its code loads when it is first opened. */
export function Popover(props: PopoverProps) {
  if (!props.isOpen) return null
  return (
    <Suspense fallback={null}>
      <PopoverPopup {...props} />
    </Suspense>
  )
}
