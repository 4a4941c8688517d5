/**
 * The one socket to the server. It says hello with what the replica has, hears, and comes back by itself: after
 * a loss with growing pauses and jitter (a thousand desks must not come back in one second), at once when the
 * network or the window does. A line that went silent without closing (sleep, a dead router) is found by pings.
 */
import { z } from "zod"
import { rowKind, type Row } from "../../protocol/rows.ts"
import { PROTOCOL, toDesk, type FromDesk, type ToDesk } from "../../protocol/stream.ts"

export type Connection = {
  send(message: FromDesk): void
  /** The replica found a gap: asks to be resumed or given a snapshot. */
  helloAgain(): void
  /** The network or the window is back: no waiting, and a doubtful line is tried. */
  wake(): void
  close(): void
}

export type Needs = {
  url: string
  hello(): { epoch?: string | undefined; cursor?: number | undefined }
  onMessage(message: Exclude<ToDesk, { kind: "bye" }>): void
  /** Online it is when the welcome was to its liking: that is for the replica to say. */
  onState(state: "connecting" | "offline"): void
  /** The server let nobody in, or ended the session for good: is anybody still signed in? */
  onRefused(): void
  /** Another protocol is spoken there: this build is too old. */
  onOutdated(): void
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const NOT_UNDERSTOOD = 1007

/**
 * Milliseconds. However long the server was gone, a desk is back within five seconds of its return: three of pause and
 * one or two for the way. Meanwhile two thousand clients knock about 1,100 times a second in vain (pauses of 1.8 on
 * average); after a cut, or when a process says goodbye, they come spread over most of the first second.
 */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 3_000
/** Not to wait out the network's own, ever longer pauses; each third try has the time that a very slow line takes. */
const OPEN_WITHIN = 4_000
const SILENCE = 20_000
const PONG_WITHIN = 8_000
const WELCOME_WITHIN = 15_000
const STEADY_AFTER = 5_000

/** Rows of a snapshot are ours, and tests hold the server to their schema. Checking them here again would cost 60 ms for 5,000. */
const snapshotRow = z.custom<Row>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    "kind" in value &&
    rowKind.safeParse(value.kind).success,
)
const lightSnapshot = z.object({
  kind: z.literal("snapshot"),
  part: z.number(),
  isLast: z.boolean(),
  asOf: z.number(),
  rows: z.array(snapshotRow),
  counts: z.object({ badge: z.number(), inboxes: z.record(z.string(), z.number()) }).optional(),
})
const heard = z.union([lightSnapshot, toDesk])

export function connect(needs: Needs): Connection {
  let socket: WebSocket | undefined
  let failures = 0
  let isClosed = false
  let isWelcome = false
  let welcomedAt = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let watchdog: ReturnType<typeof setTimeout> | undefined

  function open(): void {
    clearTimeout(retry)
    retry = undefined
    if (isClosed) return
    const current = new WebSocket(needs.url)
    socket = current
    isWelcome = false
    watch(failures % 3 === 2 ? WELCOME_WITHIN : OPEN_WITHIN)
    current.addEventListener("open", () => {
      if (socket !== current) return
      watch(WELCOME_WITHIN)
      sayHello()
    })
    current.addEventListener("message", (event) => {
      if (socket === current) hear(String(event.data))
    })
    current.addEventListener("close", ({ code }) => {
      if (socket !== current) return
      // What we say is not understood there: it speaks differently under the same number.
      if (code === NOT_UNDERSTOOD) needs.onOutdated()
      lost(isWelcome)
    })
  }

  function sayHello(): void {
    isWelcome = false
    const { epoch, cursor } = needs.hello()
    say({
      kind: "hello",
      protocol: PROTOCOL,
      ...(epoch !== undefined && cursor !== undefined ? { epoch, cursor } : {}),
    })
  }

  function say(message: FromDesk): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }

  function hear(text: string): void {
    const message = parse(text)
    if (message === undefined) return drop()
    watch(SILENCE)
    if (message.kind === "welcome") {
      isWelcome = true
      welcomedAt = Date.now()
    }
    // Between a second hello and its welcome come frames of the old session.
    if (!isWelcome && (message.kind === "frame" || message.kind === "snapshot")) return
    if (message.kind !== "bye") return needs.onMessage(message)
    if (message.why === "protocol") return needs.onOutdated()
    if (message.why === "signed-out") needs.onRefused()
  }

  /** After this long without a word a ping goes out; without an answer to that the line is dead. */
  function watch(wait: number): void {
    clearTimeout(watchdog)
    watchdog = setTimeout(() => {
      if (!isWelcome) return drop()
      say({ kind: "ping" })
      watchdog = setTimeout(drop, PONG_WITHIN)
    }, wait)
  }

  /** Gives up the line without waiting for it to agree: a dead one would take minutes to close. */
  function drop(): void {
    const current = socket
    socket = undefined
    current?.close()
    lost(isWelcome)
  }

  function lost(wasWelcome: boolean): void {
    clearTimeout(watchdog)
    socket = undefined
    isWelcome = false
    if (isClosed) return
    needs.onState(wasWelcome ? "connecting" : "offline")
    // A refused upgrade looks like a dead server from here; only a request can tell them apart.
    if (!wasWelcome) needs.onRefused()
    // A line that breaks right after its welcome, again and again, is no reason to come back at once.
    if (wasWelcome && Date.now() - welcomedAt > STEADY_AFTER) failures = 0
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures)
    failures += 1
    clearTimeout(retry)
    retry = setTimeout(open, pause * (0.2 + Math.random() * 0.8))
  }

  open()
  return {
    send: say,
    helloAgain: sayHello,
    wake() {
      if (isClosed) return
      if (socket === undefined) return open()
      if (!isWelcome) return
      say({ kind: "ping" })
      clearTimeout(watchdog)
      watchdog = setTimeout(drop, PONG_WITHIN / 2)
    },
    close() {
      isClosed = true
      clearTimeout(retry)
      clearTimeout(watchdog)
      socket?.close()
      socket = undefined
    },
  }
}

function parse(text: string): ToDesk | undefined {
  try {
    const message = heard.safeParse(JSON.parse(text))
    return message.success ? message.data : undefined
  } catch {
    // Not even JSON: something else answers in the server's place.
    return undefined
  }
}
