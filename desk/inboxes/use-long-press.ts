import { useRef, type MouseEvent, type PointerEvent } from "react"

/** Milliseconds, and pixels a finger may tremble. */
const LONG = 450
const STILL = 10

/** A finger that stays: the click that its lifting would be is swallowed, and so is the browser's own menu. */
export function useLongPress(run: () => void) {
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number }>(undefined)
  const isSwallowing = useRef(false)
  const end = () => {
    clearTimeout(press.current?.timer)
    press.current = undefined
  }
  return {
    onPointerDown({ pointerType, clientX: x, clientY: y }: PointerEvent) {
      end()
      isSwallowing.current = false
      if (pointerType === "mouse") return
      const timer = setTimeout(() => {
        isSwallowing.current = true
        run()
      }, LONG)
      press.current = { timer, x, y }
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      const { x = clientX, y = clientY } = press.current ?? {}
      if (Math.hypot(clientX - x, clientY - y) > STILL) end()
    },
    onPointerUp: end,
    onPointerCancel: end,
    onContextMenu(event: MouseEvent) {
      if (press.current || isSwallowing.current) event.preventDefault()
    },
    onClickCapture(event: MouseEvent) {
      if (!isSwallowing.current) return
      isSwallowing.current = false
      event.preventDefault()
      event.stopPropagation()
    },
  }
}
