import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

/**
 * A cable between browser and server that can be cut: what is on it breaks, and nothing new gets through. Silent, it
 * breaks nothing and carries nothing; what was put on it meanwhile comes through when it is mended.
 */
export type Cable = { url: string; cut(): void; silence(): void; mend(): void; close(): Promise<void> }

export async function layCable(to: string): Promise<Cable> {
  const { hostname, port } = new URL(to)
  const ends = new Map<Socket, Socket>()
  let isCut = false
  let isSilent = false
  const server = createServer((near) => {
    if (isCut) return near.destroy()
    const far = connect(Number(port), hostname)
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.set(end, other)
      if (!isSilent) end.pipe(other)
      end.on("error", () => other.destroy())
      end.on("close", () => {
        ends.delete(end)
        other.destroy()
      })
    }
    return undefined
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The cable has no end.")

  function cut(): void {
    isCut = true
    for (const end of ends.keys()) end.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    silence() {
      isSilent = true
      for (const [end, other] of ends) end.unpipe(other)
    },
    mend() {
      if (isSilent) for (const [end, other] of ends) end.pipe(other)
      isCut = isSilent = false
    },
    async close() {
      cut()
      server.close()
      await once(server, "close")
    },
  }
}
