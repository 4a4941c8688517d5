import { useRef, type TouchEvent } from "react"

/** In pixels: from here on it is a swipe and no tap; so far, and it is meant. */
const BEGINS = 12
const FAR = 96
/** A quick one need not go so far: pixels a millisecond, and pixels. */
const QUICK = 0.5
const QUICK_FAR = 40
/** At the very edges the phone's own gesture begins, which goes back by itself. */
const EDGE = 24
/** Of two directions it is this one, if it goes so many times further there. */
const CLEARLY = 1.5

type Swipe = { x: number; y: number; at: number; isBack: boolean }

/**
 * Swiping to the right goes back, to the left where text runs so. What is swiped follows the finger, except for those
 * who want no motion. It must have `touch-action: pan-y`, else the browser takes the gesture for its own.
 */
export function useSwipeBack(onBack: () => void) {
  const swipe = useRef<Swipe>(undefined)

  const isSelecting = () => getSelection()?.isCollapsed === false
  const end = (element: HTMLElement) => {
    swipe.current = undefined
    element.style.translate = ""
    element.style.transition = ""
  }
  return {
    onTouchStart(event: TouchEvent<HTMLElement>) {
      end(event.currentTarget)
      const touch = event.touches.item(0)
      if (event.touches.length !== 1 || !touch || isSelecting()) return
      if (touch.clientX < EDGE || touch.clientX > innerWidth - EDGE) return
      swipe.current = { x: touch.clientX, y: touch.clientY, at: event.timeStamp, isBack: false }
    },
    onTouchMove(event: TouchEvent<HTMLElement>) {
      const touch = event.touches.item(0)
      const begun = swipe.current
      if (!begun || !touch) return
      const { along, across } = wayOf(begun, touch)
      if (event.touches.length !== 1 || isSelecting()) return end(event.currentTarget)
      if (!begun.isBack) {
        if (Math.max(Math.abs(along), across) < BEGINS) return
        if (along < across * CLEARLY) return end(event.currentTarget)
        begun.isBack = true
      }
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) return
      const { style } = event.currentTarget
      style.transition = "none"
      style.translate = `${Math.max(0, along) * forwards()}px`
    },
    onTouchEnd(event: TouchEvent<HTMLElement>) {
      const begun = swipe.current
      const touch = event.changedTouches.item(0)
      end(event.currentTarget)
      if (!begun?.isBack || !touch) return
      const { along } = wayOf(begun, touch)
      const speed = along / (event.timeStamp - begun.at)
      if (along >= FAR || (along >= QUICK_FAR && speed >= QUICK)) onBack()
    },
    onTouchCancel: (event: TouchEvent<HTMLElement>) => end(event.currentTarget),
  }
}

function forwards(): 1 | -1 {
  return document.dir === "rtl" ? -1 : 1
}

function wayOf(begun: Swipe, touch: { clientX: number; clientY: number }) {
  return { along: (touch.clientX - begun.x) * forwards(), across: Math.abs(touch.clientY - begun.y) }
}
