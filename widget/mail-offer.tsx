/** Below the last message while nobody is there: the answer can be mailed, too. Loaded when it is first to be seen. */
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import css from "./mail-offer.css?inline"
import { mailRefusalWords, type PanelTexts } from "./texts.ts"
import type { Visitor, VisitorState } from "./visitor.ts"

const sheet = new CSSStyleSheet()
sheet.replaceSync(css)

export function MailOffer({
  state,
  visitor,
  texts,
}: {
  state: VisitorState
  visitor: Visitor
  texts: PanelTexts
}) {
  const box = useRef<HTMLFormElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const [refusal, setRefusal] = useState<string>()
  const [isAsking, setAsking] = useState(false)
  const { mailsTo } = state

  useLayoutEffect(() => {
    const root = box.current?.getRootNode()
    if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(sheet))
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
  }, [])

  async function ask(email: string | null): Promise<void> {
    setAsking(true)
    setRefusal(await visitor.mailTo(email))
    setAsking(false)
  }

  return (
    <form
      ref={box}
      class="mail-offer"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const email = field.current?.value.trim() ?? ""
        if (email !== "" && !isAsking) void ask(email)
      }}
    >
      <p role="status">{mailsTo ? texts.mailsTo(mailsTo) : texts.mailOffer}</p>
      {mailsTo ? (
        <button type="button" class="plain-words" onClick={() => void ask(null)}>
          {texts.mailNot}
        </button>
      ) : (
        <span class="line">
          <input
            ref={field}
            type="email"
            dir="ltr"
            autocomplete="email"
            maxLength={254}
            aria-label={texts.email}
            placeholder={texts.email}
            aria-invalid={refusal !== undefined}
            onInput={() => setRefusal(undefined)}
          />
          <button type="submit" aria-disabled={isAsking}>
            {texts.mailMe}
          </button>
        </span>
      )}
      {refusal !== undefined && (
        <p class="wrong" role="alert">
          {mailRefusalWords(texts, refusal)}
        </p>
      )}
    </form>
  )
}
