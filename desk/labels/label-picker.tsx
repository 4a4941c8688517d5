import { useId, useState, type KeyboardEvent } from "react"
import { labelColor, shownLabels, type LabelColor } from "../../protocol/labels.ts"
import type { LabelRow } from "../../protocol/rows.ts"
import { folded } from "../../protocol/text.ts"
import { issue, newId, useLabels } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Icon, showToast } from "../ui/ui.ts"
import { ColorChoice } from "./color-choice.tsx"
import { LabelDot } from "./label-tags.tsx"
import style from "./label-picker.module.css"

const LONGEST_NAME = 40

type PickerProps = { conversationId: string; entryId: string; labelIds: readonly string[] }

/** Type to find one, Enter to put it on or take it off; a name that nobody has yet can be made on the fly. */
export default function LabelPicker({ conversationId, entryId, labelIds }: PickerProps) {
  const id = useId()
  const labels = useLabels()
  const [typed, setTyped] = useState("")
  const [at, setAt] = useState(0)
  const [chosenColor, setChosenColor] = useState<LabelColor>()
  const all = [...labels.values()]
    .filter((label) => label.mergedInto === null)
    .toSorted((one, other) => one.name.localeCompare(other.name))
  const carried = shownLabels(labelIds, labels)
  const name = typed.trim().replace(/\s+/g, " ")
  const found = all.filter((label) => folded(label.name).includes(folded(name)))
  const isNew = name !== "" && !all.some((label) => folded(label.name) === folded(name))
  const count = found.length + (isNew ? 1 : 0)
  const active = Math.min(at, count - 1)
  const color = chosenColor ?? leastUsed(all)

  const change = (labelId: string, isOn: boolean, make?: { name: string; color: LabelColor }) => {
    const asked = issue("label", { conversationId, entryId, labelId }, { isOn, ...(make ? { make } : {}) })
    void asked.then((outcome) => {
      if (outcome.kind === "refused") showToast(refusalWords(outcome.refusal))
    })
  }
  const toggle = (label: LabelRow) => {
    if (!carried.includes(label)) return change(label.id, true)
    // It may be carried by another id that became this one.
    const own = labelIds.filter((one) => shownLabels([one], labels)[0]?.id === label.id)
    for (const one of own) change(one, false)
  }
  const take = (index: number) => {
    const label = found[index]
    if (label) toggle(label)
    else if (isNew) {
      change(newId(), true, { name, color })
      setChosenColor(undefined)
    }
    setTyped("")
    setAt(0)
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229 || count === 0) return
    if (event.key === "ArrowDown") setAt((active + 1) % count)
    else if (event.key === "ArrowUp") setAt((active + count - 1) % count)
    else if (event.key === "Enter") take(active)
    else return
    event.preventDefault()
  }
  const option = (index: number, isOn: boolean, what: React.ReactNode) => (
    <li
      key={found[index]?.id ?? "new"}
      id={`${id}-${index}`}
      role="option"
      aria-selected={isOn}
      data-active={index === active || undefined}
      className={style["option"]}
      // Before the field loses its focus.
      onMouseDown={(event) => {
        event.preventDefault()
        take(index)
      }}
    >
      <span className={style["mark"]}>{isOn && <Icon name="check" size={16} />}</span>
      {what}
    </li>
  )
  return (
    <div className={style["picker"]}>
      <input
        className={style["field"]}
        dir="auto"
        role="combobox"
        aria-label={t("labels.find")}
        placeholder={t("labels.find")}
        aria-expanded={count > 0}
        aria-controls={id}
        aria-activedescendant={count > 0 ? `${id}-${active}` : undefined}
        value={typed}
        maxLength={LONGEST_NAME}
        autoFocus
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
        }}
        onKeyDown={pressed}
      />
      <ul
        id={id}
        role="listbox"
        aria-multiselectable
        aria-label={t("labels.title")}
        className={style["options"]}
      >
        {found.map((label, index) =>
          option(
            index,
            carried.includes(label),
            <>
              <LabelDot color={label.color} />
              <bdi>{label.name}</bdi>
            </>,
          ),
        )}
        {isNew &&
          option(
            found.length,
            false,
            <>
              <LabelDot color={color} />
              {t("labels.make", { name })}
            </>,
          )}
      </ul>
      {all.length === 0 && !isNew && <p className={style["none"]}>{t("labels.none")}</p>}
      {isNew && <ColorChoice value={color} onValue={setChosenColor} />}
    </div>
  )
}

/** So that labels made one after the other do not all look alike. */
function leastUsed(labels: readonly LabelRow[]): LabelColor {
  const uses = (color: LabelColor) => labels.filter((label) => label.color === color).length
  const [first = "blue", ...others] = labelColor.options.filter((color) => color !== "grey")
  return others.reduce<LabelColor>((best, color) => (uses(color) < uses(best) ? color : best), first)
}
