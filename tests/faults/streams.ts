type Client = { name: string; isConnected(): boolean; openedAt(): number }

export type StreamWatch = {
  /**
   * Who lost a live stream and was longest without one, and for how many milliseconds; one who still is counts too.
   * A tab that is opened again takes the time it takes to load.
   */
  longest(): { name: string; ms: number }
  stop(): void
}

const LOOK_EVERY = 20

/** From now on, how long each client is without a live stream. */
export function watchStreams(clients: readonly Client[]): StreamWatch {
  const since = new Map<string, number>()
  let longest = { name: "nobody", ms: 0 }
  let lookedAt = performance.now()

  function look(): void {
    const now = performance.now()
    for (const { name, isConnected, openedAt } of clients) {
      if (isConnected()) {
        since.delete(name)
        continue
      }
      const begun = since.get(name) ?? lookedAt
      since.set(name, begun)
      if (openedAt() < begun && now - begun > longest.ms) longest = { name, ms: now - begun }
    }
    lookedAt = now
  }

  look()
  const looking = setInterval(look, LOOK_EVERY)
  return {
    longest() {
      look()
      return longest
    },
    stop: () => clearInterval(looking),
  }
}
