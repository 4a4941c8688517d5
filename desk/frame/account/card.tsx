import type { FormEvent, ReactNode } from "react"
import { useEffect, useState } from "react"
import type { RefusalBody } from "../../../protocol/refusals.ts"
import { RefusalError } from "../../replica/replica.ts"
import { refusalWords, t } from "../../texts/texts.ts"
import { Button, Icon } from "../../ui/ui.ts"
import style from "./card.module.css"

type CardProps = {
  title: string
  lead?: ReactNode
  /** Undefined: nothing to send, only to read. */
  action?: { label: string; run: () => Promise<void> } | undefined
  foot?: ReactNode
  children?: ReactNode
}

/** One page, one form, one button; a refusal stands above the button in words and the fields keep what they held. */
export function Card({ title, lead, action, foot, children }: CardProps) {
  const [refusal, setRefusal] = useState<RefusalBody>()
  const [isAsking, setAsking] = useState(false)
  useEffect(() => {
    document.title = t("title", { place: title })
  }, [title])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!action || isAsking) return
    setAsking(true)
    try {
      await action.run()
      setRefusal(undefined)
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      setRefusal(error.body)
    } finally {
      setAsking(false)
    }
  }
  // What only holds other forms is none.
  const Box = action ? "form" : "div"
  return (
    <main className={style["page"]}>
      <Box className={style["card"]} onSubmit={action && ((event: FormEvent) => void submit(event))}>
        <p className={style["brand"]}>
          <span className={style["mark"]}>
            <Icon name="chat" />
          </span>
          {t("parley")}
        </p>
        <h1>{title}</h1>
        {lead !== undefined && <p className={style["lead"]}>{lead}</p>}
        {children}
        <p className={style["refusal"]} role="alert">
          {refusal && refusalWords(refusal)}
        </p>
        {action && (
          <Button kind="primary" type="submit" disabled={isAsking}>
            {action.label}
          </Button>
        )}
        {foot !== undefined && <p className={style["foot"]}>{foot}</p>}
      </Box>
    </main>
  )
}
