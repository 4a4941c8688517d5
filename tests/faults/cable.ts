import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import type { Random } from "./random.ts"

export type Link = { near: Socket; far: Socket }

/** Between clients and a server that comes and goes: what runs over it can be cut, with or without a word. */
export type Cable = {
  url: string
  /** Where it leads from now on. */
  lead(to: string): void
  /** Connections that work. */
  links(): Link[]
  /** Does something bad to one of them. */
  harm(link: Link, random: Random): void
  /** Ends what hangs in the air. */
  mend(): void
  close(): Promise<void>
}

export async function layCable(): Promise<Cable> {
  const links = new Set<Link>()
  const frozen = new Set<Link>()
  let target = { host: "127.0.0.1", port: 0 }

  const server = createServer((near) => {
    const far = connect(target.port, target.host)
    const link = { near, far }
    links.add(link)
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      end.setNoDelay(true)
      end.pipe(other)
      // Whatever happened to one end happens to the other: a killed server is a reset, not a polite end.
      end.on("error", () => other.resetAndDestroy())
      end.on("close", () => {
        links.delete(link)
        if (!frozen.has(link)) other.destroy()
      })
    }
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The cable has no end.")

  function reset({ near, far }: Link): void {
    near.resetAndDestroy()
    far.resetAndDestroy()
  }

  /** Half-open, as after a router lost its memory: neither end hears of it, and nothing gets through. */
  function freeze(link: Link): void {
    frozen.add(link)
    for (const end of [link.near, link.far]) {
      end.unpipe()
      end.pause()
    }
  }

  function mend(): void {
    for (const link of frozen) reset(link)
    frozen.clear()
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    lead(to) {
      const { hostname, port } = new URL(to)
      target = { host: hostname, port: Number(port) }
    },
    links: () => [...links].filter((link) => !frozen.has(link)),
    harm(link, random) {
      const how = random.number()
      if (how < 0.7) reset(link)
      else if (how < 0.9) link.near.destroy()
      else freeze(link)
    },
    mend,
    async close() {
      mend()
      for (const link of links) reset(link)
      server.close()
      await once(server, "close")
    },
  }
}
