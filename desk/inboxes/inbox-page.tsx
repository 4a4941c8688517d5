import { useNavigate, useRouter } from "@tanstack/react-router"
import { lazy, Suspense, useEffect, useRef } from "react"
import { belongsTo, type Reader } from "../../protocol/inboxes.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import type { InboxKey } from "../../protocol/values.ts"
import { useConversation, useSelf } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Icon, useWidth } from "../ui/ui.ts"
import { InboxNav } from "./inbox-nav.tsx"
import { ConversationList } from "./conversation-list.tsx"
import { loadConversation } from "./load-conversation.ts"
import style from "./inbox-page.module.css"

const ConversationPage = lazy(() =>
  loadConversation().then(({ ConversationPage: Page }) => ({ default: Page })),
)

/** A copied link names only the conversation: it is shown in the first of the reader's inboxes that holds it. */
export function LinkedPage({
  conversationId,
  entryId,
  onBack,
}: {
  conversationId: string
  entryId: string | undefined
  /** Where he came from, if not from the inbox. */
  onBack?: (() => void) | undefined
}) {
  const self = useSelf()
  const { row } = useConversation(conversationId)
  return (
    <InboxPage
      inbox={row && self ? firstInboxOf(row, self.reader) : "me"}
      conversationId={conversationId}
      entryId={entryId}
      onBack={onBack}
    />
  )
}

export function InboxPage({
  inbox,
  conversationId,
  entryId,
  onBack,
}: {
  inbox: InboxKey
  conversationId: string | undefined
  entryId?: string | undefined
  onBack?: (() => void) | undefined
}) {
  const backToList = useBackToList(inbox, conversationId === undefined)
  const isPhone = useWidth() === "phone"

  useEffect(() => {
    // The list is painted: fetch what opening a conversation needs while nobody waits for it.
    const timer = setTimeout(() => void loadConversation(), 200)
    return () => clearTimeout(timer)
  }, [])

  const showsList = !isPhone || conversationId === undefined
  return (
    <div className={style["page"]} data-open={conversationId !== undefined || undefined}>
      {!isPhone && <InboxNav inbox={inbox} />}
      {showsList && <ConversationList key={inbox} inbox={inbox} openId={conversationId} />}
      {conversationId === undefined ? (
        !isPhone && <Nothing />
      ) : (
        <Suspense fallback={<section className={style["waiting"]} aria-busy="true" />}>
          <ConversationPage conversationId={conversationId} entryId={entryId} onBack={onBack ?? backToList} />
        </Suspense>
      )}
    </div>
  )
}

/** The browser's own Back is not to open again what one came back from: the list before it, else the list in its place. */
function useBackToList(inbox: InboxKey, isList: boolean) {
  const navigate = useNavigate()
  const { history } = useRouter()
  const list = useRef<{ inbox: InboxKey; place: number }>(undefined)
  useEffect(() => {
    const place = history.location.state.__TSR_index
    if (isList) list.current = { inbox, place }
    // What followed the list has been replaced since.
    else if (list.current && list.current.place >= place) list.current = undefined
  })
  return () => {
    const isBefore =
      list.current?.inbox === inbox && list.current.place === history.location.state.__TSR_index - 1
    // Asked twice before it is there, it goes back once.
    list.current = undefined
    if (isBefore) history.back()
    else void navigate({ to: "/inbox/$inbox", params: { inbox }, replace: true })
  }
}

function Nothing() {
  return (
    <section className={style["nothing"]}>
      <Icon name="chat" size={32} />
      <p>{t("conversation.none")}</p>
      <p className={style["keys"]}>{t("conversation.noneKeys")}</p>
    </section>
  )
}

function firstInboxOf(row: ConversationRow, reader: Reader): InboxKey {
  const inboxes: InboxKey[] = ["me", "mentions", "unassigned", `team:${row.teamId}`, "starred", "all"]
  return inboxes.find((inbox) => belongsTo(inbox, row, reader)) ?? "me"
}
