/** The messages, oldest first, in runs and days; older ones load at the top without moving what is being read. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { Files } from "./files.tsx"
import { DownIcon } from "./icons.tsx"
import { runsOf, unreadIn, type Bubble, type Run } from "./messages.ts"
import { filesOf, type Outgoing } from "./outbox.ts"
import { refusalWords, type PanelTexts } from "./texts.ts"
import { clockTime, dayName } from "./times.ts"
import { useSeen } from "./seen.ts"
import type { Visitor, VisitorState } from "./visitor.ts"
import { Words } from "./words.tsx"

/** So near to the end (px) counts as being there. */
const AT_END = 48

export function Timeline(o: {
  company: string
  state: VisitorState
  visitor: Visitor
  texts: PanelTexts
  locale: string
  onEdit: (text: string) => void
}) {
  const { state, visitor, texts } = o
  const log = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const older = useRef<{ height: number; first: string | undefined }>(undefined)
  const [isAway, setAway] = useState(false)

  const bubbles: Bubble[] = [
    ...state.messages.map((message) => ({
      id: message.id,
      at: Date.parse(message.at),
      stamp: message.at,
      name: message.agent?.name,
      text: message.text,
      files: message.files,
    })),
    ...state.outgoing.map((message) => ({
      id: message.id,
      at: message.at,
      stamp: undefined,
      name: undefined,
      text: message.text,
      files: filesOf(message),
    })),
  ]
  const runs = runsOf(bubbles)
  const last = bubbles.at(-1)?.id
  const lastOwn = state.messages.findLast((message) => !message.agent)
  const unread = unreadIn(state.messages, state.seenUpTo)
  useSeen(log, state, visitor)

  const first = state.messages[0]?.id
  const isOwnWaiting = state.outgoing.some((message) => message.id === last)

  useLayoutEffect(() => {
    const box = log.current
    if (!box) return
    const grown = older.current
    if (grown && first !== grown.first) {
      // What was being read stays where it was.
      box.scrollTop += box.scrollHeight - grown.height
      older.current = undefined
    } else if (isAtEnd.current || isOwnWaiting) box.scrollTop = box.scrollHeight
  }, [first, last, isOwnWaiting, state.messages.length, state.typing])

  // The log shrinks when the field grows or a keyboard comes; its end stays in sight.
  useEffect(() => {
    const box = log.current
    if (!box) return
    const watcher = new ResizeObserver(() => {
      if (isAtEnd.current) box.scrollTop = box.scrollHeight
    })
    watcher.observe(box)
    return () => watcher.disconnect()
  }, [])

  function scrolled(): void {
    const box = log.current
    if (!box) return
    isAtEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < AT_END
    setAway(!isAtEnd.current)
    if (box.scrollTop < 80 && state.hasMore && !older.current) {
      older.current = { height: box.scrollHeight, first }
      void visitor.loadOlder().finally(() => setTimeout(() => (older.current = undefined), 100))
    }
  }

  // One flat list keyed by message: joining a run, at either end, moves nothing else.
  let day = 0
  const lines = runs.flatMap((run) => {
    const side = run.name === undefined ? "own" : ""
    const isNewDay = run.day !== day
    day = run.day
    const end = run.bubbles.at(-1)?.id
    return [
      isNewDay && (
        <p key={`${run.id} day`} class="day" aria-live="off">
          <span>{dayName(run.day, texts, o.locale)}</span>
        </p>
      ),
      ...run.bubbles.flatMap((bubble) => {
        const refused = state.outgoing.find((message) => message.id === bubble.id && message.refusal)
        return [
          bubble.text !== "" && (
            <div key={bubble.id} class={`bubble ${side}`} dir="auto" data-stamp={stampOf(run, bubble)}>
              <Words text={bubble.text} />
            </div>
          ),
          bubble.files.length > 0 && (
            <div key={`${bubble.id} files`} class={`files ${side}`} data-stamp={stampOf(run, bubble)}>
              <Files files={bubble.files} origin={visitor.origin} side={side} texts={texts} />
            </div>
          ),
          refused && (
            <Refused
              key={`${bubble.id} refused`}
              refusal={refused.refusal ?? ""}
              texts={texts}
              onRetry={() => visitor.retry(refused.id)}
              onEdit={() => {
                o.onEdit(refused.text)
                visitor.remove(refused.id)
              }}
              onRemove={() => visitor.remove(refused.id)}
            />
          ),
        ]
      }),
      <Caption
        key={`${end} caption`}
        run={run}
        side={side}
        outgoing={state.outgoing}
        isLastOwn={end === lastOwn?.id}
        isSeen={lastOwn?.isSeen ?? false}
        isOffline={state.isOffline}
        texts={texts}
        locale={o.locale}
      />,
    ]
  })

  return (
    <div
      class="log"
      ref={log}
      role="log"
      aria-label={texts.messages}
      aria-live={older.current ? "off" : "polite"}
      tabIndex={0}
      onScroll={scrolled}
    >
      {!state.hasMore && (
        <p key="beginning" class="beginning">
          {texts.firstWords(o.company)}
        </p>
      )}
      {lines}
      {state.typing && (
        <p class="bubble typing" role="img" aria-label={texts.isTyping(state.typing.name)}>
          <i />
          <i />
          <i />
        </p>
      )}
      {isAway && unread > 0 && (
        <button
          type="button"
          class="newer"
          onClick={() => {
            if (log.current) log.current.scrollTop = log.current.scrollHeight
          }}
        >
          <DownIcon /> {texts.newMessages(unread)}
        </button>
      )}
    </div>
  )
}

/** Of an agent's: what is to be seen up to. */
function stampOf(run: Run, bubble: Bubble): string | undefined {
  return run.name === undefined ? undefined : bubble.stamp
}

function Caption(o: {
  run: Run
  side: string
  outgoing: Outgoing[]
  isLastOwn: boolean
  isSeen: boolean
  isOffline: boolean
  texts: PanelTexts
  locale: string
}) {
  const { run, texts } = o
  const last = run.bubbles.at(-1)
  if (!last) return null
  const time = clockTime(last.at, o.locale)
  const waiting = o.outgoing.find((message) => message.id === last.id)
  if (waiting?.refusal) return null
  const state = waiting
    ? o.isOffline
      ? texts.waitingForNetwork
      : texts.sending
    : o.isLastOwn
      ? o.isSeen
        ? texts.seen
        : texts.sent
      : undefined
  return (
    <p class={`caption ${o.side}`} aria-live="off">
      {run.name !== undefined && (
        <>
          <bdi>{run.name}</bdi> ·{" "}
        </>
      )}
      <bdi>{time}</bdi>
      {state && (
        <>
          {" · "}
          <bdi>{state}</bdi>
        </>
      )}
    </p>
  )
}

function Refused(o: {
  refusal: string
  texts: PanelTexts
  onRetry: () => void
  onEdit: () => void
  onRemove: () => void
}) {
  const { texts } = o
  return (
    <p class="refused" role="alert">
      <b>{texts.notSent}.</b> {refusalWords(texts, o.refusal)}
      <button type="button" onClick={o.onRetry}>
        {texts.tryAgain}
      </button>
      <button type="button" onClick={o.onEdit}>
        {texts.edit}
      </button>
      <button type="button" onClick={o.onRemove}>
        {texts.remove}
      </button>
    </p>
  )
}
