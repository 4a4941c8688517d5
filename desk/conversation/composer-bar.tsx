import { memo, type ReactNode, type RefObject } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { t } from "../texts/texts.ts"
import { Button, Icon } from "../ui/ui.ts"
import { AddressMenu } from "./address-menu.tsx"
import { FileButton } from "./choosing-files.tsx"
import { EmojiButton } from "./emoji-button.tsx"
import style from "./composer.module.css"

type BarProps = {
  row: ConversationRow
  /** Where the answer goes; a note goes nowhere. */
  address: ConversationRow["addresses"][number] | undefined
  isNote: boolean
  isClosed: boolean
  canSend: boolean
  /** How much of a text message is used up. */
  count: string | undefined
  recordButton: ReactNode
  field: RefObject<HTMLTextAreaElement | null>
  /** Left out where all that is written is a note. */
  onTurn: ((toNote: boolean) => void) | undefined
  onPick: (addressId: string) => void
  onChoose: (files: File[]) => void
  onText: (text: string) => void
}

/** What stands under the text; hardly a keystroke changes anything in it. */
export const ComposerBar = memo(function ComposerBar(o: BarProps) {
  const { isNote, isClosed } = o
  return (
    <div className={style["bar"]}>
      {o.onTurn && <NoteSwitch isNote={isNote} onTurn={o.onTurn} />}
      <FileButton isDisabled={isClosed} onChoose={o.onChoose} />
      {o.address && <AddressMenu row={o.row} address={o.address} onPick={o.onPick} />}
      <span className={style["end"]}>
        {o.count !== undefined && <span className={style["count"]}>{o.count}</span>}
        {o.recordButton}
        {!isClosed && <EmojiButton field={o.field} onText={o.onText} />}
        <Button kind="primary" icon="send" label={t("composer.send")} type="submit" disabled={!o.canSend} />
      </span>
    </div>
  )
})

function NoteSwitch({ isNote, onTurn }: { isNote: boolean; onTurn: (toNote: boolean) => void }) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={isNote}
      aria-label={t("composer.note")}
      title={t("composer.noteHint")}
      className={style["switch"]}
      onClick={() => onTurn(!isNote)}
    >
      <Icon name="lock" size={16} />
      <span aria-hidden="true" className={style["long"]}>
        {t("composer.note")}
      </span>
      <span aria-hidden="true" className={style["short"]}>
        {t("composer.noteShort")}
      </span>
    </button>
  )
}
