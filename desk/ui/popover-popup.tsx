import { Popover } from "@base-ui/react/popover"
import type { ReactNode } from "react"
import type { PopoverProps } from "./popover.tsx"
import { useCloseOnBack } from "./use-close-on-back.ts"
import { usePlainGuards } from "./use-plain-guards.ts"
import style from "./popover-popup.module.css"

export default function PopoverPopup({ anchor, title, isOpen, onClose, children }: PopoverProps) {
  useCloseOnBack(onClose)
  return (
    <Popover.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Popover.Portal>
        <Popover.Positioner
          anchor={anchor}
          side="top"
          align="end"
          sideOffset={8}
          collisionPadding={8}
          className={style["place"]}
        >
          <Popover.Popup className={style["popup"]} aria-label={title} finalFocus={anchor}>
            <Body>{children}</Body>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function Body({ children }: { children: ReactNode }) {
  usePlainGuards()
  return children
}
