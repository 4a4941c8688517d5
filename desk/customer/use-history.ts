import { useEffect, useRef, useState } from "react"
import { customerHistory, type CustomerHistory } from "../../protocol/customers.ts"
import { RefusalError, request, useConnection } from "../replica/replica.ts"

/** Milliseconds after which a page that somebody has just opened is in his history; asked for as often if it is not. */
const LATER = 1_500
const MOST_TIMES = 3
/** Who goes through a list by the arrows looks at nobody's history; in milliseconds. */
const LOOKED_AT = 150

/**
 * What nobody wrote is no row of the replica: asked for when it is looked at, and anew when the customer turns to
 * another page. Undefined until it is there.
 */
export function useHistory(conversationId: string, page: string | null): CustomerHistory | undefined {
  const isOnline = useConnection() === "online"
  const [history, setHistory] = useState<CustomerHistory>()
  const isThere = useRef(false)
  // Also after he has gone from it.
  const latest = useRef(page)
  useEffect(() => {
    latest.current = page ?? latest.current
    if (!isOnline) return
    const controller = new AbortController()
    let timer = setTimeout(() => void ask(1), isThere.current ? LATER : LOOKED_AT)
    async function ask(times: number) {
      try {
        const path = `/conversations/${conversationId}/customer/history`
        const answer = await request("GET", path, undefined, customerHistory)
        if (controller.signal.aborted) return
        setHistory(answer)
        isThere.current = true
        // Somebody looks at him sooner than the server has noted where he is, or was last, and with what.
        const isBehind = latest.current !== null && answer.visits[0]?.path !== latest.current
        if (isBehind && times < MOST_TIMES) timer = setTimeout(() => void ask(times + 1), LATER)
      } catch (error) {
        // Offline, or no longer for him: the conversation says so.
        if (!(error instanceof RefusalError)) throw error
      }
    }
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
  }, [conversationId, page, isOnline])
  return history
}
