/**
 * The panel: home and conversation, and one composer under both, so that whoever opens the chat can simply write.
 * Rendered into the launcher's shadow root; it is there, without being shown, as soon as somebody has written, to
 * keep the stream and the count on the launcher.
 */
import { render } from "preact"
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { Composer, type ComposerControl } from "./composer.tsx"
import { Conversation } from "./conversation.tsx"
import { Home } from "./home.tsx"
import type { Launcher, Panel } from "./launcher.ts"
import filesCss from "./files.css?inline"
import css from "./panel.css?inline"
import wordsCss from "./words.css?inline"
import { localeOf } from "../protocol/languages.ts"
import { loadPanelTexts, type PanelTexts } from "./texts.ts"
import { createVisitor, type Visitor, type VisitorState } from "./visitor.ts"

export async function start(launcher: Launcher, make = createVisitor): Promise<Panel> {
  const texts = await loadPanelTexts(launcher.language)
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css + wordsCss + filesCss)
  launcher.root.adoptedStyleSheets = [...launcher.root.adoptedStyleSheets, sheet]
  const place = document.createElement("div")
  launcher.stage.prepend(place)

  const control: Control = { isOpen: false, isTalking: false, open: () => {}, close: () => {} }
  const paint = () =>
    render(
      <ChatPanel
        launcher={launcher}
        texts={texts}
        visitor={visitor}
        state={{ ...visitor.state }}
        control={control}
      />,
      place,
    )
  const visitor = make({
    origin: launcher.origin,
    sourceId: launcher.settings.sourceId,
    language: launcher.languages[0],
    onChange: (state) => {
      launcher.showUnread(state.unread, texts.unread(state.unread))
      // The first change is told while the visitor is still being made.
      queueMicrotask(paint)
    },
  })
  control.open = (isTalking) => {
    control.isOpen = true
    control.isTalking = isTalking
    visitor.refreshHome()
    launcher.showOpen(texts.closeChat)
    paint()
  }
  control.close = () => {
    control.isOpen = false
    launcher.showOpen()
    visitor.typed(false)
    paint()
    launcher.focus()
  }
  return {
    toggle(isOpen = !control.isOpen) {
      if (isOpen === control.isOpen) return
      if (isOpen) control.open(visitor.hasWritten())
      else control.close()
    },
    answerProactive(text) {
      visitor.say(text, true)
      control.open(true)
    },
    identify: visitor.identify,
    reset() {
      visitor.reset()
      control.close()
    },
  }
}

export type Control = { isOpen: boolean; isTalking: boolean; open(isTalking: boolean): void; close(): void }

function ChatPanel({
  launcher,
  texts,
  visitor,
  state,
  control,
}: {
  launcher: Launcher
  texts: PanelTexts
  visitor: Visitor
  state: VisitorState
  control: Control
}) {
  const { company } = launcher.settings
  const locale = localeOf(texts.language, launcher.languages)
  const composer = useRef<ComposerControl>(null)
  const panel = useRef<HTMLElement>(null)
  const height = useVisibleHeight(control.isOpen)
  const [isFresh, setFresh] = useState(false)

  useLayoutEffect(() => {
    if (!control.isOpen) return
    setFresh(true)
    // On a touch screen the keyboard would cover what the visitor came to read.
    if (matchMedia("(pointer: coarse)").matches) panel.current?.focus({ preventScroll: true })
    else composer.current?.focus()
  }, [control.isOpen])

  // Who is here changes while the chat stands open.
  useEffect(() => {
    if (!control.isOpen) return
    const timer = setInterval(visitor.refreshHome, 60_000)
    return () => clearInterval(timer)
  }, [control.isOpen, visitor])

  if (!control.isOpen) return null
  return (
    <section
      ref={panel}
      class={isFresh ? "panel" : "panel arriving"}
      role="dialog"
      aria-label={texts.chatWith(company)}
      tabIndex={-1}
      style={height ? { "--visible-height": `${height}px` } : {}}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) control.close()
      }}
    >
      {control.isTalking ? (
        <Conversation
          company={company}
          replyLine={launcher.settings.replyLine}
          state={state}
          visitor={visitor}
          texts={texts}
          locale={locale}
          onBack={() => control.open(false)}
          onClose={control.close}
          onEdit={(text) => composer.current?.put(text)}
        />
      ) : (
        <Home
          settings={launcher.settings}
          origin={launcher.origin}
          state={state}
          texts={texts}
          locale={locale}
          onClose={control.close}
          onStart={() => (control.open(true), composer.current?.focus())}
        />
      )}
      <Composer
        key={state.person}
        control={composer}
        texts={texts}
        draft={state.draft}
        onDraft={(text) => {
          visitor.draft(text)
          visitor.typed(text.trim() !== "")
        }}
        onSend={(text) => {
          visitor.say(text)
          control.open(true)
        }}
        attached={state.attached}
        onAttach={visitor.attach}
        onDetach={visitor.detach}
        onAttachAgain={visitor.attachAgain}
        attaching={visitor.attaching}
      />
    </section>
  )
}

/** On phones the keyboard covers the page without resizing it; the panel keeps to what is left. */
function useVisibleHeight(isOpen: boolean): number | undefined {
  const [height, setHeight] = useState<number>()
  useEffect(() => {
    const view = window.visualViewport
    if (!isOpen || !view) return
    const measure = () => setHeight(Math.round(view.height))
    measure()
    view.addEventListener("resize", measure)
    return () => view.removeEventListener("resize", measure)
  }, [isOpen])
  return height
}
