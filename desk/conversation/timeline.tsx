import { useVirtualizer } from "@tanstack/react-virtual"
import { useCallback, useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { LabelDialog } from "../labels/labels.ts"
import { useActions } from "../actions/actions.ts"
import { useAgents, usePresence, useSelf, useTimeline, type TimelineEntry } from "../replica/replica.ts"
import { dayWords, t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import { Announcer } from "./announcer.tsx"
import { EntryLine } from "./entry-line.tsx"
import { linesOf, newSince, type Line } from "./lines.ts"
import { useActs } from "./use-acts.ts"
import { useReadMarks } from "./use-read-marks.ts"
import style from "./timeline.module.css"

/** How near the end still counts as the end, in pixels: about one line. */
const NEAR_END = 40
/** Milliseconds in which everything has been measured after it was opened, or anew after the window changed its size. */
const SETTLES_WITHIN = 500
/** Older entries are asked for when this many lines are left above. */
const AHEAD = 10
/** Above the first line and below the last, in pixels. */
const PADDING = 16
/** How large the window was when it was last seen: with it a timeline's lines are there when it is first painted. */
let lastSize = { width: 0, height: 0 }

export function Timeline({
  row,
  name,
  entryId,
  sent,
  onThread,
}: {
  row: ConversationRow
  name: string
  entryId: string | undefined
  /** How many times something was sent from here: it stands at the end. */
  sent: number
  onThread: (noteId: string) => void
}) {
  const [around, setAround] = useState(entryId)
  useEffect(() => setAround(entryId), [entryId])
  const timeline = useTimeline(row.id, { around })
  const { entries, hasOlder, hasNewer, isLoading, error } = timeline
  const selfId = useSelf()?.agent.id ?? ""
  const acts = useActs(row)
  const lines = useMemo(() => linesOf(entries), [entries])
  const scroller = useRef<HTMLDivElement>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  const [isHeldUnread, setHeldUnread] = useState(false)
  const [isGoingToEnd, setGoingToEnd] = useState(false)

  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    initialRect: lastSize,
    // Never above the beginning: lines that do not fill the window cannot be scrolled, so nothing would put it right.
    initialOffset: () =>
      around === undefined ? Math.max(0, PADDING + heightOf(lines) - lastSize.height) : 0,
    estimateSize: useCallback((at: number) => estimate(lines[at]), [lines]),
    getItemKey: useCallback((at: number) => lines[at]?.key ?? at, [lines]),
    anchorTo: "end",
    followOnAppend: !hasNewer,
    scrollEndThreshold: NEAR_END,
    overscan: 8,
    paddingStart: PADDING,
    paddingEnd: PADDING,
  })
  const shown = virtual.getVirtualItems()

  const staysAtEnd = useRef(around === undefined)
  const resizedAt = useRef(Number.NEGATIVE_INFINITY)
  // Opens at the linked entry, else at the end; again whenever a link names another one. The virtualizer comes nearer
  // frame by frame and knows its aim by the index alone: until it is there, what is put before it moves the aim, too.
  const opened = useRef({ target: "", at: Number.NEGATIVE_INFINITY })
  useLayoutEffect(() => {
    const target = around ?? "end"
    const isOpened = opened.current.target === target
    if (lines.length === 0 || (isOpened && performance.now() - opened.current.at > SETTLES_WITHIN)) return
    const at = around === undefined ? -1 : lines.findIndex((line) => line.key === around)
    if (around !== undefined && at < 0) return
    if (!isOpened) {
      opened.current = { target, at: performance.now() }
      staysAtEnd.current = at < 0
    }
    if (at >= 0) virtual.scrollToIndex(at, { align: "center" })
    else if (!isOpened) virtual.scrollToEnd()
  }, [lines, around, virtual])

  // What is at its end stays there when a keyboard, a growing composer or a narrower window leaves it less room.
  useLayoutEffect(() => {
    const window = scroller.current
    if (window === null) return
    let isFirst = true
    const observer = new ResizeObserver(() => {
      lastSize = { width: window.clientWidth, height: window.clientHeight }
      if (!isFirst) resizedAt.current = performance.now()
      isFirst = false
      if (staysAtEnd.current) virtual.scrollToEnd()
    })
    observer.observe(window)
    return () => observer.disconnect()
  }, [virtual])
  const takesHold = () => {
    resizedAt.current = Number.NEGATIVE_INFINITY
    opened.current.at = Number.NEGATIVE_INFINITY
  }
  // Measured here, because React is told before the virtualizer is, which still knows the place before.
  const scrolled = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement) => {
    // The end of what is loaded is not the end while there is more.
    const isNear = !hasNewer && scrollHeight - scrollTop - clientHeight <= NEAR_END
    // Lines that are measured anew in another width move the place, too; that is nobody's scrolling away.
    const isSettling = performance.now() - resizedAt.current < SETTLES_WITHIN
    if (!isNear && staysAtEnd.current && isSettling) return virtual.scrollToEnd()
    staysAtEnd.current = isNear
    setAtEnd(isNear)
  }

  // What one writes oneself is always shown, wherever one had scrolled to.
  const last = entries.at(-1)
  const ownPending = last?.pending !== undefined ? last.id : undefined
  useEffect(() => {
    if (ownPending === undefined) return
    setHeldUnread(false)
    virtual.scrollToEnd()
  }, [ownPending, virtual])

  const first = shown[0]?.index ?? 0
  useEffect(() => {
    if (lines.length > 0 && first < AHEAD && hasOlder && !isLoading && !error) timeline.loadOlder()
  })
  const lastShown = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (lines.length > 0 && lastShown >= lines.length - AHEAD && hasNewer && !isLoading && !error)
      timeline.loadNewer()
  })

  const inSight =
    isAtEnd && !hasNewer
      ? entries.findLast((entry) => entry.pending === undefined)?.at
      : lastInSight(lines, virtual)
  useReadMarks(row, inSight, isHeldUnread)

  const [seenAt, setSeenAt] = useState("")
  const lastAt = last?.at ?? ""
  useEffect(() => {
    if (isAtEnd && !hasNewer) setSeenAt(lastAt)
  }, [isAtEnd, hasNewer, lastAt])
  const fresh = isAtEnd || seenAt === "" ? 0 : newSince(entries, seenAt, selfId).length

  const markUnread = (fromId: string) => {
    setHeldUnread(true)
    acts.markUnread(fromId)
  }
  const [labelledId, setLabelledId] = useState<string>()
  const labelled = entries.find((entry) => entry.id === labelledId)
  const toLabel = entries.findLast((entry) => entry.body.type === "message" && entry.pending === undefined)
  // Only the last of several merges can be undone; one that is not loaded yet may have followed.
  const lastMergeId = hasNewer ? undefined : entries.findLast(isMerge)?.id
  const note = entries.findLast((entry) => entry.body.type === "note" && entry.pending === undefined)
  const thread = note?.body.type === "note" ? (note.body.thread?.id ?? note.id) : undefined
  const { lastCustomerEntryId } = row
  const toLatest = () => {
    setAround(undefined)
    setGoingToEnd(true)
    virtual.scrollToEnd()
  }
  // What is at the end may have to be asked for first.
  useEffect(() => {
    if (!isGoingToEnd || hasNewer || isLoading) return
    setGoingToEnd(false)
    virtual.scrollToEnd()
  }, [isGoingToEnd, hasNewer, isLoading, virtual])
  const follow = useEffectEvent(() => around !== undefined && toLatest())
  useEffect(() => {
    if (sent > 0) follow()
  }, [sent])
  useActions({
    thread: thread !== undefined && (() => onThread(thread)),
    label: toLabel && (() => setLabelledId(toLabel.id)),
    unread: lastCustomerEntryId !== null && (() => markUnread(lastCustomerEntryId)),
    latest: (!isAtEnd || hasNewer) && toLatest,
  })

  return (
    <div className={style["place"]}>
      <div
        ref={scroller}
        className={style["log"]}
        role="log"
        aria-live="off"
        aria-label={t("timeline.messages")}
        aria-busy={isLoading}
        tabIndex={0}
        onScroll={(event) => scrolled(event.currentTarget)}
        onWheel={takesHold}
        onTouchMove={takesHold}
        onPointerDown={takesHold}
        onKeyDown={takesHold}
      >
        <div className={style["all"]} style={{ blockSize: virtual.getTotalSize() }}>
          <div className={style["shown"]} style={{ transform: `translateY(${shown[0]?.start ?? 0}px)` }}>
            {shown.map((item) => {
              const line = lines[item.index]
              if (!line) return null
              return (
                <div
                  key={item.key}
                  data-index={item.index}
                  ref={virtual.measureElement}
                  className={style["line"]}
                >
                  {line.kind === "day" ? (
                    <h2 className={style["day"]}>{dayWords(line.at, Date.now())}</h2>
                  ) : (
                    <EntryLine
                      line={line}
                      row={row}
                      isLinked={line.key === entryId}
                      canBeUndone={line.key === lastMergeId}
                      onUnread={markUnread}
                      onLabel={setLabelledId}
                      onSendAgain={acts.sendAgain}
                      onUnsend={acts.unsend}
                      onThread={onThread}
                    />
                  )}
                </div>
              )
            })}
          </div>
        </div>
      </div>
      {error && (
        <div className={style["problem"]}>
          <span>{error.refusal === "offline" ? t("timeline.offline") : t("timeline.failed")}</span>
          <Button kind="quiet" onClick={timeline.retry}>
            {t("tryAgain")}
          </Button>
        </div>
      )}
      {(fresh > 0 || hasNewer) && (
        <button type="button" className={style["new"]} onClick={toLatest}>
          {fresh > 0 ? t("timeline.new", { count: fresh }) : t("timeline.latest")}
        </button>
      )}
      <Typing conversationId={row.id} customer={name} />
      <LabelDialog
        message={
          labelled?.body.type === "message"
            ? { conversationId: row.id, entryId: labelled.id, labelIds: labelled.body.labelIds }
            : undefined
        }
        onClose={() => setLabelledId(undefined)}
      />
      <Announcer entries={entries} customer={name} selfId={selfId} />
    </div>
  )
}

