/** An agent's message counts as seen when it has stood for a second in an open panel of a visible page. */
import type { RefObject } from "preact"
import { useEffect } from "preact/hooks"
import type { Visitor, VisitorState } from "./visitor.ts"

const LONG_ENOUGH = 1_000

export function useSeen(log: RefObject<HTMLElement | null>, state: VisitorState, visitor: Visitor): void {
  const latest = state.messages.findLast((message) => message.agent)?.at ?? ""
  useEffect(() => {
    const box = log.current
    if (!box || latest <= state.seenUpTo) return
    const timers = new Map<Element, ReturnType<typeof setTimeout>>()
    const watcher = new IntersectionObserver(
      (sights) => {
        for (const sight of sights) {
          clearTimeout(timers.get(sight.target))
          // Of a message taller than the panel a good piece is enough.
          const isInSight = sight.intersectionRatio > 0.5 || sight.intersectionRect.height > 100
          if (isInSight)
            timers.set(
              sight.target,
              setTimeout(() => saw(sight.target), LONG_ENOUGH),
            )
        }
      },
      { root: box, threshold: [0, 0.25, 0.5, 0.75, 1] },
    )
    function saw(bubble: Element): void {
      const stamp = bubble.getAttribute("data-stamp")
      if (document.visibilityState === "visible" && stamp) visitor.saw(stamp)
    }
    function watch(): void {
      watcher.disconnect()
      for (const timer of timers.values()) clearTimeout(timer)
      if (document.visibilityState !== "visible") return
      for (const bubble of box?.querySelectorAll("[data-stamp]") ?? [])
        if ((bubble.getAttribute("data-stamp") ?? "") > state.seenUpTo) watcher.observe(bubble)
    }
    watch()
    document.addEventListener("visibilitychange", watch)
    return () => {
      document.removeEventListener("visibilitychange", watch)
      watcher.disconnect()
      for (const timer of timers.values()) clearTimeout(timer)
    }
  }, [log, visitor, latest, state.seenUpTo])
}
