import { useEffect, useState, type ReactNode } from "react"
import type { z } from "zod"
import {
  conversationCommands,
  mergePreview,
  type MergePreview,
} from "../../protocol/conversation-commands.ts"
import { customersAnswer, type CustomerLine } from "../../protocol/customers.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { newId, RefusalError, request, useAgents, useTeams } from "../replica/replica.ts"
import { agoWords, inOneLine, refusalWords, t } from "../texts/texts.ts"
import { Button, Dialog, Field, showToast } from "../ui/ui.ts"
import { channelWords } from "./channel-words.ts"
import { CustomerAvatar } from "./customer-avatar.tsx"
import { customerName, placeOf } from "./customer-name.ts"
import { undoMerge } from "./undo-merge.ts"
import style from "./merge-dialog.module.css"

/** Milliseconds without another letter after which a search is asked for. */
const PAUSE = 200

type DialogProps = { row: ConversationRow; onClose: () => void }

/** Finds the other customer, shows what would become of the two, and merges them. */
export default function MergeDialog({ row, onClose }: DialogProps) {
  const [otherId, setOtherId] = useState<string>()
  return (
    <Dialog title={t("merge.title")} closeLabel={t("dismiss")} isOpen onClose={onClose}>
      {otherId === undefined ? (
        <Choice row={row} onChoose={setOtherId} />
      ) : (
        <Preview row={row} otherId={otherId} onBack={() => setOtherId(undefined)} onClose={onClose} />
      )}
    </Dialog>
  )
}

function Choice({ row, onChoose }: { row: ConversationRow; onChoose: (conversationId: string) => void }) {
  const [typed, setTyped] = useState("")
  const [now] = useState(Date.now)
  const { answer: found, problem } = useAsked(
    `/customers?${new URLSearchParams({ limit: "20", ...(typed.trim() === "" ? {} : { find: typed }) })}`,
    customersAnswer,
  )
  const others = found?.customers.filter(({ conversationId }) => conversationId !== row.id)
  return (
    <div className={style["form"]}>
      <Field
        label={t("merge.find")}
        hint={t("merge.findHint")}
        autoFocus
        autoComplete="off"
        maxLength={200}
        value={typed}
        onValue={setTyped}
      />
      <p className={style["problem"]} role="status">
        {problem ?? (others?.length === 0 ? t("merge.none") : "")}
      </p>
      <ul className={style["found"]} aria-label={t("merge.found")}>
        {others?.map((customer) => (
          <li key={customer.id}>
            <button type="button" className={style["line"]} onClick={() => onChoose(customer.conversationId)}>
              <CustomerAvatar conversationId={customer.conversationId} customer={customer} />
              <span className={style["text"]}>
                <bdi>{customerName(customer)}</bdi>
                <span className={style["second"]}>{aboutLine(customer)}</span>
              </span>
              <time className={style["second"]} dateTime={customer.seenAt}>
                {agoWords(customer.seenAt, now)}
              </time>
            </button>
          </li>
        ))}
      </ul>
      {found?.next && <p className={style["second"]}>{t("merge.more")}</p>}
    </div>
  )
}

function aboutLine(customer: CustomerLine): string {
  const reached = customer.addresses.map(({ channel, display }) => display || channelWords(channel))
  const place = customer.name === null ? undefined : placeOf(customer)
  return inOneLine([...new Set([...reached, ...(place === undefined ? [] : [place])])])
}

