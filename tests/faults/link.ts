import { connect, type NetConnectOpts, type Socket } from "node:net"

/** Up is towards the server. */
export type Direction = "up" | "down"

export type Weather = {
  /** Of each connection, each way. */
  bytesPerSecond?: number
  /** Milliseconds each piece is under way, from and to; order is kept. */
  delay?: readonly [number, number]
}

/** One connection over a cable. */
export type Link = {
  /** Both ends hear at once that it is over. */
  reset(): void
  /** The near end goes away, as a browser does. */
  end(): void
  /** What was held back goes on. */
  flush(): void
  /** Whoever opened it has closed it, or said goodbye and waits for an answer that nothing depends on. */
  isGivenUp(): boolean
  /** When the oldest of what waits on the way up was said, by `performance.now()`; undefined where nothing does. */
  waitsSince(): number | undefined
}

// https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1: a frame of its own, of the kind 8
const CLOSE_FRAME = 0x88
/** Bytes that wait at most; then the sender is made to wait, as by a full buffer on the way. */
const MOST_WAITING = 256 * 1_024

export function openLink(
  near: Socket,
  target: NetConnectOpts,
  o: {
    weather(): Weather
    isHeld(direction: Direction): boolean
    onClose(): void
  },
): Link {
  const far = connect({ ...target, allowHalfOpen: true })
  const breakOff = (end: Socket): void => {
    // A socket in the file system knows no reset.
    if (end === far && "path" in target) end.destroy()
    else end.resetAndDestroy()
  }
  const up = openWay(near, far, { weather: o.weather, isHeld: () => o.isHeld("up") })
  const down = openWay(far, near, { weather: o.weather, isHeld: () => o.isHeld("down") })
  for (const [one, other, way] of [
    [near, far, up],
    [far, near, down],
  ] as const) {
    one.setNoDelay(true)
    // Whatever happened to one end happens to the other: a killed server is a reset, not a polite end. Unless nobody
    // hears of anything.
    one.on("error", () => {
      if (!way.isHeld()) breakOff(other)
    })
    one.on("close", () => {
      if (near.destroyed && far.destroyed) o.onClose()
      else if (!way.isHeld() && !way.isFlowing()) other.destroy()
    })
  }
  return {
    isGivenUp: () => near.destroyed || near.readableEnded || up.endsWith(CLOSE_FRAME),
    waitsSince: up.waitsSince,
    reset() {
      breakOff(near)
      breakOff(far)
    },
    end: () => near.destroy(),
    flush() {
      up.flush()
      down.flush()
      // What one end did while nothing was told to the other.
      if (near.destroyed && !up.isFlowing()) far.destroy()
      if (far.destroyed && !down.isFlowing()) near.destroy()
    },
  }
}

type Way = {
  isHeld(): boolean
  isFlowing(): boolean
  waitsSince(): number | undefined
  endsWith(first: number): boolean
  flush(): void
}

/** Takes what `from` says to `to`, when it is due. */
function openWay(from: Socket, to: Socket, o: { weather(): Weather; isHeld(): boolean }): Way {
  const waiting: { said: number; due: number; bytes: Buffer | undefined }[] = []
  let size = 0
  let isFree = 0
  let latest = 0
  let timer: NodeJS.Timeout | undefined

  /** `undefined` is the end of all words. */
  function put(bytes: Buffer | undefined): void {
    const now = performance.now()
    const { bytesPerSecond, delay: [least, most] = [0, 0] } = o.weather()
    isFree = Math.max(now, isFree)
    if (bytesPerSecond !== undefined) isFree += ((bytes?.length ?? 0) / bytesPerSecond) * 1_000
    latest = Math.max(latest, isFree + least + Math.random() * (most - least))
    waiting.push({ said: now, due: latest, bytes })
    size += bytes?.length ?? 0
    flush()
  }

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    const isFair = Object.keys(o.weather()).length === 0
    while (!o.isHeld() && !to.destroyed) {
      const [next] = waiting
      if (next === undefined || (!isFair && next.due > performance.now())) break
      waiting.shift()
      size -= next.bytes?.length ?? 0
      if (next.bytes === undefined) to.end()
      else to.write(next.bytes)
    }
    const [next] = waiting
    if (next !== undefined && !o.isHeld() && !to.destroyed)
      timer = setTimeout(flush, Math.max(1, next.due - performance.now()))
    if (size > MOST_WAITING || to.writableLength > MOST_WAITING) from.pause()
    else if (from.isPaused()) from.resume()
  }

  from.on("data", put)
  from.on("end", () => put(undefined))
  to.on("drain", flush)
  to.on("close", () => clearTimeout(timer))
  return {
    isHeld: o.isHeld,
    isFlowing: () => waiting.length > 0 && !to.destroyed,
    waitsSince: () => waiting[0]?.said,
    /** Whether the latest of what waits begins with this byte. */
    endsWith: (first) => waiting.at(-1)?.bytes?.[0] === first,
    flush,
  }
}
