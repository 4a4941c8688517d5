import { useId, type ReactNode } from "react"
import style from "./panel.module.css"

/** One thing that can be set, or a few that belong together. */
export function Panel({
  title,
  what,
  action,
  children,
}: {
  title: string
  what?: ReactNode
  action?: ReactNode
  children?: ReactNode
}) {
  const id = useId()
  return (
    <section className={style["panel"]} aria-labelledby={id}>
      <header className={style["head"]}>
        <h2 id={id}>{title}</h2>
        {action}
      </header>
      {what !== undefined && <p className={style["what"]}>{what}</p>}
      {children}
    </section>
  )
}

export function Toggle({
  label,
  hint,
  isOn,
  isDisabled = false,
  onChange,
}: {
  label: string
  hint?: string
  isOn: boolean
  isDisabled?: boolean
  onChange: (isOn: boolean) => void
}) {
  const id = useId()
  return (
    <div className={style["toggle"]}>
      <div>
        <span id={id}>{label}</span>
        {hint !== undefined && <p className={style["what"]}>{hint}</p>}
      </div>
      <button
        type="button"
        role="switch"
        aria-checked={isOn}
        aria-labelledby={id}
        disabled={isDisabled}
        className={style["switch"]}
        onClick={() => onChange(!isOn)}
      />
    </div>
  )
}
