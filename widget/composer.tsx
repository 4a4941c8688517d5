/** The field the visitor writes in. Enter sends, Shift+Enter breaks the line; it grows with the text. */
import type { RefObject } from "preact"
import { useImperativeHandle, useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Attachment } from "./attaching.ts"
import { Attachments } from "./attachments.tsx"
import { EmojiPicker } from "./emoji.tsx"
import { ClipIcon, SendIcon, SmileIcon } from "./icons.tsx"
import type { PanelTexts } from "./texts.ts"

export type ComposerControl = { focus(): void; put(text: string): void }

/** The server's limit (protocol/text.ts), said before sending instead of after. */
const MOST_TEXT = 10_000

export function Composer(o: {
  control: RefObject<ComposerControl | null>
  texts: PanelTexts
  draft: string
  onDraft: (text: string) => void
  onSend: (text: string) => void
  attached: Attachment[]
  onAttach: (files: File[]) => void
  onDetach: (id: string) => void
  onAttachAgain: (id: string) => void
}) {
  const { texts } = o
  const field = useRef<HTMLTextAreaElement>(null)
  const chooser = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(o.draft)
  const [isPicking, setPicking] = useState(false)
  const over = text.trim().length - MOST_TEXT
  const isReady = o.attached.every(({ received, size }) => received === size)
  const canSend = (text.trim() !== "" || o.attached.length > 0) && isReady && over <= 0

  function change(next: string): void {
    setText(next)
    o.onDraft(next)
  }

  useImperativeHandle(o.control, () => ({
    focus: () => field.current?.focus({ preventScroll: true }),
    put(next) {
      change(text.trim() ? `${text}\n${next}` : next)
      field.current?.focus({ preventScroll: true })
    },
  }))

  useLayoutEffect(() => {
    const area = field.current
    if (!area) return
    area.style.height = "auto"
    area.style.height = `${Math.min(area.scrollHeight, 140)}px`
  }, [text])

  function send(): void {
    if (!canSend) return
    o.onSend(text)
    setText("")
    setPicking(false)
    field.current?.focus({ preventScroll: true })
  }

  function pick(emoji: string): void {
    const area = field.current
    setPicking(false)
    if (!area) return
    area.focus({ preventScroll: true })
    area.setRangeText(emoji, area.selectionStart, area.selectionEnd, "end")
    change(area.value)
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {isPicking && (
        <EmojiPicker
          label={texts.emoji}
          onPick={pick}
          onLeave={() => {
            setPicking(false)
            field.current?.focus()
          }}
        />
      )}
      {o.attached.length > 0 && (
        <Attachments files={o.attached} texts={texts} onRetry={o.onAttachAgain} onRemove={o.onDetach} />
      )}
      {over > 0 && (
        <p class="over" role="status">
          {texts.tooLong(over)}
        </p>
      )}
      <textarea
        ref={field}
        rows={1}
        value={text}
        dir="auto"
        aria-label={texts.message}
        placeholder={texts.typeAMessage}
        enterkeyhint="send"
        onInput={(event) => change(event.currentTarget.value)}
        onFocus={() => setPicking(false)}
        onPaste={(event) => {
          const pasted = [...(event.clipboardData?.files ?? [])]
          if (pasted.length === 0) return
          event.preventDefault()
          o.onAttach(pasted)
        }}
        onKeyDown={(event) => {
          // Safari sends the Enter that ends a composition after it, with key code 229.
          if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return
          event.preventDefault()
          send()
        }}
      />
      <button type="button" class="plain" aria-label={texts.attach} onClick={() => chooser.current?.click()}>
        <ClipIcon />
      </button>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          o.onAttach([...(currentTarget.files ?? [])])
          // The same file once more is another choice.
          currentTarget.value = ""
        }}
      />
      <button
        type="button"
        class="plain"
        aria-label={texts.emoji}
        aria-expanded={isPicking}
        onClick={() => setPicking(!isPicking)}
      >
        <SmileIcon />
      </button>
      <button type="submit" class="plain go" aria-label={texts.sendMessage} disabled={!canSend}>
        <SendIcon />
      </button>
    </form>
  )
}
