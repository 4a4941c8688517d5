import { useState } from "react"
import { LONGEST_REMARK, MOST_REMARKS } from "../../protocol/customers.ts"
import { useAgents, useCustomer, useSelf, type CustomerNotes } from "../replica/replica.ts"
import { agoWords, momentWords, t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import type { CustomerActs } from "./use-customer-acts.ts"
import style from "./panel.module.css"

/** What was begun and not saved, by conversation: looking at another one loses nothing. */
const begun = new Map<string, string>()

/** Several, the latest first, each with its author; a colleague's is changed by admins only. */
export function Remarks({ conversationId, acts }: { conversationId: string; acts: CustomerActs }) {
  const { remarks } = useCustomer(conversationId).notes
  const [changedId, setChangedId] = useState<string>()
  const [isWriting, setWriting] = useState(begun.has(conversationId))
  const stop = () => {
    begun.delete(conversationId)
    setWriting(false)
  }
  return (
    <section className={style["card"]}>
      <h3>{t("customer.remarks")}</h3>
      {isWriting ? (
        <RemarkForm
          text={begun.get(conversationId) ?? ""}
          onText={(text) => begun.set(conversationId, text)}
          onSave={(text) => {
            acts.addRemark(text)
            stop()
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
              {remark.id === changedId ? (
                <RemarkForm
                  text={remark.text}
                  onSave={(text) => {
                    acts.changeRemark(remark, text)
                    setChangedId(undefined)
                  }}
                  onCancel={() => setChangedId(undefined)}
                />
              ) : (
                <Remark
                  remark={remark}
                  onChange={() => setChangedId(remark.id)}
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

function Remark({
  remark,
  onChange,
  onRemove,
}: {
  remark: CustomerNotes["remarks"][number]
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
