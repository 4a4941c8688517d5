/**
 * The bus in NATS, for many processes: PostgreSQL then carries no wake-ups at all. A NATS that cannot be reached
 * delays nothing and stops nothing: what is lost is looked for, and the connection is tried again for ever.
 *
 * Subjects begin with the installation's restore id, so that two installations on one NATS, even a copy restored from
 * the other's backup, never hear each other.
 */
import { connect, type ConnectionOptions, type NatsConnection } from "@nats-io/transport-node"
import type { Log } from "../log/log.ts"
import { gatherRings, type Bus, type Ring } from "./bus.ts"

const retryAfter = 500
const connectWithin = 5_000
/** A line that went silent is found after two of these, in milliseconds. */
const pingEvery = 5_000
/** Nobody waits longer for a NATS that does not answer. */
const settleWithin = 1_000

type Listener = { channel: string; onPayload: (payload: string) => void; stop?: () => void }

export function openNats(o: { urls: readonly string[]; log: Log; getRestoreId: () => string }): Bus & {
  /** The restore id is another one: everything is to be heard under that. */
  renew(): void
} {
  const { log, getRestoreId } = o
  const listeners = new Set<Listener>()
  const rings = gatherRings({ isReady: () => connection !== undefined, send })
  let connection: NatsConnection | undefined
  let isClosed = false
  let retryTimer: NodeJS.Timeout | undefined
  let isKnownLost = false
  let connecting = begin()

  async function begin(): Promise<void> {
    try {
      const fresh = await connect(optionsOf(o.urls))
      if (isClosed) return await fresh.close()
      connection = fresh
      isKnownLost = false
      void fresh.closed().then((error) => lose(fresh, error))
      for (const listener of listeners) hear(fresh, listener)
      await rings.flush()
    } catch (error) {
      lose(undefined, error)
    }
  }

  function lose(lost: NatsConnection | undefined, error: unknown): void {
    if (connection === lost) connection = undefined
    if (isClosed) return
    if (!isKnownLost) log.warn({ err: error }, "NATS cannot be reached; wake-ups take up to a second")
    isKnownLost = true
    clearTimeout(retryTimer)
    retryTimer = setTimeout(() => {
      connecting = begin()
    }, retryAfter)
  }

  function hear(on: NatsConnection, listener: Listener): void {
    const subscription = on.subscribe(subjectOf(listener.channel), {
      callback: (error, message) => {
        if (error) log.warn({ err: error, channel: listener.channel }, "wake-ups are not heard")
        else listener.onPayload(message.string())
      },
    })
    listener.stop = () => {
      if (!subscription.isClosed()) subscription.unsubscribe()
    }
  }

  function subjectOf(channel: string): string {
    return `parley.${getRestoreId()}.${channel}`
  }

  async function send(gathered: Ring[]): Promise<void> {
    try {
      for (const { channel, payload } of gathered) connection?.publish(subjectOf(channel), payload)
    } catch (error) {
      log.warn({ err: error }, "wake-ups were not sent")
    }
  }

  /** Until the server has taken what was said so far. */
  async function settle(): Promise<void> {
    await connecting
    await rings.flush()
    await connection?.flush().catch((error: unknown) => log.debug({ err: error }, "NATS was lost"))
  }

  return {
    async listen(channel, onPayload) {
      const listener: Listener = { channel, onPayload }
      listeners.add(listener)
      if (connection !== undefined) hear(connection, listener)
      await forAMoment(settle())
      return async () => {
        listeners.delete(listener)
        listener.stop?.()
      }
    },
    notify: rings.notify,
    renew: () => void connection?.close(),
    async close() {
      await forAMoment(settle())
      isClosed = true
      clearTimeout(retryTimer)
      await connection?.close()
    },
  }
}

async function forAMoment(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, settleWithin)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}

/** NATS takes user, password and token apart from the address. All addresses are of one cluster: the first one's count. */
function optionsOf(urls: readonly string[]): ConnectionOptions {
  const addresses = urls.map((url) => new URL(url))
  const { username = "", password = "" } = addresses[0] ?? {}
  const user = decodeURIComponent(username)
  const login = password === "" ? { token: user } : { user, pass: decodeURIComponent(password) }
  return {
    name: "parley",
    servers: addresses.map(({ hostname, port }) => `${hostname}:${port || "4222"}`),
    ...(user === "" ? {} : login),
    ...(addresses.some(({ protocol }) => protocol === "tls:") ? { tls: {} } : {}),
    timeout: connectWithin,
    pingInterval: pingEvery,
    // Coming back is seen to above, with the subjects of that moment.
    reconnect: false,
  }
}
