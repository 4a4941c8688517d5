/**
 * A desk's replica as the protocol describes it and nothing more: parses every message strictly, applies
 * snapshots and frames by the rules, and throws at the first thing a client may not accept.
 */
import { WebSocket } from "ws"
import type { Row, RowKind } from "../../protocol/rows.ts"
import {
  PROTOCOL,
  toDesk,
  type Frame,
  type FromDesk,
  type Presence,
  type ToDesk,
} from "../../protocol/stream.ts"

type SnapshotPart = Extract<ToDesk, { kind: "snapshot" }>
type Welcome = Extract<ToDesk, { kind: "welcome" }>
type Kept = { row: Row; asOf: number }

export class StreamClient {
  readonly rows = new Map<string, Kept>()
  /** What no snapshot holds: entries, and what is noted about customers. */
  readonly entries = new Map<string, Kept>()
  readonly presence = new Map<string, Presence>()
  /** Every message as it came, for tests that look for what must not be there. */
  readonly texts: string[] = []
  readonly frames: Frame[] = []
  welcome: Welcome | undefined
  bye: Extract<ToDesk, { kind: "bye" }>["why"] | undefined
  cursor: number | undefined
  epoch: string | undefined
  counts: SnapshotPart["counts"]
  snapshots = 0
  isClosed = false
  closeCode: number | undefined
  #parts: SnapshotPart[] = []
  #send: (text: string) => void = () => undefined
  #close: () => void = () => undefined
  #watchers = new Set<() => void>()

  attach(wire: { send: (text: string) => void; close: () => void }): void {
    this.#send = wire.send
    this.#close = wire.close
    this.isClosed = false
    this.bye = undefined
    this.welcome = undefined
    this.#parts = []
  }

  say(message: FromDesk): void {
    this.#send(JSON.stringify(message))
  }

  /** With what it has, as a browser that comes back. */
  hello(): void {
    const { epoch, cursor } = this
    this.say({
      kind: "hello",
      protocol: PROTOCOL,
      ...(epoch === undefined ? {} : { epoch }),
      ...(cursor === undefined ? {} : { cursor }),
    })
  }

  close(): void {
    this.#close()
  }

  closed(code?: number): void {
    this.isClosed = true
    this.closeCode = code
    this.#tell()
  }

  hear(text: string): void {
    this.texts.push(text)
    const message = toDesk.parse(JSON.parse(text))
    if (message.kind === "welcome") {
      this.welcome = message
      this.epoch = message.epoch
    } else if (message.kind === "snapshot") this.#takePart(message)
    else if (message.kind === "frame") this.#takeFrame(message)
    else if (message.kind === "presence") this.presence.set(message.conversationId, message)
    else if (message.kind === "bye") this.bye = message.why
    this.#tell()
  }

  #takePart(part: SnapshotPart): void {
    if (part.part !== this.#parts.length)
      throw new Error(`Part ${part.part} came as number ${this.#parts.length}.`)
    if (part.part > 0 && part.asOf !== this.#parts[0]?.asOf)
      throw new Error("A snapshot's parts are of different moments.")
    if ((part.part === 0) !== (part.counts !== undefined))
      throw new Error("Counts come with the first part, and only there.")
    if (part.part === 0) this.counts = part.counts
    this.#parts.push(part)
    if (!part.isLast) return
    this.rows.clear()
    for (const { rows, asOf } of this.#parts)
      for (const row of rows) this.rows.set(keyOf(row.kind, row.id), { row, asOf })
    this.#parts = []
    this.cursor = part.asOf
    this.snapshots += 1
  }

  #takeFrame(frame: Frame): void {
    if (this.#parts.length > 0) throw new Error("A frame came between the parts of a snapshot.")
    if (frame.after !== this.cursor)
      throw new Error(`A frame after ${frame.after} came to a client at ${this.cursor}.`)
    if (frame.upTo <= frame.after || frame.asOf < frame.upTo)
      throw new Error("A frame's numbers make no sense.")
    for (const row of frame.rows) {
      const kept = this.#keptOf(row.kind)
      const key = keyOf(row.kind, row.id)
      if ((kept.get(key)?.asOf ?? 0) <= frame.asOf) kept.set(key, { row, asOf: frame.asOf })
    }
    for (const { kind, id } of frame.removed) {
      this.#keptOf(kind).delete(keyOf(kind, id))
      // Who loses sight of a conversation loses sight of its customer.
      if (kind === "conversation") this.entries.delete(keyOf("customer", id))
    }
    this.cursor = frame.upTo
    this.frames.push(frame)
  }

  #keptOf(kind: RowKind): Map<string, Kept> {
    return kind === "entry" || kind === "customer" ? this.entries : this.rows
  }

  row<K extends RowKind>(kind: K, id: string): Extract<Row, { kind: K }> | undefined {
    const found = this.#keptOf(kind).get(keyOf(kind, id))?.row
    return isOfKind(found, kind) ? found : undefined
  }

  /** Resolves once `is` holds; looked at after each message. */
  async until(is: () => boolean, what: string, milliseconds = 5_000): Promise<void> {
    if (is()) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(look)
        reject(
          new Error(`Waited ${milliseconds} ms in vain: ${what}. Cursor ${this.cursor}, bye ${this.bye}.`),
        )
      }, milliseconds)
      const look = (): void => {
        if (!is()) return
        clearTimeout(timer)
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
    })
  }

  async reaches(number: number): Promise<void> {
    await this.until(() => (this.cursor ?? -1) >= number, `the cursor reaches ${number}`)
  }

  #tell(): void {
    for (const look of [...this.#watchers]) look()
  }
}

function keyOf(kind: RowKind, id: string): string {
  return `${kind} ${id}`
}

function isOfKind<K extends RowKind>(row: Row | undefined, kind: K): row is Extract<Row, { kind: K }> {
  return row?.kind === kind
}

/** Over the real socket. The client may be one that was connected before: then it comes back with its cursor. */
export async function connectStream(
  server: { url: string; cookie: string; workspaceId?: string },
  client: StreamClient = new StreamClient(),
): Promise<StreamClient> {
  const url = new URL("/api/v1/stream", server.url.replace(/^http/, "ws"))
  if (server.workspaceId !== undefined) url.searchParams.set("workspace", server.workspaceId)
  const socket = new WebSocket(url, {
    headers: { cookie: server.cookie, origin: new URL(server.url).origin },
  })
  socket.on("message", (data) => client.hear(Buffer.isBuffer(data) ? data.toString() : ""))
  socket.on("close", (code) => client.closed(code))
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve())
    socket.once("error", reject)
    socket.once("unexpected-response", (_request, response) =>
      reject(new Error(`The stream answered ${response.statusCode}.`)),
    )
  })
  client.attach({ send: (text) => socket.send(text), close: () => socket.terminate() })
  client.hello()
  return client
}
