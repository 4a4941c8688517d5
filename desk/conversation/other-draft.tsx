import { memo, useEffect, useState, type RefObject } from "react"
import type { useDraft } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import style from "./composer.module.css"

type OtherProps = Pick<ReturnType<typeof useDraft>, "elsewhere" | "follow" | "keep"> & {
  field: RefObject<HTMLTextAreaElement | null>
}

/**
 * Another device's text comes into the composer by itself, but never under a caret and never in place of what was
 * typed here: then it is offered. What was sent there is gone here at once, so that nobody sends it again.
 */
export const OtherDraft = memo(function OtherDraft({ elsewhere, follow, keep, field }: OtherProps) {
  const [isOffered, setOffered] = useState(false)
  useEffect(() => {
    const element = field.current
    const look = () => {
      const isTyping = document.hasFocus() && document.activeElement === element
      const isFree = elsewhere?.kind === "gone" || (elsewhere && !elsewhere.isUnsynced && !isTyping)
      setOffered(elsewhere !== undefined && !isFree)
      if (isFree) follow()
    }
    look()
    const waitForFocus = () => setTimeout(look)
    element?.addEventListener("blur", waitForFocus)
    return () => element?.removeEventListener("blur", waitForFocus)
  }, [elsewhere, follow, field])
  if (!isOffered || elsewhere?.kind !== "changed") return null
  return (
    <div className={style["other"]}>
      <p>
        {t("composer.otherDraft")} <q dir="auto">{elsewhere.row.text}</q>
      </p>
      <button type="button" onClick={follow}>
        {t("composer.useOther")}
      </button>
      <button type="button" onClick={keep}>
        {t("composer.keepMine")}
      </button>
    </div>
  )
})
