import { useEffect, useState, type PointerEvent } from "react"
import { t } from "../texts/texts.ts"
import style from "./width-handle.module.css"

const KEPT = "parley-list-width"
const NARROWEST = 260
const WIDEST = 520
const STEP = 16

/** Makes the list wider or narrower, by pointer or arrow keys; remembered on this machine. */
export function WidthHandle() {
  const [width, setWidth] = useState(() => {
    const kept = Number(localStorage.getItem(KEPT))
    return kept > 0 ? kept : undefined
  })
  useEffect(() => {
    const { style: page } = document.documentElement
    if (width === undefined) page.removeProperty("--list-width")
    else page.setProperty("--list-width", `${width}px`)
    if (width !== undefined) localStorage.setItem(KEPT, String(width))
  }, [width])

  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const list = event.currentTarget.parentElement?.getBoundingClientRect()
    if (!list) return
    setWidth(within(isTurned() ? list.right - event.clientX : event.clientX - list.left))
  }
  return (
    <div
      className={style["handle"]}
      role="separator"
      aria-orientation="vertical"
      aria-label={t("list.width")}
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
      aria-valuenow={width ?? 336}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onDoubleClick={() => {
        localStorage.removeItem(KEPT)
        setWidth(undefined)
      }}
      onKeyDown={(event) => {
        const [wider, narrower] = isTurned() ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"]
        // What is shown, which is less than what was wished where the window is narrow.
        const shown = event.currentTarget.parentElement?.offsetWidth ?? 0
        if (event.key === wider) setWidth(within(shown + STEP))
        if (event.key === narrower) setWidth(within(shown - STEP))
      }}
    />
  )
}

function within(width: number): number {
  return Math.round(Math.max(NARROWEST, Math.min(WIDEST, width)))
}

/** Whether the page runs to the left, and the list grows that way. */
function isTurned(): boolean {
  return document.dir === "rtl"
}
