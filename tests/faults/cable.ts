import { once } from "node:events"
import { createServer } from "node:net"
import { openLink, type Direction, type Link, type Weather } from "./link.ts"
import type { Random } from "./random.ts"

/** Between clients and a server that comes and goes, or between a server and its database: what runs over it can be harmed. */
export type Cable = {
  /** Of the near end, as http. */
  url: string
  port: number
  /** Where it leads from now on: an address, or the path of a socket. */
  lead(to: string): void
  /** Connections that work. */
  links(): Link[]
  /** Does something bad to one of them, as chance will have it. */
  harm(link: Link, random: Random): void
  /** Both ends of every connection hear that it is over. */
  reset(): void
  /** Half-open from now on: what goes this way does not arrive, of new connections neither. Mending lets it through. */
  hold(...directions: Direction[]): void
  /**
   * As after a router lost its memory: on none of today's connections anything arrives, ever, and no end hears of it.
   * Answers them.
   */
  abandon(): Link[]
  /** Slow or far from now on. */
  turn(weather: Weather): void
  /** Everything goes through again; what hung in the air for good is reset. */
  mend(): void
  close(): Promise<void>
}

export async function layCable(): Promise<Cable> {
  const links = new Set<Link>()
  const abandoned = new Set<Link>()
  let held: readonly Direction[] = []
  let weather: Weather = {}
  let target: { host: string; port: number } | { path: string } = { host: "127.0.0.1", port: 0 }

  const server = createServer({ allowHalfOpen: true }, (near) => {
    const link = openLink(near, target, {
      weather: () => weather,
      isHeld: (direction) => held.includes(direction) || abandoned.has(link),
      onClose: () => links.delete(link) && abandoned.delete(link),
    })
    links.add(link)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The cable has no end.")
  const { port } = address

  const reset = (): void => {
    for (const link of links) link.reset()
  }

  function mend(): void {
    for (const link of abandoned) link.reset()
    abandoned.clear()
    held = []
    weather = {}
    for (const link of links) link.flush()
  }

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    lead(to) {
      if (to.startsWith("/")) target = { path: to }
      else {
        const { hostname, port: number } = new URL(to)
        target = { host: hostname, port: Number(number) }
      }
    },
    links: () => [...links].filter((link) => !abandoned.has(link)),
    harm(link, random) {
      const how = random.number()
      if (how < 0.7) link.reset()
      else if (how < 0.9) link.end()
      else abandoned.add(link)
    },
    reset,
    hold(...directions) {
      held = directions
    },
    abandon() {
      for (const link of links) abandoned.add(link)
      return [...links]
    },
    turn(now) {
      weather = now
    },
    mend,
    async close() {
      reset()
      server.close()
      await once(server, "close")
    },
  }
}
