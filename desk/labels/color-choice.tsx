import { useId } from "react"
import { labelColor, type LabelColor } from "../../protocol/labels.ts"
import { t } from "../texts/texts.ts"
import { LabelDot } from "./label-tags.tsx"
import style from "./color-choice.module.css"

export function ColorChoice({ value, onValue }: { value: LabelColor; onValue: (color: LabelColor) => void }) {
  const name = useId()
  return (
    <fieldset className={style["colors"]}>
      <legend>{t("labels.color")}</legend>
      {labelColor.options.map((color) => (
        <label key={color} title={t(`labels.${color}`)}>
          <input
            type="radio"
            className="unseen"
            name={name}
            checked={color === value}
            onChange={() => onValue(color)}
            aria-label={t(`labels.${color}`)}
          />
          <LabelDot color={color} />
        </label>
      ))}
    </fieldset>
  )
}
