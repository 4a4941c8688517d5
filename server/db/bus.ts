/**
 * Wake-ups between the processes of one installation. It lives here because its first engine is PostgreSQL itself
 * (`doorbell.ts`) and the other, NATS (`nats.ts`), must know from the database whom it belongs to.
 *
 * A wake-up is a hint: it comes at most once and may be lost (the connection is being renewed, NATS is down), and
 * whoever needs certainty also looks by himself from time to time. Who sends one hears it, too.
 */
export type Bus = {
  /** Resolves when the channel is heard, or would be if there were a connection. The answer stops it. */
  listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>
  notify(channel: string, payload: string): void
  close(): Promise<void>
}

export type Ring = { channel: string; payload: string }

const gatherFor = 4
/** More than this that cannot be sent is old, and no hint any more. */
const mostKept = 1_000

/** Equal rings of the same few milliseconds go out once, all of them together; those of a short interruption, after it. */
export function gatherRings(to: { isReady(): boolean; send(rings: Ring[]): Promise<void> }) {
  const gathered = new Map<string, Ring>()
  let timer: NodeJS.Timeout | undefined

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (gathered.size === 0 || (!to.isReady() && gathered.size <= mostKept)) return
    const rings = [...gathered.values()]
    gathered.clear()
    if (to.isReady()) await to.send(rings)
  }

  return {
    flush,
    notify(channel: string, payload: string): void {
      gathered.set(`${channel}\0${payload}`, { channel, payload })
      timer ??= setTimeout(() => void flush(), gatherFor)
    },
  }
}
