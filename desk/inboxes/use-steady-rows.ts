import { useEffect, useMemo, useRef, useState } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"

/** How long after the pointer's last move nobody is about to click any more, in milliseconds. */
const ABOUT_TO_CLICK = 800

/**
 * Rows in an order that does not change under a moving pointer. While the pointer moves over the list, rows keep
 * their places: their contents go on changing, those that left stay as they were, new ones wait.
 */
export function useSteadyRows(live: readonly ConversationRow[]): {
  rows: readonly ConversationRow[]
  pointer: { onPointerMove: () => void; onPointerLeave: () => void }
} {
  const [held, setHeld] = useState<readonly ConversationRow[]>()
  const shown = useRef(live)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const rows = useMemo(() => {
    if (held === undefined) return live
    const fresh = new Map(live.map((row) => [row.id, row]))
    return held.map((row) => fresh.get(row.id) ?? row)
  }, [held, live])
  useEffect(() => {
    shown.current = rows
  })

  const release = () => {
    clearTimeout(timer.current)
    setHeld(undefined)
  }
  return {
    rows,
    pointer: {
      onPointerMove() {
        clearTimeout(timer.current)
        timer.current = setTimeout(release, ABOUT_TO_CLICK)
        setHeld((before) => before ?? shown.current)
      },
      onPointerLeave: release,
    },
  }
}
