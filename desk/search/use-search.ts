import { useCallback, useEffect, useRef, useState } from "react"
import type { RefusalBody } from "../../protocol/refusals.ts"
import { searchAnswer, type SearchAnswer } from "../../protocol/search.ts"
import { RefusalError, request } from "../replica/replica.ts"

export type Found = {
  /** All pages so far as one; undefined before the first answer. What was found before stays until then. */
  answer: SearchAnswer | undefined
  /** What the answer is to. */
  answered: string | undefined
  isBusy: boolean
  refusal: RefusalBody | undefined
}

const NOTHING: Found = { answer: undefined, answered: undefined, isBusy: false, refusal: undefined }

/** Milliseconds; a browser does not know for sure whether there is a network. */
const TRY_AGAIN = 3_000

/** Asks when `q` changes, and again until the server is reached. Of answers that overtake one another the last question's counts. */
export function useSearch(q: string): Found & { more: () => void } {
  const [found, setFound] = useState<Found>(NOTHING)
  const latest = useRef(0)

  const ask = useCallback(async (wanted: string, before?: SearchAnswer) => {
    const number = ++latest.current
    setFound((earlier) => ({ ...earlier, isBusy: true }))
    try {
      const next = await request("GET", pathOf(wanted, before?.cursor ?? undefined), undefined, searchAnswer)
      if (number !== latest.current) return
      const answer = before ? { ...before, cursor: next.cursor, entries: joined(before, next) } : next
      setFound({ answer, answered: wanted, isBusy: false, refusal: undefined })
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      const { body } = error
      if (number === latest.current) setFound((earlier) => ({ ...earlier, isBusy: false, refusal: body }))
    }
  }, [])

  useEffect(() => {
    if (q.trim() !== "") return void ask(q)
    latest.current += 1
    setFound(NOTHING)
  }, [q, ask])

  const isOffline = found.refusal?.refusal === "offline"
  useEffect(() => {
    if (!isOffline || found.isBusy) return
    const timer = setTimeout(() => void ask(q), TRY_AGAIN)
    return () => clearTimeout(timer)
  }, [isOffline, found.isBusy, q, ask])

  const { answer, isBusy } = found
  return {
    ...found,
    more: () => {
      if (answer && answer.cursor !== null && !isBusy) void ask(q, answer)
    },
  }
}

/** A day begins where the browser is. */
function pathOf(q: string, cursor: string | undefined): string {
  const query = new URLSearchParams({ q, zone: String(-new Date().getTimezoneOffset()) })
  if (cursor !== undefined) query.set("cursor", cursor)
  return `/search?${query}`
}

function joined(before: SearchAnswer, next: SearchAnswer): SearchAnswer["entries"] {
  const known = new Set(before.entries.map(({ id }) => id))
  return [...before.entries, ...next.entries.filter(({ id }) => !known.has(id))]
}
