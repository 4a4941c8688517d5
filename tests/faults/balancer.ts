import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

/** Milliseconds. */
const LOOK_EVERY = 1_000
const ANSWER_WITHIN = 2_000
const CONNECT_WITHIN = 2_000

/**
 * `attentive`: asks every server each second how it is; to one that is not well nobody is sent, and who was there is cut off (as
 * HAProxy's `on-marked-down shutdown-sessions`). `sleepy`: notices nothing; who is led to a dead server is refused.
 */
export type Attention = "attentive" | "sleepy"

/** Any load balancer: each connection to the next server, whoever it comes from. */
export type Balancer = {
  url: string
  attend(attention: Attention): void
  /** Connections to each server, in the order they were given. */
  loads(): number[]
  close(): Promise<void>
}

/** A server as it is seen from here: its address changes with each start. */
export type Backend = { url(): string }

/** `prefersFirst`: the others are for when the first is not well. */
export async function openBalancer(
  backends: readonly Backend[],
  { prefersFirst = false }: { prefersFirst?: boolean } = {},
): Promise<Balancer> {
  const links = new Map<Socket, Backend>()
  const unwell = new Set<Backend>()
  let attention: Attention = "attentive"
  let turn = 0

  const server = createServer((near) => {
    near.on("error", () => near.destroy())
    near.setNoDelay(true)
    turn += 1
    const from = prefersFirst ? 0 : turn % backends.length
    const inTurn = [...backends.slice(from), ...backends.slice(0, from)]
    const well = inTurn.filter((backend) => !unwell.has(backend))
    void join(near, attention === "sleepy" ? inTurn.slice(0, 1) : well)
  })

  /** Who refuses is passed over at once. */
  async function join(near: Socket, candidates: readonly Backend[]): Promise<void> {
    for (const backend of candidates) {
      const far = await reach(backend)
      if (far === undefined) continue
      if (near.destroyed) return void far.destroy()
      links.set(near, backend)
      couple(near, far)
      couple(far, near)
      near.on("close", () => links.delete(near))
      return
    }
    near.resetAndDestroy()
  }

  async function look(): Promise<void> {
    await Promise.all(
      backends.map(async (backend) => {
        if (attention === "sleepy" || (await isWell(backend))) return void unwell.delete(backend)
        unwell.add(backend)
        for (const [near, itsBackend] of links) if (itsBackend === backend) near.resetAndDestroy()
      }),
    )
  }

  const looking = setInterval(() => void look(), LOOK_EVERY)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The balancer has no port.")
  return {
    url: `http://127.0.0.1:${address.port}`,
    attend(to) {
      attention = to
    },
    loads: () => backends.map((backend) => [...links.values()].filter((one) => one === backend).length),
    async close() {
      clearInterval(looking)
      for (const near of links.keys()) near.resetAndDestroy()
      server.close()
      await once(server, "close")
    },
  }
}

async function reach({ url }: Backend): Promise<Socket | undefined> {
  if (url() === "") return undefined
  const { hostname, port } = new URL(url())
  const far = connect(Number(port), hostname)
  far.setNoDelay(true)
  const late = setTimeout(() => far.destroy(new Error("It took too long.")), CONNECT_WITHIN)
  try {
    await once(far, "connect")
    return far
  } catch {
    // Refused, reset or too late: it is passed over.
    return undefined
  } finally {
    clearTimeout(late)
  }
}

/** Whatever happens to one end happens to the other. */
function couple(end: Socket, other: Socket): void {
  end.pipe(other)
  end.on("error", () => other.resetAndDestroy())
  end.on("close", () => other.destroy())
}

async function isWell({ url }: Backend): Promise<boolean> {
  if (url() === "") return false
  const signal = AbortSignal.timeout(ANSWER_WITHIN)
  const answer = await fetch(`${url()}/healthz`, { signal }).catch(() => undefined)
  await answer?.body?.cancel()
  return answer?.ok ?? false
}
