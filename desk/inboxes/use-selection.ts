import { useCallback, useEffect, useMemo, useRef, useState } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"

/** `range`: from the one picked last to this one. */
export type Pick = (id: string, how: "one" | "range") => void

export type Selection = {
  /** Those of the list that are selected, in its order: what has left it is no part of what is done with them. */
  rows: readonly ConversationRow[]
  has: (id: string) => boolean
  pick: Pick
  /** `unless-any`: what somebody has selected meanwhile stays. */
  set: (ids: Iterable<string>, how?: "unless-any") => void
}

/** Several conversations of a list. Opening one ends it, so that a key never means both. */
export function useSelection(listed: readonly ConversationRow[], openId: string | undefined): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(() => new Set())
  const rows = useMemo(() => (ids.size === 0 ? [] : listed.filter(({ id }) => ids.has(id))), [ids, listed])
  const order = useRef(listed)
  useEffect(() => {
    order.current = listed
  })
  const lastId = useRef<string>(undefined)
  useEffect(() => setIds((before) => (before.size === 0 ? before : new Set())), [openId])

  const pick = useCallback<Pick>((id, how) => {
    const from = lastId.current
    lastId.current = id
    setIds((before) => (how === "range" ? withRange(before, order.current, from, id) : turned(before, id)))
  }, [])
  const set = useCallback<Selection["set"]>((next, how) => {
    setIds((before) => (how === "unless-any" && before.size > 0 ? before : new Set(next)))
  }, [])
  return { rows, has: (id) => ids.has(id), pick, set }
}

function turned(ids: ReadonlySet<string>, id: string): Set<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}

export function withRange(
  ids: ReadonlySet<string>,
  listed: readonly { id: string }[],
  from: string | undefined,
  to: string,
): Set<string> {
  const end = listed.findIndex(({ id }) => id === to)
  const start = listed.findIndex(({ id }) => id === from)
  const first = start < 0 ? end : Math.min(start, end)
  return new Set([...ids, ...listed.slice(first, Math.max(start, end) + 1).map(({ id }) => id)])
}
