import { useState } from "react"
import { LONGEST_REMARK, MOST_REMARKS } from "../../protocol/customers.ts"
import { useAgents, useCustomer, useSelf, type CustomerNotes } from "../replica/replica.ts"
import { agoWords, momentWords, t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import type { CustomerActs } from "./use-customer-acts.ts"
import style from "./panel.module.css"

type Remark = CustomerNotes["remarks"][number]

/** What was begun and not saved, by conversation: looking at another one loses nothing. */
const begun = new Map<string, string>()
/** A remark as it was when somebody began to change it, and what he has typed. */
const changing = new Map<string, { remark: Remark; text: string }>()

/** Several, the latest first, each with its author; a colleague's is changed by admins only. */
export function Remarks({ conversationId, acts }: { conversationId: string; acts: CustomerActs }) {
  const { remarks } = useCustomer(conversationId).notes
  const [changed, setChanged] = useState(changing.get(conversationId)?.remark)
  const [isWriting, setWriting] = useState(begun.has(conversationId))
  const stop = () => {
    begun.delete(conversationId)
    setWriting(false)
  }
  const begin = (remark: Remark) => {
    changing.set(conversationId, { remark, text: remark.text })
    setChanged(remark)
  }
  const leave = () => {
    changing.delete(conversationId)
    setChanged(undefined)
  }
  const changeForm = changed && (
    <RemarkForm
      text={changing.get(conversationId)?.text ?? changed.text}
      onText={(text) => changing.set(conversationId, { remark: changed, text })}
      onSave={(text) => {
        leave()
        void acts.changeRemark(changed, text).then(({ kind }) => {
          if (kind !== "refused") return
          // Not kept there: what was typed is not lost.
          changing.set(conversationId, { remark: changed, text })
          setChanged(changed)
        })
      }}
      onCancel={leave}
    />
  )
  // Removed by a colleague while it is changed: what was typed stays.
  const isGone = changed !== undefined && !remarks.some(({ id }) => id === changed.id)
  return (
    <section className={style["card"]}>
      <h3>{t("customer.remarks")}</h3>
      {isGone && changeForm}
      {isWriting ? (
        <RemarkForm
          text={begun.get(conversationId) ?? ""}
          onText={(text) => begun.set(conversationId, text)}
          onSave={(text) => {
            stop()
            void acts.addRemark(text).then(({ kind }) => {
              if (kind !== "refused") return
              begun.set(conversationId, text)
              setWriting(true)
            })
          }}
          onCancel={stop}
        />
      ) : (
        <Button
          kind="quiet"
          icon="plus"
          disabled={remarks.length >= MOST_REMARKS}
          onClick={() => setWriting(true)}
        >
          {t("customer.addRemark")}
        </Button>
      )}
      {remarks.length > 0 && (
        <ul className={style["lines"]} aria-label={t("customer.remarks")}>
          {remarks.map((remark) => (
            <li key={remark.id} className={style["remark"]}>
              {remark.id === changed?.id ? (
                changeForm
              ) : (
                <OneRemark
                  remark={remark}
                  onChange={() => begin(remark)}
                  onRemove={() => acts.removeRemark(remark)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function OneRemark({
  remark,
  onChange,
  onRemove,
}: {
  remark: Remark
  onChange: () => void
  onRemove: () => void
}) {
  const agents = useAgents()
  const self = useSelf()?.agent
  const [now] = useState(Date.now)
  const isMine = remark.agentId === self?.id
  return (
    <>
      <p className={style["words"]} dir="auto">
        {remark.text}
      </p>
      <p className={style["by"]}>
        <span className={style["second"]}>
          {isMine ? t("you") : (agents.get(remark.agentId)?.name ?? t("someone"))}
          {" · "}
          <time dateTime={remark.at} title={momentWords(remark.at)}>
            {agoWords(remark.at, now)}
          </time>
          {remark.editedAt !== null && ` · ${t("customer.edited")}`}
        </span>
        {(isMine || self?.role !== "agent") && (
          <span className={style["tools"]}>
            <Button icon="pencil" label={t("customer.changeRemark")} onClick={onChange} />
            <Button icon="close" label={t("customer.removeRemark")} onClick={onRemove} />
          </span>
        )}
      </p>
    </>
  )
}

function RemarkForm({
  text,
  onText,
  onSave,
  onCancel,
}: {
  text: string
  onText?: (text: string) => void
  onSave: (text: string) => void
  onCancel: () => void
}) {
  const [typed, setTyped] = useState(text)
  return (
    <form
      className={style["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        if (typed.trim() !== "") onSave(typed)
      }}
    >
      <textarea
        className={style["input"]}
        aria-label={t("customer.remark")}
        value={typed}
        rows={3}
        maxLength={LONGEST_REMARK}
        autoFocus
        required
        dir="auto"
        onChange={(event) => {
          setTyped(event.target.value)
          onText?.(event.target.value)
        }}
      />
      <div className={style["buttons"]}>
        <Button kind="primary" type="submit">
          {t("customer.save")}
        </Button>
        <Button kind="quiet" onClick={onCancel}>
          {t("customer.cancel")}
        </Button>
      </div>
    </form>
  )
}
