import {
  useEffect,
  useId,
  useLayoutEffect,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from "react"
import style from "./choice-list.module.css"

/** More would not be read; typing another letter shortens the list. */
const MOST_SHOWN = 8

export type Choice = { key: string; shown: ReactNode }

/** What is offered while a certain something is being typed, such as a name after an `@`. */
export type ChoiceRules<C extends Choice> = {
  /** What is being typed right before the caret, from its sign on; undefined where nothing is. */
  typedAt(text: string, caret: number): { from: number; typed: string } | undefined
  fitting(typed: string): readonly C[]
  /** What stands in place of what was typed. */
  textOf(choice: C): string
}

type ListNeeds<C extends Choice> = {
  rules: ChoiceRules<C>
  text: string
  /** Whether there is any use in asking where the caret is: it is one more rendering for each key. */
  isOn: boolean
  field: RefObject<HTMLTextAreaElement | null>
  onText: (text: string) => void
}

/** The list over a text field: arrows move, Enter or Tab takes, Escape puts it away. */
export function useChoiceList<C extends Choice>({ rules, text, isOn, field, onText }: ListNeeds<C>) {
  const id = useId()
  const [caret, setCaret] = useState(0)
  const [at, setAt] = useState(0)
  const [dismissed, setDismissed] = useState<number>()
  const [chosen, setChosen] = useState<{ choice: C; end: number }[]>([])
  const moved = () => setCaret(field.current?.selectionStart ?? 0)
  useEffect(() => {
    if (isOn) setCaret(field.current?.selectionStart ?? 0)
  }, [isOn, field])
  // The caret can only be put there once the new text stands in the field, and must be before the next key.
  useLayoutEffect(() => {
    const last = chosen.at(-1)
    if (last) field.current?.setSelectionRange(last.end, last.end)
  }, [chosen, field])
  const typed = isOn ? rules.typedAt(text, Math.min(caret, text.length)) : undefined
  const shown = typed && typed.from !== dismissed ? rules.fitting(typed.typed).slice(0, MOST_SHOWN) : []
  const active = shown[Math.min(at, shown.length - 1)]

  const choose = (choice: C) => {
    if (!typed) return
    const before = text.slice(0, typed.from) + rules.textOf(choice)
    const rest = text.slice(caret)
    onText(before + (before.endsWith(" ") ? rest.replace(/^ /, "") : rest))
    setChosen([...chosen, { choice, end: before.length }])
    setAt(0)
    setCaret(before.length)
    field.current?.focus()
  }

  return {
    id,
    shown,
    active,
    /** What was taken from the list since `forget`. */
    chosen: chosen.map(({ choice }) => choice),
    forget: () => setChosen([]),
    choose,
    moved: isOn ? moved : undefined,
    /** Whether the key was for the list. */
    pressed(event: KeyboardEvent): boolean {
      if (!active || !typed) return false
      if (event.key === "ArrowDown") setAt((at + 1) % shown.length)
      else if (event.key === "ArrowUp") setAt((at + shown.length - 1) % shown.length)
      else if (event.key === "Enter" || event.key === "Tab") choose(active)
      else if (event.key === "Escape") setDismissed(typed.from)
      else return false
      event.preventDefault()
      return true
    },
    attributes: active
      ? ({
          "aria-autocomplete": "list",
          "aria-controls": id,
          "aria-activedescendant": `${id}-${active.key}`,
        } as const)
      : {},
  }
}

export function ChoiceList<C extends Choice>({
  list,
  label,
}: {
  list: { id: string; shown: readonly C[]; active: C | undefined; choose: (choice: C) => void }
  label: string
}) {
  if (list.shown.length === 0) return null
  return (
    <ul className={style["list"]} id={list.id} role="listbox" aria-label={label}>
      {list.shown.map((choice) => (
        <li
          key={choice.key}
          id={`${list.id}-${choice.key}`}
          role="option"
          aria-selected={choice === list.active}
          className={style["choice"]}
          // Before the field loses its focus and caret.
          onMouseDown={(event) => {
            event.preventDefault()
            list.choose(choice)
          }}
        >
          {choice.shown}
        </li>
      ))}
    </ul>
  )
}
