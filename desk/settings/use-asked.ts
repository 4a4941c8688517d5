import { useEffect, useState } from "react"
import type { z } from "zod"
import { request, RefusalError, useConnection } from "../replica/replica.ts"

/**
 * What is no row of the replica: asked for when shown, and again whenever `since` is another value. Undefined until it
 * is answered, and without a path.
 */
export function useAsked<S extends z.ZodType>(
  path: string | undefined,
  answer: S,
  since: unknown,
): z.output<S> | undefined {
  const [found, setFound] = useState<z.output<S>>()
  const isOnline = useConnection() === "online"
  useEffect(() => {
    if (path === undefined || !isOnline) return
    let isWanted = true
    request("GET", path, undefined, answer).then(
      (asked) => isWanted && setFound(asked),
      (error: unknown) => {
        // Offline there is simply nothing more; anything else is a bug.
        if (!(error instanceof RefusalError)) throw error
      },
    )
    return () => {
      isWanted = false
    }
  }, [path, answer, since, isOnline])
  return found
}
