import { t } from "../texts/texts.ts"
import type { Pick } from "./use-selection.ts"
import style from "./select-box.module.css"

type BoxProps = { id: string; name: string; isSelected: boolean; isSelecting: boolean; onPick: Pick }

/** Lies over the row's picture; seen under the pointer, with the focus, and while anything is selected. */
export function SelectBox({ id, name, isSelected, isSelecting, onPick }: BoxProps) {
  return (
    <label className={style["box"]} data-shown={isSelecting || undefined}>
      <input
        type="checkbox"
        aria-label={t("select.one", { name })}
        checked={isSelected}
        onChange={(event) => {
          const { nativeEvent } = event
          onPick(id, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey ? "range" : "one")
        }}
      />
    </label>
  )
}
