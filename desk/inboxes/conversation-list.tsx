import { useNavigate } from "@tanstack/react-router"
import { useVirtualizer, defaultRangeExtractor } from "@tanstack/react-virtual"
import { lazy, Suspense, useCallback, useEffect, useRef } from "react"
import type { InboxPreference } from "../../protocol/rows.ts"
import type { InboxKey } from "../../protocol/values.ts"
import { runAction, useActions } from "../actions/actions.ts"
import { useConnection, useInbox, useTeams } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, useWidth } from "../ui/ui.ts"
import { ConversationItem } from "./conversation-item.tsx"
import { EmptyInbox } from "./empty-inbox.tsx"
import { FilterMenu } from "./filter-menu.tsx"
import { inboxWords } from "./inbox-words.ts"
import { PhoneInboxes } from "./phone-inboxes.tsx"
import { StartButton } from "./start-button.tsx"
import { SortMenu } from "./sort-menu.tsx"
import { loadConversation } from "./load-conversation.ts"
import { useSelection } from "./use-selection.ts"
import { useSteadyRows } from "./use-steady-rows.ts"
import { WidthHandle } from "./width-handle.tsx"
import style from "./conversation-list.module.css"

const BulkBar = lazy(() => loadConversation().then(({ BulkBar: Bar }) => ({ default: Bar })))

/** Every row's height; the style has the same number. */
const ROW = 86

/** How far each inbox is scrolled: on a phone its list makes way for a conversation, and comes back. */
const scrolled = new Map<InboxKey, number>()

export function ConversationList({ inbox, openId }: { inbox: InboxKey; openId: string | undefined }) {
  const { rows: live, isLoading, hasMore, loadMore, preference } = useInbox(inbox)
  const isCutOff = useConnection() === "offline" && isLoading
  const teams = useTeams()
  const navigate = useNavigate()
  const isPhone = useWidth() === "phone"
  const scroller = useRef<HTMLDivElement>(null)
  const { rows, pointer } = useSteadyRows(live)
  const selection = useSelection(live, openId)
  const isSelecting = selection.rows.length > 0
  const focusedId = useRef<string | undefined>(undefined)
  const focusedAt = useRef(0)

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: useCallback((at: number) => rows[at]?.id ?? at, [rows]),
    overscan: 6,
    initialOffset: () => scrolled.get(inbox) ?? 0,
    // A focused row stays in the document when it is scrolled away, else the focus would be lost.
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const shown = defaultRangeExtractor(range)
        const at = rows.findIndex((row) => row.id === focusedId.current)
        return at < 0 || shown.includes(at) ? shown : [...shown, at].toSorted((one, other) => one - other)
      },
      [rows],
    ),
  })
  const items = virtual.getVirtualItems()

  const focusRow = useCallback(
    (at: number) => {
      if (rows.length === 0) return
      const index = Math.max(0, Math.min(rows.length - 1, at))
      focusedId.current = rows[index]?.id
      focusedAt.current = index
      virtual.scrollToIndex(index)
      const find = () => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)
      // One far away is there with the next frame; what had the focus takes no key until then.
      const link = find()
      if (link) return link.focus()
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      requestAnimationFrame(() => find()?.focus())
    },
    [rows, virtual],
  )

  // The focused row has left the list: the one that took its place gets the focus.
  useEffect(() => {
    const id = focusedId.current
    if (id === undefined) return
    const at = rows.findIndex((row) => row.id === id)
    if (at >= 0) focusedAt.current = at
    else if (document.activeElement === document.body) focusRow(focusedAt.current)
    else focusedId.current = undefined
  }, [rows, focusRow])

  // Whoever leaves a conversation by the keyboard goes on from its row.
  const lastOpenId = useRef(openId)
  useEffect(() => {
    const leftId = lastOpenId.current
    lastOpenId.current = openId
    if (leftId === undefined || openId !== undefined || document.activeElement !== document.body) return
    const at = rows.findIndex((row) => row.id === leftId)
    if (at >= 0) focusRow(at)
  }, [openId, rows, focusRow])

  const current = () => rows.findIndex((row) => row.id === (focusedId.current ?? openId))
  useActions({
    next: () => focusRow(current() + 1),
    previous: () => focusRow(Math.max(0, current() - 1)),
    select() {
      const row = rows[current()]
      if (row) selection.pick(row.id, "one")
    },
    open: () => {
      const row = rows[current()]
      if (row)
        void navigate({ to: "/inbox/$inbox/$conversationId", params: { inbox, conversationId: row.id } })
    },
  })

  // The bar goes with the selection, and with it what had the focus.
  const wasSelecting = useRef(isSelecting)
  useEffect(() => {
    if (wasSelecting.current && !isSelecting && document.activeElement === document.body)
      focusRow(focusedAt.current)
    wasSelecting.current = isSelecting
  }, [isSelecting, focusRow])

  const lastShown = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && !isLoading && lastShown >= rows.length - 10) loadMore()
  }, [hasMore, isLoading, lastShown, rows.length, loadMore])

  return (
    <section className={style["list"]} aria-label={inboxWords(inbox, teams)}>
      {isSelecting ? (
        <Suspense fallback={<div className={style["head"]} />}>
          <BulkBar rows={selection.rows} select={selection.set} />
        </Suspense>
      ) : (
        <ListHead inbox={inbox} preference={preference} />
      )}
      <div
        ref={scroller}
        className={style["scroller"]}
        onScroll={({ currentTarget }) => scrolled.set(inbox, currentTarget.scrollTop)}
        {...pointer}
      >
        <ul
          className={style["rows"]}
          aria-label={t("list.title")}
          aria-busy={isLoading}
          style={{ blockSize: virtual.getTotalSize() }}
          onFocus={(event) => {
            const { id, index } = event.target.closest<HTMLElement>("[data-id]")?.dataset ?? {}
            focusedId.current = id
            focusedAt.current = Number(index ?? 0)
          }}
        >
          {items.map((item) => {
            const row = rows[item.index]
            return (
              row && (
                <ConversationItem
                  key={item.key}
                  row={row}
                  inbox={inbox}
                  index={item.index}
                  start={item.start}
                  count={rows.length}
                  isOpen={row.id === openId}
                  isSelected={selection.has(row.id)}
                  isSelecting={isSelecting}
                  onPick={selection.pick}
                />
              )
            )
          })}
        </ul>
        {rows.length === 0 && (!isLoading || isCutOff) && (
          <EmptyInbox inbox={inbox} preference={preference} isCutOff={isCutOff} />
        )}
      </div>
      {!isPhone && <WidthHandle />}
    </section>
  )
}

function ListHead({ inbox, preference }: { inbox: InboxKey; preference: InboxPreference }) {
  const teams = useTeams()
  const isPhone = useWidth() === "phone"
  return (
    <header className={style["head"]}>
      {isPhone ? (
        <PhoneInboxes inbox={inbox} />
      ) : (
        <h1 className={style["title"]}>{inboxWords(inbox, teams)}</h1>
      )}
      {preference.showsClosed && <span className={style["mark"]}>{t("list.closed")}</span>}
      {preference.showsSnoozed && <span className={style["mark"]}>{t("list.snoozed")}</span>}
      <span className={style["end"]}>
        <StartButton />
        {isPhone && (
          <Button icon="command" label={t("action.palette")} onClick={() => runAction("palette")} />
        )}
        <FilterMenu inbox={inbox} preference={preference} />
        <SortMenu inbox={inbox} preference={preference} />
      </span>
    </header>
  )
}
