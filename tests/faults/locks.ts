type Work = () => Promise<void> | void

/**
 * A page's locks, as much of them as is used. Node's own are common to all threads of a process, and threads that wait
 * for one wake each other without end, until there is no memory left (24.21).
 */
export function createLocks() {
  const last = new Map<string, Promise<void>>()
  return {
    request(name: string, ...how: [{ signal?: AbortSignal }, Work] | [Work]): Promise<void> {
      const [{ signal }, work] = how.length === 2 ? how : [{}, how[0]]
      const turn = (last.get(name) ?? Promise.resolve()).then(() => {
        signal?.throwIfAborted()
        return work()
      })
      last.set(
        name,
        turn.catch(() => undefined),
      )
      return turn
    },
  }
}
