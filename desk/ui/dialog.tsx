import { lazy, Suspense, type ReactNode } from "react"
import { insist } from "../offline/offline.ts"

export type DialogProps = {
  title: string
  closeLabel: string
  isOpen: boolean
  onClose: () => void
  /** A sheet comes in from the side and fills the height; a box stands in the middle. */
  shape?: "box" | "sheet"
  children: ReactNode
}

const DialogPopup = lazy(() => insist(() => import("./dialog-popup.tsx")))

/** Modal: focus goes in, stays in and comes back. Its code loads when it is first opened. */
export function Dialog(props: DialogProps) {
  if (!props.isOpen) return null
  return (
    <Suspense fallback={null}>
      <DialogPopup {...props} />
    </Suspense>
  )
}
