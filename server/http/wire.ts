/** What every websocket of ours does by itself (signs of life, limits, parsing), so that streams deal in messages only. */
import type { Duplex } from "node:stream"
import { WebSocket, type RawData } from "ws"
import type { z } from "zod"
import type { Metrics } from "../metrics/metrics.ts"
import { createPulse } from "./pulse.ts"

/** Messages a client may send at once, and how many more each second. */
const MOST_AT_ONCE = 60
const MORE_A_SECOND = 20
/**
 * When a sign of life is asked for, and how many may stay unanswered. A visitor's are what agents see him by: within
 * PRESENCE_LIFE, so that one lost answer does not make him vanish; asked of the browser, not of the page.
 */
const LIFE = {
  agent: { pulse: createPulse(20_000), mostUnanswered: 1 },
  visitor: { pulse: createPulse(6_000), mostUnanswered: 3 },
}
const DRAIN_LOOK_EVERY = 50
// https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1, and from 4000 on our own.
const MALFORMED = 1007
const TOO_OFTEN = 4429

/** A socket knows its wire, so that the functions that listen to it are the same for all. */
export class WiredSocket extends WebSocket {
  wire: Pick<Wire<unknown>, "hear" | "answered" | "closed"> | undefined
  /** What it is written to. */
  line: Duplex | undefined
}

/** Whom a wire is for. */
export type Owner<Message> = {
  hear(message: Message): void
  /** What was asked with `ask` has arrived, and all that was sent before; an empty text is a mere sign of life. */
  answered?(text: string): void
  /** Called once. */
  gone(): void
}

/**
 * Reads messages of one schema from the socket and keeps it honest: what is malformed or too frequent closes it
 * with a code that says so, and so does silence. One object of few fields: thousands of visitors are connected and
 * silent, and each function of its own would cost as much as all that is to be known of one of them.
 */
export class Wire<Message> {
  readonly #socket: WiredSocket
  readonly #owner: Owner<Message>
  readonly #o: WireOptions<Message>
  #unanswered = 0
  /** When all that he has said will be forgotten, on the clock of `performance`. */
  #forgottenAt = 0

  constructor(socket: WiredSocket, owner: Owner<Message>, options: WireOptions<Message>) {
    this.#socket = socket
    this.#owner = owner
    this.#o = options
    socket.wire = this
    options.metrics.add("sockets", { kind: options.kind }, 1)
    LIFE[options.kind].pulse.join(this)
    socket.on("message", onMessage)
    socket.on("pong", onPong)
    socket.on("close", onClose)
    // ws closes by itself after an error; the reason is the client's affair.
    socket.on("error", ignore)
  }

  send(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    this.#gather()
    this.#socket.send(text)
  }

  /** The browser answers in order, after what was sent before. */
  ask(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping(text)
  }

  unsent(): number {
    return this.#socket.bufferedAmount
  }

  /** False when what was sent has not left within the time. */
  async drained(milliseconds: number): Promise<boolean> {
    const socket = this.#socket
    const until = performance.now() + milliseconds
    while (socket.bufferedAmount > 0 && socket.readyState === WebSocket.OPEN) {
      if (performance.now() > until) return false
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_EVERY))
    }
    return true
  }

  end(): void {
    // What is still on its way may leave first; who does not take it is cut off by ws in the end.
    this.#socket.close(1000)
  }

  beat(): void {
    if (this.#unanswered >= LIFE[this.#o.kind].mostUnanswered) return this.#socket.terminate()
    this.#unanswered += 1
    this.#socket.ping()
  }

  hear(data: RawData, isBinary: boolean): void {
    this.#unanswered = 0
    const socket = this.#socket
    if (socket.readyState !== WebSocket.OPEN) return
    if (!this.#mayGoOn()) return socket.close(TOO_OFTEN, "too-often")
    const parsed = this.#o.schema.safeParse(isBinary ? undefined : parseJson(data))
    if (!parsed.success) return socket.close(MALFORMED, "malformed")
    this.#owner.hear(parsed.data)
  }

  answered(text: string): void {
    this.#unanswered = 0
    this.#owner.answered?.(text)
  }

  closed(): void {
    const { metrics, kind } = this.#o
    LIFE[kind].pulse.leave(this)
    metrics.add("sockets", { kind }, -1)
    this.#owner.gone()
  }

  #mayGoOn(): boolean {
    const now = performance.now()
    this.#forgottenAt = Math.max(now, this.#forgottenAt) + 1_000 / MORE_A_SECOND
    return this.#forgottenAt - now <= (MOST_AT_ONCE * 1_000) / MORE_A_SECOND
  }

  /** What is sent in one go leaves in one go: each write is a call into the system. */
  #gather(): void {
    const { line } = this.#socket
    if (line === undefined || line.writableCorked > 0) return
    line.cork()
    process.nextTick(() => line.uncork())
  }
}

/** The same for all wires of a kind. */
export type WireOptions<Message> = { schema: z.ZodType<Message>; metrics: Metrics; kind: "agent" | "visitor" }

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  if (this instanceof WiredSocket) this.wire?.hear(data, isBinary)
}

function onPong(this: WebSocket, data: Buffer): void {
  if (this instanceof WiredSocket) this.wire?.answered(data.toString())
}

function onClose(this: WebSocket): void {
  if (this instanceof WiredSocket) this.wire?.closed()
}

function ignore(): void {}

function parseJson(data: RawData): unknown {
  try {
    // A message comes as one buffer as long as nobody sets the socket's binaryType.
    return Buffer.isBuffer(data) ? JSON.parse(data.toString()) : undefined
  } catch {
    return undefined
  }
}
