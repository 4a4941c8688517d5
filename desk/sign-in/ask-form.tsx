import { useState, type FormEvent, type ReactNode } from "react"
import { RefusalError } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import { Stopped } from "./passkey.ts"
import style from "./sign-in.module.css"

/** Some fields and a button; what is refused stands above it in words, and the fields keep what they held. */
export function AskForm({
  label,
  kind = "primary",
  run,
  onCancel,
  children,
}: {
  label: string
  kind?: "primary" | "danger"
  run: () => Promise<void>
  onCancel?: (() => void) | undefined
  children: ReactNode
}) {
  const [problem, setProblem] = useState<string>()
  const [isAsking, setAsking] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    // A form inside another page's form asks for itself alone.
    event.stopPropagation()
    if (isAsking) return
    setAsking(true)
    setProblem(undefined)
    try {
      await run()
    } catch (error) {
      setProblem(wordsOf(error))
    } finally {
      setAsking(false)
    }
  }
  return (
    <form className={style["form"]} onSubmit={(event) => void submit(event)}>
      {children}
      <p className={style["problem"]} role="alert">
        {problem}
      </p>
      <div className={style["buttons"]}>
        <Button kind={kind} type="submit" disabled={isAsking}>
          {label}
        </Button>
        {onCancel && <Button onClick={onCancel}>{t("sign.cancel")}</Button>}
      </div>
    </form>
  )
}

function wordsOf(error: unknown): string {
  if (error instanceof Stopped) return t("passkey.stopped")
  if (error instanceof RefusalError) return refusalWords(error.body)
  throw error
}
