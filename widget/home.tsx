/** The first view: who answers here, how soon, and the way into the conversation. */
import type { LauncherSettings } from "../protocol/visitor.ts"
import { Faces } from "./faces.tsx"
import { CloseIcon } from "./icons.tsx"
import type { PanelTexts } from "./texts.ts"
import type { VisitorState } from "./visitor.ts"

export function Home({
  settings,
  state,
  texts,
  onStart,
  onClose,
}: {
  settings: LauncherSettings
  state: VisitorState
  texts: PanelTexts
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
        <div class="hero-faces">{home && <Faces faces={home.faces} />}</div>
        <h2 dir="auto">{home?.greeting ?? settings.greeting}</h2>
        <p dir="auto">{home?.company ?? settings.company}</p>
      </div>
      <div class="start">
        <div class="promise">
          {home && (
            <Promised availableCount={home.availableCount} replyMinutes={home.replyMinutes} texts={texts} />
          )}
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
  availableCount,
  replyMinutes,
  texts,
}: {
  availableCount: number
  replyMinutes: number | null
  texts: PanelTexts
}) {
  const presence = availableCount > 0 ? texts.here(availableCount) : texts.nobodyHereYet
  const promise =
    availableCount === 0
      ? texts.nobodyHere
      : replyMinutes === null
        ? undefined
        : texts.repliesWithin(replyMinutes)
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
