/** The first view: who answers here, how soon, and the way into the conversation. */
import type { HomeAnswer, LauncherSettings } from "../protocol/visitor.ts"
import { Faces } from "./faces.tsx"
import { CloseIcon } from "./icons.tsx"
import type { PanelTexts } from "./texts.ts"
import { backWords } from "./times.ts"
import type { VisitorState } from "./visitor.ts"

export function Home({
  settings,
  origin,
  state,
  texts,
  locale,
  onStart,
  onClose,
}: {
  settings: LauncherSettings
  origin: string
  state: VisitorState
  texts: PanelTexts
  locale: string
  onStart: () => void
  onClose: () => void
}) {
  const { home } = state
  const last = state.outgoing.at(-1) ?? state.messages.at(-1)
  return (
    <div class="home">
      <div class="hero">
        <button type="button" class="plain close" aria-label={texts.closeChat} onClick={onClose}>
          <CloseIcon />
        </button>
        {settings.logo && (
          <img
            class="logo"
            src={new URL(settings.logo, origin).href}
            alt=""
            onError={(event) => event.currentTarget.remove()}
          />
        )}
        <div class="hero-faces">{home && <Faces faces={home.faces} origin={origin} />}</div>
        <h2 dir="auto">{settings.greeting}</h2>
        <p dir="auto">{settings.company}</p>
      </div>
      <div class="start">
        <div class="promise">
          {home && <Promised home={home} replyLine={settings.replyLine} texts={texts} locale={locale} />}
        </div>
        {last && (
          <p class="last" dir="auto">
            {("agent" in last && last.agent?.name) || texts.you}: {last.text}
          </p>
        )}
        <button type="button" class="act" onClick={onStart}>
          {last ? texts.continueConversation : texts.startConversation}
        </button>
      </div>
      <p class="by">{texts.poweredBy}</p>
    </div>
  )
}

/** Says only what is true: no reply time without answers to measure, nobody's presence that is not. */
function Promised({
  home: { availableCount, replyMinutes, opensAt },
  replyLine,
  texts,
  locale,
}: {
  home: HomeAnswer
  replyLine: string
  texts: PanelTexts
  locale: string
}) {
  const presence = availableCount > 0 ? texts.here(availableCount) : texts.nobodyHereYet
  const promise =
    availableCount === 0
      ? opensAt === null
        ? texts.nobodyHere
        : backWords(Date.parse(opensAt), texts, locale)
      : replyLine || (replyMinutes === null ? undefined : texts.repliesWithin(replyMinutes))
  return (
    <>
      {promise && <b dir="auto">{promise}</b>}
      <span class={promise ? "muted" : "strong"} dir="auto">
        {availableCount > 0 && <i class="dot" />}
        {presence}
      </span>
    </>
  )
}