function Typing({ conversationId, customer }: { conversationId: string; customer: string }) {
  const presence = usePresence(conversationId)
  const agents = useAgents()
  const colleague = presence?.viewers.find((viewer) => viewer.isTyping)
  const who = agents.get(colleague?.agentId ?? "")?.name ?? t("someone")
  const words = presence?.customer.isTyping
    ? t("timeline.typing", { name: customer })
    : !colleague
      ? ""
      : colleague.inNote
        ? t("timeline.noting", { name: who })
        : t("timeline.answering", { name: who })
  return <p className={style["typing"]}>{words}</p>
}

function heightOf(lines: readonly Line[]): number {
  return lines.reduce((height, line) => height + estimate(line), PADDING)
}

function isMerge({ body }: TimelineEntry): boolean {
  return body.type === "event" && body.event.what === "merged"
}

function estimate(line: Line | undefined): number {
  if (line?.kind !== "entry") return 44
  const { body } = line.entry
  if (body.type === "event") return 32
  // About 60 letters to a line of a bubble; only a guess until it is measured.
  const words = (body.type === "note" ? 66 : 40) + 20 * Math.floor(body.text.length / 60)
  return words + (body.preview === null ? 0 : 93) + (line.endsRun ? 34 : 0)
}

/** The time of the lowest entry that is wholly in view. */
function lastInSight(
  lines: readonly Line[],
  virtual: {
    scrollOffset: number | null
    scrollRect: { height: number } | null
    getVirtualItems: () => { index: number; end: number }[]
  },
): string | undefined {
  const bottom = (virtual.scrollOffset ?? 0) + (virtual.scrollRect?.height ?? 0)
  const item = virtual
    .getVirtualItems()
    .findLast(({ index, end }) => end <= bottom && lines[index]?.kind === "entry")
  const line = item && lines[item.index]
  return line?.kind === "entry" && line.entry.pending === undefined ? line.entry.at : undefined
}