function Preview({ row, otherId, onBack, onClose }: DialogProps & { otherId: string; onBack: () => void }) {
  // Sent again it is the same merge.
  const [id] = useState(newId)
  const [isSending, setSending] = useState(false)
  const [refused, setRefused] = useState<string>()
  const path = `/conversations/${row.id}/merges/preview?otherId=${otherId}`
  const { answer: preview, problem } = useAsked(path, mergePreview)
  const merge = async () => {
    if (isSending || preview === undefined) return
    setSending(true)
    setRefused(undefined)
    const { method, answer } = conversationCommands.merge
    try {
      const asked = request(method, `/conversations/${row.id}/merges`, { id, otherId }, answer)
      const { mergeId } = await asked
      showToast(t("merge.done", { name: customerName(preview.other.customer) }), {
        label: t("undo"),
        run: () => undoMerge(row.id, mergeId),
      })
      onClose()
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      setRefused(refusalWords(error.body))
    } finally {
      setSending(false)
    }
  }
  return (
    <div className={style["form"]}>
      {preview && (
        <>
          <div className={style["two"]}>
            <Side title={t("merge.into")} row={preview.into} />
            <Side title={t("merge.other")} row={preview.other} />
          </div>
          <After after={preview.after} />
          <p className={style["second"]}>{t("merge.explained")}</p>
        </>
      )}
      <p className={style["problem"]} role="status">
        {refused ?? problem}
      </p>
      <div className={style["buttons"]}>
        <Button onClick={onBack}>{t("merge.back")}</Button>
        <Button kind="primary" disabled={isSending || preview === undefined} onClick={() => void merge()}>
          {t("merge.submit")}
        </Button>
      </div>
    </div>
  )
}

function Side({ title, row }: { title: string; row: ConversationRow }) {
  const name = customerName(row.customer)
  return (
    <section className={style["side"]} aria-label={title}>
      <h3>{title}</h3>
      <div className={style["who"]}>
        <CustomerAvatar conversationId={row.id} customer={row.customer} />
        <bdi className={style["text"]}>{name}</bdi>
      </div>
      <ul className={style["second"]}>
        {row.addresses.map(({ id, channel, display }) => (
          <li key={id}>
            <bdi>{display || channelWords(channel)}</bdi>
          </li>
        ))}
      </ul>
      <p className={style["last"]} dir="auto">
        {row.last?.text || t("merge.nothingSaid")}
      </p>
    </section>
  )
}

function After({ after }: { after: MergePreview["after"] }) {
  const agents = useAgents()
  const teams = useTeams()
  const assignee = after.assigneeId === null ? t("merge.nobody") : agents.get(after.assigneeId)?.name
  const state = t(after.isOpen ? "customers.open" : "customers.closed")
  return (
    <section className={style["side"]} aria-label={t("merge.after")}>
      <h3>{t("merge.after")}</h3>
      <dl className={style["facts"]}>
        <Fact term={t("merge.name")}>{after.name ?? t("customer.lead")}</Fact>
        <Fact term={t("merge.state")}>{after.isBlocked ? `${state} · ${t("merge.blocked")}` : state}</Fact>
        <Fact term={t("merge.assignee")}>{assignee ?? t("someone")}</Fact>
        <Fact term={t("merge.team")}>{teams.get(after.teamId)?.name ?? t("someTeam")}</Fact>
        {after.fields.length > 0 && <Fact term={t("merge.fields")}>{fieldsOf(after.fields)}</Fact>}
        {after.otherFields.length > 0 && (
          <Fact term={t("merge.otherFields")}>{fieldsOf(after.otherFields)}</Fact>
        )}
      </dl>
      {after.isOfferEnding && <p className={style["second"]}>{t("merge.endsOffer")}</p>}
      {after.isWaking && <p className={style["second"]}>{t("merge.wakes")}</p>}
    </section>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  )
}

function fieldsOf(fields: readonly { name: string; value: string }[]): ReactNode {
  return fields.map(({ name, value }) => (
    <span key={name} className={style["field"]}>
      <bdi>{`${name}: ${value}`}</bdi>
    </span>
  ))
}

/** What the server answers, asked anew when the path is another; the last answer stays meanwhile. */
function useAsked<S extends z.ZodType>(path: string, schema: S): { answer?: z.output<S>; problem?: string } {
  const [asked, setAsked] = useState<{ answer?: z.output<S>; problem?: string }>({})
  useEffect(() => {
    let isOver = false
    const timer = setTimeout(() => {
      request("GET", path, undefined, schema).then(
        (answer) => isOver || setAsked({ answer }),
        (error: unknown) => {
          if (!(error instanceof RefusalError)) throw error
          if (!isOver) setAsked({ problem: refusalWords(error.body) })
        },
      )
    }, PAUSE)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [path, schema])
  return asked
}
