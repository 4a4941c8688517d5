import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { WebSocket, type RawData } from "ws"
import { toVisitor, type FromVisitor, type ToVisitor } from "../../protocol/visitor.ts"
import { sql } from "kysely"
import { newId, type Database } from "../../server/db/db.ts"
import type { Person } from "./person.ts"

type Answer = { status: number; body: Record<string, unknown>; headers: Headers }
type Kind = ToVisitor["kind"]
type Frame<K extends Kind> = Extract<ToVisitor, { kind: K }>

export type Stream = {
  frames: ToVisitor[]
  tell(message: FromVisitor): void
  /** The first frame of the kind, from now or earlier, that fits and was not given before. */
  next<K extends Kind>(kind: K, fits?: (frame: Frame<K>) => boolean): Promise<Frame<K>>
  socket: WebSocket
  close(): void
}

/** A visitor of a website without a browser. `received` is every byte he ever got. */
export function createVisitor(url: string, sourceId: string, key = randomBytes(32).toString("base64url")) {
  const received: string[] = []
  const base = `${url}/visitor/v1/${sourceId}`

  async function ask(
    what: string,
    body?: object | string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const text = typeof body === "string" ? body : JSON.stringify(body)
    const response = await fetch(`${base}/${what}`, {
      headers: {
        origin: "https://shop.example",
        ...(body === undefined ? {} : { "content-type": "text/plain" }),
        ...headers,
      },
      ...(body === undefined ? {} : { method: "POST", body: text }),
    })
    const answered = await response.text()
    received.push(answered, JSON.stringify([...response.headers]))
    return { status: response.status, body: Object(JSON.parse(answered)), headers: response.headers }
  }

  return {
    key,
    received,
    ask,
    say: (text: string, id = newId()) => ask("messages", { key, id, text }),
    async connect(hello: Partial<Extract<FromVisitor, { kind: "hello" }>> = {}): Promise<Stream> {
      const socket = new WebSocket(`${base.replace("http", "ws")}/stream`, { origin: "https://shop.example" })
      const frames: ToVisitor[] = []
      const given = new Set<ToVisitor>()
      const waiting = new Set<() => void>()
      socket.on("message", (data) => {
        const text = textOf(data)
        received.push(text)
        frames.push(toVisitor.parse(JSON.parse(text)))
        for (const look of waiting) look()
      })
      await once(socket, "open")
      const tell = (message: FromVisitor): void => socket.send(JSON.stringify(message))
      tell({ kind: "hello", key, ...hello })
      return {
        frames,
        tell,
        socket,
        close: () => socket.close(),
        next: (kind, fits = () => true) =>
          new Promise((resolve, reject) => {
            const timer = setTimeout(
              () => reject(new Error(`No ${kind} came: ${JSON.stringify(frames)}`)),
              5_000,
            )
            const look = (): void => {
              for (const frame of frames) {
                if (given.has(frame) || !isOf(frame, kind) || !fits(frame)) continue
                given.add(frame)
                clearTimeout(timer)
                waiting.delete(look)
                return resolve(frame)
              }
            }
            waiting.add(look)
            look()
          }),
      }
    },
  }
}

/** Of a frame as ws gives it unless told otherwise. */
export function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString() : ""
}

export type Visitor = ReturnType<typeof createVisitor>

function isOf<K extends Kind>(frame: ToVisitor, kind: K): frame is Frame<K> {
  return frame.kind === kind
}

/** The conversation in which a message stands, and the address it came through. */
export async function placeOfMessage(
  { db }: Database,
  messageId: unknown,
): Promise<{ conversationId: string; addressId: string }> {
  const { rows } = await sql<{ conversationId: string; addressId: string }>`
    select conversation_id as "conversationId", address_id as "addressId"
      from entries where id = ${messageId}`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error("There is no such message.")
  return row
}

/** An agent answers where the message stands, having seen all that is there. */
export async function answerTo(
  database: Database,
  agent: Person,
  { messageId, text, fileIds = [] }: { messageId: unknown; text: string; fileIds?: string[] },
): Promise<{ id: string; at: string }> {
  const { conversationId, addressId } = await placeOfMessage(database, messageId)
  const { rows } = await sql<{ assigneeId: string | null; isOpen: boolean; lastAnswerId: string | null }>`
    select assignee_id as "assigneeId", closed_at is null as "isOpen", last_answer_id as "lastAnswerId"
      from conversations where id = ${conversationId}`.execute(database.db)
  const [expects] = rows
  const id = newId()
  const path = `/conversations/${conversationId}/answers`
  const { status, body } = await agent.send("POST", path, { id, text, fileIds, addressId, expects })
  if (status !== 200) throw new Error(`The answer was refused: ${JSON.stringify(body)}`)
  return { id, at: String(body.at) }
}
