import { lazy, Suspense, useRef, useState, type RefObject } from "react"
import { insist } from "../offline/offline.ts"
import { useActions } from "../actions/actions.ts"
import { t } from "../texts/texts.ts"
import { Button, Popover } from "../ui/ui.ts"

const EmojiChoice = lazy(() => insist(() => import("./emoji-choice.tsx")))

type EmojiProps = {
  field: RefObject<HTMLTextAreaElement | null>
  /** The whole text with the emoji in it. */
  onText: (text: string) => void
}

/** Puts an emoji where the caret is. What there is to choose from is loaded with the first use. */
export function EmojiButton({ field, onText }: EmojiProps) {
  const button = useRef<HTMLButtonElement>(null)
  const [isOpen, setOpen] = useState(false)
  useActions({ emoji: () => setOpen(true) })
  const insert = (emoji: string) => {
    const element = field.current
    if (!element) return
    const { value, selectionStart, selectionEnd } = element
    onText(value.slice(0, selectionStart) + emoji + value.slice(selectionEnd))
    setOpen(false)
    const caret = selectionStart + emoji.length
    // Once the text is there.
    requestAnimationFrame(() => {
      element.focus()
      element.setSelectionRange(caret, caret)
    })
  }
  return (
    <>
      <Button
        ref={button}
        icon="smile"
        label={t("emoji.button")}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      />
      <Popover anchor={button} title={t("emoji.title")} isOpen={isOpen} onClose={() => setOpen(false)}>
        <Suspense fallback={null}>
          <EmojiChoice onPick={insert} />
        </Suspense>
      </Popover>
    </>
  )
}
