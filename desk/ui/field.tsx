import { useId, type ComponentProps, type ReactNode } from "react"
import style from "./field.module.css"

type FieldProps = Omit<ComponentProps<"input">, "className" | "onChange" | "value"> & {
  label: string
  value: string
  onValue: (value: string) => void
  hint?: ReactNode
  /** In words; the field is then marked invalid. */
  problem?: string | undefined
  /** Makes it a choice among these. */
  choices?: readonly { value: string; label: string }[]
  /** Makes it a text of several lines. */
  lines?: number
}

export function Field({ label, value, onValue, hint, problem, choices, lines, ...input }: FieldProps) {
  const id = useId()
  const about = (problem ?? hint) ? `${id}-about` : undefined
  const named = {
    id,
    className: style["input"],
    value,
    // Empty it has no direction of its own.
    dir: input.dir ?? (value === "" || choices ? undefined : "auto"),
    "aria-describedby": about,
    "aria-invalid": problem ? true : undefined,
    disabled: input.disabled,
    required: input.required,
  }
  return (
    <div className={style["field"]}>
      <label htmlFor={id}>{label}</label>
      {choices ? (
        <select {...named} onChange={(event) => onValue(event.target.value)}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      ) : lines ? (
        <textarea
          {...named}
          rows={lines}
          maxLength={input.maxLength}
          onChange={(event) => onValue(event.target.value)}
        />
      ) : (
        <input {...input} {...named} onChange={(event) => onValue(event.target.value)} />
      )}
      {about && (
        <p id={about} className={problem ? style["problem"] : style["hint"]}>
          {problem ?? hint}
        </p>
      )}
    </div>
  )
}
