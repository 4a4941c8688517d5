import { useNavigate } from "@tanstack/react-router"
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react"
import { folded } from "../../protocol/text.ts"
import { ACTIONS, keysOf, offered } from "../actions/actions.ts"
import { channelIcon, customerName } from "../customer/customer.ts"
import { findConversations } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Icon, type IconName } from "../ui/ui.ts"
import { keyWords } from "./key-words.tsx"
import style from "./palette.module.css"

/** More would not be read; another letter shortens the list. */
const MOST_CONVERSATIONS = 8
/** Of one action, such as the colleagues to assign to: before anything is typed, more would bury the others. */
const MOST_CHOICES = 4

type Line = {
  key: string
  icon: IconName
  label: string
  keys?: string | undefined
  run: () => void
  /** To be shown only when asked for. */
  isFurther: boolean
}

/** Everything that can be done here and everywhere one can go, found by typing a bit of its name. */
export function Palette({ onRun }: { onRun: (act: () => void) => void }) {
  const id = useId()
  const [typed, setTyped] = useState("")
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  // What is on offer is that of the moment the palette was opened: its own field offers nothing.
  const [actions] = useState(actionLines)
  const words = folded(typed)
    .split(/\s+/)
    .filter((word) => word !== "")
  const fitting = actions.filter(({ label, isFurther }) =>
    words.length === 0 ? !isFurther : fits(label, words),
  )
  const conversations = useConversationLines(words)
  const lines = [...fitting, ...conversations]
  const active = Math.min(at, lines.length - 1)

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" })
  }, [active, typed])

  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229 || lines.length === 0) return
    const line = lines[active]
    if (event.key === "ArrowDown") setAt((active + 1) % lines.length)
    else if (event.key === "ArrowUp") setAt((active + lines.length - 1) % lines.length)
    else if (event.key === "Enter" && line) onRun(line.run)
    else return
    event.preventDefault()
  }
  const group = (title: string, from: number, some: readonly Line[]) =>
    some.length > 0 && (
      <ul role="group" aria-label={title}>
        {some.map((line, place) => (
          <li
            key={line.key}
            id={`${id}-${from + place}`}
            role="option"
            aria-selected={from + place === active}
            data-action={line.key}
            className={style["option"]}
            onPointerMove={() => setAt(from + place)}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onMouseUp={(event) => event.button === 0 && onRun(line.run)}
          >
            <Icon name={line.icon} size={16} />
            <bdi className={style["label"]}>{line.label}</bdi>
            {line.keys && keyWords(line.keys)}
          </li>
        ))}
      </ul>
    )
  return (
    <div className={style["palette"]}>
      <input
        className={style["field"]}
        dir="auto"
        role="combobox"
        aria-label={t("palette.field")}
        placeholder={t("palette.field")}
        aria-expanded={lines.length > 0}
        aria-controls={id}
        aria-activedescendant={lines.length > 0 ? `${id}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        autoFocus
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
        }}
        onKeyDown={pressed}
      />
      <div ref={list} id={id} role="listbox" aria-label={t("palette.title")} className={style["options"]}>
        {group(t("palette.here"), 0, fitting)}
        {group(t("palette.conversations"), fitting.length, conversations)}
      </div>
      {lines.length === 0 && (
        <p role="status" className={style["nothing"]}>
          {t("palette.nothing")}
        </p>
      )}
    </div>
  )
}

function actionLines(): Line[] {
  return offered().flatMap(({ name, act }) => {
    const { words, icon } = ACTIONS[name]
    // Opening the palette from itself would do nothing.
    if (name === "palette") return []
    if (typeof act === "function")
      return [{ key: name, icon, label: t(words), keys: keysOf(name), run: act, isFurther: false }]
    return act.map(({ label, run }, place) => ({
      key: place === 0 ? name : `${name} ${place}`,
      icon,
      label: t("palette.choice", { action: t(words), choice: label }),
      keys: place === 0 ? keysOf(name) : undefined,
      run,
      isFurther: place >= MOST_CHOICES,
    }))
  })
}

/** All that was typed begins a word of the name, in any order. */
function fits(label: string, words: readonly string[]): boolean {
  const parts = folded(label).split(/[\s:]+/)
  return words.every((word) => parts.some((part) => part.startsWith(word)))
}

function useConversationLines(words: readonly string[]): Line[] {
  const navigate = useNavigate()
  return findConversations(words, (row) => customerName(row.customer), MOST_CONVERSATIONS).map((row) => ({
    key: row.id,
    icon: channelIcon(row.channel),
    label: customerName(row.customer),
    isFurther: false,
    run: () =>
      void navigate({ to: "/conversations/$conversationId", params: { conversationId: row.id }, search: {} }),
  }))
}
