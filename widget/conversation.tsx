/** The dialogue: the agent at the top, the timeline, and what is on its way. */
import { useEffect, useState } from "preact/hooks"
import type { HomeAnswer } from "../protocol/visitor.ts"
import { Avatar, Faces } from "./faces.tsx"
import { BackIcon, CloseIcon } from "./icons.tsx"
import type * as MailOfferModule from "./mail-offer.tsx"
import type { PanelTexts } from "./texts.ts"
import { backWords } from "./times.ts"
import { Timeline } from "./timeline.tsx"
import type { Visitor, VisitorState } from "./visitor.ts"

export function Conversation(o: {
  company: string
  replyLine: string
  state: VisitorState
  visitor: Visitor
  texts: PanelTexts
  locale: string
  onBack: () => void
  onClose: () => void
  onEdit: (text: string) => void
}) {
  const { state, texts, company } = o
  const agent = state.messages.findLast((message) => message.agent)?.agent
  const isWaiting = state.messages.at(-1)?.agent === null && state.outgoing.length === 0
  const isOffered =
    isWaiting && state.mailsTo !== undefined && state.home?.availableCount === 0 && state.home.takesEmail
  const [offer, setOffer] = useState<typeof MailOfferModule>()
  useEffect(() => {
    // Without a network there is no offer.
    if (isOffered && !offer) import("./mail-offer.tsx").then(setOffer, () => {})
  }, [isOffered, offer])
  return (
    <>
      <div class="top">
        <button type="button" class="plain" aria-label={texts.back} onClick={o.onBack}>
          <BackIcon />
        </button>
        {agent ? (
          <Avatar face={agent} origin={o.visitor.origin} />
        ) : (
          state.home && <Faces faces={state.home.faces.slice(0, 2)} origin={o.visitor.origin} />
        )}
        <div class="who">
          <h2 dir="auto">{agent?.name ?? company}</h2>
          {state.home && (
            <Presence home={state.home} replyLine={o.replyLine} texts={texts} locale={o.locale} />
          )}
        </div>
        <button type="button" class="plain close" aria-label={texts.closeChat} onClick={o.onClose}>
          <CloseIcon />
        </button>
      </div>
      <Timeline
        company={company}
        state={state}
        visitor={o.visitor}
        texts={texts}
        locale={o.locale}
        onEdit={o.onEdit}
      />
      {isOffered && offer && <offer.MailOffer state={state} visitor={o.visitor} texts={texts} />}
      {state.isOffline && (
        <p class="bar" role="status">
          {texts.offline}
        </p>
      )}
    </>
  )
}

function Presence({
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
  if (availableCount === 0)
    return (
      <p class="muted">{opensAt === null ? texts.away : backWords(Date.parse(opensAt), texts, locale)}</p>
    )
  return (
    <p class="muted">
      <i class="dot" />
      {replyLine || (replyMinutes === null ? texts.hereNow : texts.repliesWithin(replyMinutes))}
    </p>
  )
}
