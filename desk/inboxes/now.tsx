import { createContext, useContext, useEffect, useState, type ReactNode } from "react"
import { serverNow } from "../replica/replica.ts"

const Now = createContext(0)

/** One clock for all the ages of a list, so that they change together and cost one timer. */
export function NowProvider({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 20_000)
    return () => clearInterval(timer)
  }, [])
  return <Now value={now}>{children}</Now>
}

export function useNow(): number {
  return useContext(Now)
}
