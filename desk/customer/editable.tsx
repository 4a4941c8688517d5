import { useState, type KeyboardEvent, type ReactNode } from "react"
import { Button } from "../ui/ui.ts"
import style from "./panel.module.css"

type EditableProps = {
  /** Of the field while it is edited. */
  label: string
  /** Of the button that begins it. */
  edit: string
  value: string
  most: number
  onSave: (value: string) => void
  /** What is shown while it is not edited. */
  children: ReactNode
}

/** A value that becomes a field in its place. Enter, or going elsewhere, saves; Escape leaves it as it was. */
export function Editable({ label, edit, value, most, onSave, children }: EditableProps) {
  const [typed, setTyped] = useState<string>()
  const end = (isSaved: boolean) => {
    if (isSaved && typed !== undefined && typed.trim() !== value) onSave(typed.trim())
    setTyped(undefined)
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key !== "Enter" && event.key !== "Escape") return
    event.preventDefault()
    // A sheet around it stays open.
    event.stopPropagation()
    end(event.key === "Enter")
  }
  if (typed === undefined)
    return (
      <div className={style["editable"]}>
        {children}
        <Button icon="pencil" label={edit} onClick={() => setTyped(value)} />
      </div>
    )
  return (
    <input
      className={style["input"]}
      dir="auto"
      aria-label={label}
      value={typed}
      maxLength={most}
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={() => end(true)}
      onKeyDown={pressed}
    />
  )
}
