import { useEffect, useId, useState, type KeyboardEvent, type RefObject } from "react"
import { t } from "../texts/texts.ts"
import { Avatar, Icon } from "../ui/ui.ts"
import { fitting, mentionAt, type Mentionable } from "./mention.ts"
import style from "./mention-list.module.css"

/** More would not be read; typing another letter shortens the list. */
const MOST_SHOWN = 8

type ListNeeds = {
  people: readonly Mentionable[]
  text: string
  isOn: boolean
  field: RefObject<HTMLTextAreaElement | null>
  onText: (text: string) => void
}

/** The names offered while an `@…` is being typed in a note: arrows move, Enter or Tab takes, Escape puts it away. */
export function useMentionList({ people, text, isOn, field, onText }: ListNeeds) {
  const id = useId()
  const [caret, setCaret] = useState(0)
  const [at, setAt] = useState(0)
  const [dismissed, setDismissed] = useState<number>()
  const [chosen, setChosen] = useState<Mentionable[]>([])
  const moved = () => setCaret(field.current?.selectionStart ?? 0)
  // In an answer nobody asks where the caret is: it would be one more rendering for each key.
  useEffect(() => {
    if (isOn) setCaret(field.current?.selectionStart ?? 0)
  }, [isOn, field])
  const typed = isOn ? mentionAt(text, Math.min(caret, text.length)) : undefined
  const shown = typed && typed.from !== dismissed ? fitting(people, typed.typed).slice(0, MOST_SHOWN) : []
  const active = shown[Math.min(at, shown.length - 1)]

  const choose = (person: Mentionable) => {
    if (!typed) return
    const before = `${text.slice(0, typed.from)}@${person.name} `
    onText(before + text.slice(caret).replace(/^ /, ""))
    setChosen([...chosen, person])
    setAt(0)
    setCaret(before.length)
    // The caret can only be put there once the new text stands in the field.
    requestAnimationFrame(() => field.current?.setSelectionRange(before.length, before.length))
    field.current?.focus()
  }

  return {
    id,
    shown,
    active,
    chosen,
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
          "aria-activedescendant": `${id}-${active.id}`,
        } as const)
      : {},
  }
}

export function MentionList({ list }: { list: ReturnType<typeof useMentionList> }) {
  if (list.shown.length === 0) return null
  return (
    <ul className={style["list"]} id={list.id} role="listbox" aria-label={t("composer.mention")}>
      {list.shown.map((person) => (
        <li
          key={person.id}
          id={`${list.id}-${person.id}`}
          role="option"
          aria-selected={person === list.active}
          className={style["person"]}
          // Before the field loses its focus and caret.
          onMouseDown={(event) => {
            event.preventDefault()
            list.choose(person)
          }}
        >
          {person.kind === "agent" ? (
            <Avatar id={person.id} name={person.name} size={20} />
          ) : (
            <Icon name="people" />
          )}
          {person.name}
        </li>
      ))}
    </ul>
  )
}
