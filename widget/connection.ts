/**
 * The visitor's stream: one socket that comes back by itself, with growing pauses and at once when the network or
 * the visitor returns. A socket that has gone silent (sleep, a cut cable) is found by an unanswered ping.
 */
import type { FromVisitor, ToVisitor } from "../protocol/visitor.ts"
import { writeJson } from "./storage.ts"

export type Connection = {
  /** Whether there is anybody to hear it. */
  send(message: FromVisitor): boolean
  /** The network or the visitor is back: connect, or make sure that the connection lives. */
  wake(): void
  /** For good. */
  end(): void
}

const PING_EVERY = 25_000
const PONG_WITHIN = 6_000
const WELCOME_WITHIN = 15_000
/** Each third try has the time that a very slow line takes; with the others a lost packet is not waited for. */
const OPEN_WITHIN = 4_000
/** Back within five seconds of the server's return, spread: as the desk's, whose connection.ts has the arithmetic. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 3_000

export function connect(o: {
  address: string
  hello(): FromVisitor
  onMessage(message: ToVisitor): void
  onState(isConnected: boolean): void
}): Connection {
  let socket: WebSocket | undefined
  let failures = 0
  let reconnecting: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let isPaused = false
  let isOver = false

  function open(): void {
    clearTimeout(reconnecting)
    if (isPaused) return
    const mine = new WebSocket(o.address)
    socket = mine
    silence = setTimeout(() => lose(mine), failures % 3 === 2 ? WELCOME_WITHIN : OPEN_WITHIN)
    mine.addEventListener("open", () => {
      if (socket !== mine) return
      clearTimeout(silence)
      silence = setTimeout(() => lose(mine), WELCOME_WITHIN)
      mine.send(writeJson(o.hello()))
    })
    mine.addEventListener("message", (event) => {
      if (socket !== mine || typeof event.data !== "string") return
      listen()
      // The server checks every frame against the schema of this type before it sends it.
      const message = JSON.parse(event.data) as ToVisitor
      if (message.kind === "welcome") {
        failures = 0
        o.onState(true)
      }
      o.onMessage(message)
    })
    mine.addEventListener("close", () => lose(mine))
  }

  /** Something was heard: the next sign of life is asked for after a while. */
  function listen(): void {
    clearTimeout(silence)
    silence = setTimeout(ping, PING_EVERY)
  }

  function ping(): void {
    const mine = socket
    if (mine?.readyState !== WebSocket.OPEN) return
    mine.send('{"kind":"ping"}')
    clearTimeout(silence)
    silence = setTimeout(() => lose(mine), PONG_WITHIN)
  }

  function lose(mine: WebSocket): void {
    if (socket !== mine) return
    socket = undefined
    clearTimeout(silence)
    mine.close()
    o.onState(false)
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures)
    failures += 1
    clearTimeout(reconnecting)
    reconnecting = setTimeout(open, pause * (0.2 + Math.random() * 0.8))
  }

  function wake(): void {
    if (isOver) return
    if (socket) ping()
    else open()
  }

  function pause(): void {
    isPaused = true
    if (socket) lose(socket)
    clearTimeout(reconnecting)
  }

  // A page in the back-forward cache may hold no socket.
  addEventListener("pagehide", pause)
  addEventListener("pageshow", () => {
    if (!isPaused || isOver) return
    isPaused = false
    wake()
  })
  open()
  return {
    wake,
    end() {
      isOver = true
      pause()
    },
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) return false
      socket.send(writeJson(message))
      return true
    },
  }
}
