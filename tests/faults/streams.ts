type Client = { name: string; isConnected(): boolean }

export type StreamWatch = {
  /** Who was without a live stream longest at a stretch, and for how many milliseconds; one who still is counts too. */
  longest(): { name: string; ms: number }
  stop(): void
}

const LOOK_EVERY = 20

/** From now on, how long each client is without a live stream. */
export function watchStreams(clients: readonly Client[]): StreamWatch {
  const since = new Map<string, number>()
  let longest = { name: "nobody", ms: 0 }

  function look(): void {
    const now = performance.now()
    for (const { name, isConnected } of clients) {
      if (isConnected()) since.delete(name)
      else {
        const begun = since.get(name) ?? now
        since.set(name, begun)
        if (now - begun > longest.ms) longest = { name, ms: now - begun }
      }
    }
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
