import { Dialog } from "@base-ui/react/dialog"
import { Button } from "./button.tsx"
import type { ReactNode } from "react"
import type { DialogProps } from "./dialog.tsx"
import { useCloseOnBack } from "./use-close-on-back.ts"
import { useSwipeBack } from "./use-swipe-back.ts"
import { usePlainGuards } from "./use-plain-guards.ts"
import style from "./dialog-popup.module.css"

export default function DialogPopup({
  title,
  closeLabel,
  isOpen,
  onClose,
  shape = "box",
  children,
}: DialogProps) {
  const swipe = useSwipeBack(onClose)
  useCloseOnBack(onClose)
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={style["behind"]} />
        <Dialog.Popup className={style[shape]} {...(shape === "sheet" ? swipe : {})}>
          <header className={style["head"]}>
            <Dialog.Title className={style["title"]}>{title}</Dialog.Title>
            <Dialog.Close render={<Button icon="close" label={closeLabel} />} />
          </header>
          <Body>{children}</Body>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Body({ children }: { children: ReactNode }) {
  usePlainGuards()
  return <div className={style["body"]}>{children}</div>
}
