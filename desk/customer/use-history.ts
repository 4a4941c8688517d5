import { useEffect, useState } from "react"
import { customerHistory, type CustomerHistory } from "../../protocol/customers.ts"
import { RefusalError, request, useConnection } from "../replica/replica.ts"

/** Milliseconds after which a page that somebody has just opened is in his history. */
const LATER = 1_500
/** Who goes through a list by the arrows looks at nobody's history; in milliseconds. */
const LOOKED_AT = 150

/**
 * What nobody wrote is no row of the replica: asked for when it is looked at, and anew when the customer turns to
 * another page. Undefined until it is there.
 */
export function useHistory(conversationId: string, page: string | null): CustomerHistory | undefined {
  const isOnline = useConnection() === "online"
  const [history, setHistory] = useState<CustomerHistory>()
  const isFirst = history === undefined
  useEffect(() => {
    if (!isOnline) return
    const controller = new AbortController()
    const timer = setTimeout(
      () => {
        request("GET", `/conversations/${conversationId}/customer/history`, undefined, customerHistory).then(
          (answer) => controller.signal.aborted || setHistory(answer),
          (error: unknown) => {
            // Offline, or no longer for him: the conversation says so.
            if (!(error instanceof RefusalError)) throw error
          },
        )
      },
      isFirst ? LOOKED_AT : LATER,
    )
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
    // What comes first changes nothing about what to ask.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [conversationId, page, isOnline])
  return history
}
