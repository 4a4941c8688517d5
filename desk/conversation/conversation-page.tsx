import { useCallback, useDeferredValue, useEffect, useRef, useState } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { CustomerPanel, customerName } from "../customer/customer.ts"
import { useAgents, useConversation, useDraft, useTeams, useViewing } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, copyText, Dialog, showToast, useSwipeBack, useWidth } from "../ui/ui.ts"
import { Composer } from "./composer.tsx"
import { ConversationHead } from "./conversation-head.tsx"
import { withNames } from "./mention.ts"
import { OfferBar } from "./offer-bar.tsx"
import { SnoozeBar } from "./snooze-bar.tsx"
import { ThreadPanel } from "./thread-panel.tsx"
import { Timeline } from "./timeline.tsx"
import style from "./conversation-page.module.css"

type PageProps = {
  conversationId: string
  /** The entry a link names: the timeline opens there and marks it. */
  entryId?: string | undefined
  onBack: () => void
}

export function ConversationPage({ conversationId, entryId, onBack }: PageProps) {
  const { row, state, mergedInto } = useConversation(conversationId)
  // A link to one that is a part of another goes on leading to it.
  if (!row && mergedInto !== undefined)
    return <ConversationPage conversationId={mergedInto} entryId={entryId} onBack={onBack} />
  if (row) return <OpenConversation key={conversationId} row={row} entryId={entryId} onBack={onBack} />
  return (
    <section className={style["missing"]} aria-busy={state === "loading"}>
      {state === "missing" && <Missing conversationId={conversationId} onBack={onBack} />}
    </section>
  )
}

/** It went out of sight. What somebody was writing into it, or what was refused for that, is his all the same. */
function Missing({ conversationId, onBack }: { conversationId: string; onBack: () => void }) {
  const agents = useAgents()
  const teams = useTeams()
  const { draft } = useDraft(conversationId)
  const text = withNames(
    draft.text,
    (kind, id) => (kind === "agent" ? agents : teams).get(id)?.name ?? t("someone"),
  )
  return (
    <>
      <p>{t("conversation.missing")}</p>
      {text !== "" && (
        <figure className={style["unsent"]}>
          <figcaption>{t("conversation.unsent")}</figcaption>
          <blockquote dir="auto">{text}</blockquote>
          <Button
            icon="copy"
            onClick={() => void copyText(text).then(() => showToast(t("conversation.copied")))}
          >
            {t("conversation.copy")}
          </Button>
        </figure>
      )}
      <Button onClick={onBack}>{t("conversation.toList")}</Button>
    </>
  )
}

const HIDES_CUSTOMER = "parley-hides-customer"

function OpenConversation({
  row,
  entryId,
  onBack,
}: {
  row: ConversationRow
  entryId: string | undefined
  onBack: () => void
}) {
  const width = useWidth()
  const [hidesColumn, setHidesColumn] = useState(() => localStorage.getItem(HIDES_CUSTOMER) !== null)
  const [isSheetOpen, setSheetOpen] = useState(false)
  const [sent, setSent] = useState(0)
  const [typing, setTyping] = useState({ isTyping: false, inNote: false })
  useViewing({ conversationId: row.id, ...typing })
  useEffect(() => {
    if (width === "wide") setSheetOpen(false)
  }, [width])

  // The messages come first: their customer is painted right after them.
  const shownCustomer = useDeferredValue<ConversationRow | undefined>(row, undefined)
  const { thread, opensThread, closesThread } = useThread()
  const swipe = useSwipeBack(onBack)
  const name = customerName(row.customer)
  const showsColumn = width === "wide" && !hidesColumn && thread === undefined
  const threadPanel = thread !== undefined && (
    <ThreadPanel key={thread} row={row} name={name} thread={thread} onTyping={setTyping} />
  )
  const toggleCustomer = () => {
    if (width !== "wide") return setSheetOpen(true)
    if (hidesColumn) localStorage.removeItem(HIDES_CUSTOMER)
    else localStorage.setItem(HIDES_CUSTOMER, "")
    setHidesColumn(!hidesColumn)
  }
  return (
    <>
      <section
        className={style["conversation"]}
        aria-label={t("conversation.with", { name })}
        {...(width === "phone" ? swipe : {})}
      >
        <ConversationHead
          row={row}
          name={name}
          onBack={onBack}
          onCustomer={toggleCustomer}
          showsCustomer={showsColumn}
        />
        <OfferBar row={row} />
        <SnoozeBar row={row} />
        <Timeline row={row} name={name} entryId={entryId} sent={sent} onThread={opensThread} />
        <Composer row={row} name={name} onTyping={setTyping} onSent={() => setSent(sent + 1)} />
      </section>
      {width === "wide" && threadPanel && (
        <aside
          className={style["threadColumn"]}
          aria-label={t("thread.title")}
          onKeyDown={(event) => {
            // What was opened within it has answered it already.
            if (event.key !== "Escape" || event.defaultPrevented) return
            event.stopPropagation()
            closesThread()
          }}
        >
          <header className={style["head"]}>
            <h2>{t("thread.title")}</h2>
            <Button icon="close" label={t("dismiss")} onClick={closesThread} />
          </header>
          {threadPanel}
        </aside>
      )}
      <Dialog
        title={t("thread.title")}
        closeLabel={t("dismiss")}
        shape="sheet"
        isOpen={width !== "wide" && thread !== undefined}
        onClose={closesThread}
      >
        {threadPanel}
      </Dialog>
      {showsColumn && (
        <aside className={style["customer"]} aria-label={t("customer.title")}>
          <header className={style["head"]}>
            <h2>{t("customer.title")}</h2>
          </header>
          {shownCustomer && <CustomerPanel row={shownCustomer} />}
        </aside>
      )}
      <Dialog
        title={t("customer.title")}
        closeLabel={t("dismiss")}
        shape="sheet"
        isOpen={isSheetOpen}
        onClose={() => setSheetOpen(false)}
      >
        <CustomerPanel row={row} />
      </Dialog>
    </>
  )
}

/** The thread that is open beside the timeline; closed, the focus is where it was. */
function useThread() {
  const [thread, setThread] = useState<string>()
  const opener = useRef<Element | null>(null)
  return {
    thread,
    opensThread: useCallback((noteId: string) => {
      opener.current = document.activeElement
      setThread(noteId)
    }, []),
    closesThread: useCallback(() => {
      setThread(undefined)
      if (opener.current instanceof HTMLElement) opener.current.focus()
    }, []),
  }
}
