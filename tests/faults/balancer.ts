import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import { patience } from "./patience.ts"

/** Milliseconds. */
const LOOK_EVERY = 1_000
const ANSWER_WITHIN = 2_000
const CONNECT_WITHIN = 2_000
/** Answers that fail to come one after another until a server counts as unwell. */
const MISSES = 2

/**
 * `attentive`: asks every server each second how it is; to one that is not well nobody is sent while another is, and
 * who was there is cut off (as HAProxy's `on-marked-down shutdown-sessions`). `sleepy`: notices nothing; who is led to a dead server is refused.
 */
export type Attention = "attentive" | "sleepy"

/** Any load balancer: each connection to the next server, whoever it comes from. */
export type Balancer = {
  url: string
  attend(attention: Attention): void
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
  const misses = new Map<Backend, number>()
  let attention: Attention = "attentive"
  let turn = 0

  const server = createServer((near) => {
    near.on("error", () => near.destroy())
    near.setNoDelay(true)
    turn += 1
    const from = prefersFirst ? 0 : turn % backends.length
    const inTurn = [...backends.slice(from), ...backends.slice(0, from)]
    const well = inTurn.filter(isWell)
    if (attention === "sleepy") void join(near, inTurn.slice(0, 1))
    else void join(near, well.length > 0 ? well : inTurn)
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

  const isWell = (backend: Backend): boolean => (misses.get(backend) ?? 0) < MISSES * patience()

  async function look(backend: Backend): Promise<void> {
    const hasAnswered = attention === "sleepy" || (await answers(backend))
    misses.set(backend, hasAnswered ? 0 : (misses.get(backend) ?? 0) + 1)
    if (isWell(backend) || !backends.some(isWell)) return
    for (const [near, itsBackend] of links) if (itsBackend === backend) near.resetAndDestroy()
  }

  const looking = setInterval(() => {
    for (const backend of backends) void look(backend)
  }, LOOK_EVERY)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The balancer has no port.")
  return {
    url: `http://127.0.0.1:${address.port}`,
    attend(to) {
      attention = to
    },
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

async function answers({ url }: Backend): Promise<boolean> {
  if (url() === "") return false
  const signal = AbortSignal.timeout(ANSWER_WITHIN)
  const answer = await fetch(`${url()}/healthz`, { signal }).catch(() => undefined)
  await answer?.body?.cancel()
  return answer?.ok ?? false
}
