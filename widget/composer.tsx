/** The field the visitor writes in. Enter sends, Shift+Enter breaks the line; it grows with the text. */
import type { RefObject } from "preact"
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Recorded } from "../protocol/recording.ts"
import type { Attaching, Attachment } from "./attaching.ts"
import { Attachments } from "./attachments.tsx"
import { EmojiPicker } from "./emoji.tsx"
import { ClipIcon, MicIcon, SendIcon, SmileIcon } from "./icons.tsx"
import type { PanelTexts } from "./texts.ts"
import { useVoices } from "./voices.ts"

export type ComposerControl = { focus(): void; put(text: string): void }

/** The server's limit (protocol/text.ts), said before sending instead of after. */
const MOST_TEXT = 10_000
/** Milliseconds for which Undo is offered. */
const NOTICE_LIFE = 8_000

export function Composer(o: {
  control: RefObject<ComposerControl | null>
  texts: PanelTexts
  draft: { text: string }
  onDraft: (text: string) => void
  onSend: (text: string) => void
  attached: Attachment[]
  onAttach: (files: File[]) => void
  onDetach: (id: string) => void
  onAttachAgain: (id: string) => void
  attaching: () => Promise<Attaching>
}) {
  const { texts } = o
  const field = useRef<HTMLTextAreaElement>(null)
  const chooser = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(o.draft.text)
  const [isPicking, setPicking] = useState(false)
  const [isRecording, setRecording] = useState(false)
  const [notice, setNotice] = useState<{ deleted?: Recorded; trouble?: string }>({})
  const isHeld = useRef(false)
  const voices = useVoices(isRecording, () => {
    setRecording(false)
    setNotice({ trouble: texts.cannotRecord["not-loaded"] })
  })
  const over = text.trim().length - MOST_TEXT
  const isReady = !isRecording && o.attached.every(({ received, size }) => received === size)
  const canSend = (text.trim() !== "" || o.attached.length > 0) && isReady && over <= 0

  // Sent in another tab.
  useLayoutEffect(() => setText(o.draft.text), [o.draft])

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

  useEffect(() => {
    const timer = setTimeout(() => setNotice({}), NOTICE_LIFE)
    return () => clearTimeout(timer)
  }, [notice])

  function startRecording(): void {
    setNotice({})
    setPicking(false)
    setRecording(true)
  }

  function attach(files: File[]): void {
    o.attaching().then(
      () => o.onAttach(files),
      () => setNotice({ trouble: texts.mailRefusals.later }),
    )
  }

  /** What was said cannot be chosen once more, so its deletion can be undone. */
  async function removeFile(id: string): Promise<void> {
    const voice = o.attached.find((file) => file.id === id)?.voice
    const bytes = voice && (await (await o.attaching()).bytesOf(id))
    o.onDetach(id)
    if (voice && bytes)
      setNotice({ deleted: { file: new File([bytes], "voice-message", { type: bytes.type }), voice } })
  }

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
        <Attachments
          files={o.attached}
          texts={texts}
          attaching={o.attaching}
          onRetry={o.onAttachAgain}
          onRemove={(id) => void removeFile(id)}
        />
      )}
      {isRecording && voices && (
        <voices.VoiceRecorder
          texts={texts}
          attaching={o.attaching}
          isHeld={isHeld}
          onOver={(result) => {
            setRecording(false)
            setNotice(result)
            field.current?.focus({ preventScroll: true })
          }}
        />
      )}
      <p class="notice" role="status" hidden={!notice.deleted && !notice.trouble}>
        {notice.trouble}
        {notice.deleted && (
          <>
            {texts.voiceDeleted}{" "}
            <button
              type="button"
              onClick={() => {
                const { deleted } = notice
                setNotice({})
                if (deleted)
                  o.attaching().then(
                    (opened) => opened.addVoice(deleted),
                    () => setNotice({ deleted }),
                  )
                field.current?.focus({ preventScroll: true })
              }}
            >
              {texts.undo}
            </button>
          </>
        )}
      </p>
      {over > 0 && (
        <p class="over" role="status">
          {texts.tooLong(over)}
        </p>
      )}
      <textarea
        ref={field}
        rows={1}
        value={text}
        // Empty it has no direction of its own.
        dir={text === "" ? undefined : "auto"}
        aria-label={texts.message}
        placeholder={texts.typeAMessage}
        enterkeyhint="send"
        onInput={(event) => change(event.currentTarget.value)}
        onFocus={() => setPicking(false)}
        onPaste={(event) => {
          const pasted = [...(event.clipboardData?.files ?? [])]
          if (pasted.length === 0) return
          event.preventDefault()
          attach(pasted)
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
          attach([...(currentTarget.files ?? [])])
          // The same file once more is another choice.
          currentTarget.value = ""
        }}
      />
      <button
        type="button"
        class="plain mic"
        aria-label={texts.record}
        aria-pressed={isRecording}
        onPointerDown={({ button }) => {
          if (button !== 0) return
          isHeld.current = true
          addEventListener("pointerup", () => (isHeld.current = false), { once: true })
          startRecording()
        }}
        onClick={startRecording}
        onContextMenu={(event) => event.preventDefault()}
      >
        <MicIcon />
      </button>
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
