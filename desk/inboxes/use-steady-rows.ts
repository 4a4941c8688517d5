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

  const rows = useMemo(() => (held === undefined ? live : keepPlaces(held, live)), [held, live])
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

export function keepPlaces<T extends { id: string }>(held: readonly T[], live: readonly T[]): T[] {
  const fresh = new Map(live.map((row) => [row.id, row]))
  const heldIds = new Set(held.map(({ id }) => id))
  const end = live.findLastIndex(({ id }) => heldIds.has(id)) + 1
  return [...held.map((row) => fresh.get(row.id) ?? row), ...live.slice(end)]
}
