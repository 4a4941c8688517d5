import { useCallback, useEffect, useRef, useState } from "react"
import { customersAnswer, type CustomerLine } from "../../protocol/customers.ts"
import { RefusalError, request, useConnection, useSelf } from "../replica/replica.ts"

type Shown = {
  query: string
  customers: readonly CustomerLine[]
  next: { key: string; id: string } | null
}

/** What was shown last, and to whom: there at once for who comes back from a conversation. */
let latest: (Shown & { to: string | undefined }) | undefined

/** Milliseconds without another letter after which a search is asked for. */
const PAUSE = 200

export function useCustomers(query: string) {
  const isOnline = useConnection() === "online"
  const to = useSelf()?.agent.id
  const [shown, setShown] = useState(latest?.to === to ? latest : undefined)
  const [state, setState] = useState<"loading" | "ready" | "failed">("loading")
  const asked = useRef(0)

  const ask = useCallback(
    async (after: Shown | undefined) => {
      asked.current += 1
      const mine = asked.current
      setState("loading")
      const page = new URLSearchParams(query)
      if (after?.next) {
        page.set("afterKey", after.next.key)
        page.set("afterId", after.next.id)
      }
      try {
        const { customers, next } = await request("GET", `/customers?${page}`, undefined, customersAnswer)
        if (mine !== asked.current) return
        latest = { to, query, customers: [...(after?.customers ?? []), ...customers], next }
        setShown(latest)
        setState("ready")
      } catch (error) {
        if (!(error instanceof RefusalError)) throw error
        if (mine === asked.current) setState("failed")
      }
    },
    [query, to],
  )
  useEffect(() => {
    if (!isOnline) return
    const timer = setTimeout(() => void ask(undefined), latest?.to === to ? PAUSE : 0)
    return () => {
      clearTimeout(timer)
      // What is under way answers another question.
      asked.current += 1
    }
  }, [ask, isOnline, to])
  return {
    customers: shown?.customers ?? [],
    hasMore: shown?.query === query && shown.next !== null,
    loadMore: () => void ask(shown),
    isLoading: state === "loading",
    isFailed: state === "failed",
    isOnline,
    again: () => void ask(undefined),
  }
}
