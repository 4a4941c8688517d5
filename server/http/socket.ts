/**
 * Websockets: how a request becomes one, and what every wire of ours does by itself (signs of life, limits,
 * parsing), so that streams deal in messages only.
 *
 * An upgrade runs through the same routes, hooks and refusals as any request: a route calls `acceptSocket` when
 * it is content, and until then whatever it throws is answered as HTTP.
 */
import { ServerResponse, type IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import type { FastifyReply, FastifyRequest } from "fastify"
import { WebSocketServer, type RawData, type WebSocket } from "ws"
import type { z } from "zod"
import { refuse, Refusal } from "../../protocol/refusals.ts"
import { fromDesk } from "../../protocol/stream.ts"
import type { Config } from "../config/config.ts"
import type { Metrics } from "../metrics/metrics.ts"
import { openAgentSession, type Sync } from "../sync/sync.ts"
import { isOwnOrigin } from "./origin.ts"
import { createPulse } from "./pulse.ts"
import type { App } from "./route.ts"

const MOST_BYTES = 64 * 1024
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
/** Open sockets of one agent in this process; each holds a little and costs a snapshot. */
const MOST_OF_ONE_AGENT = 50

// https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1, and from 4000 on our own.
const MALFORMED = 1007
const TOO_OFTEN = 4429

const upgrades = new WeakMap<IncomingMessage, { socket: Duplex; head: Buffer }>()
/** What a websocket is written to. */
const lines = new WeakMap<WebSocket, Duplex>()
// Compression would cost more memory than it saves bytes: 1.2 GB for 5,000 idle connections.
const server = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: MOST_BYTES,
})

/** Lets routes of the app accept websockets. */
export function acceptUpgrades(app: App): void {
  app.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A connection that breaks before it is a websocket has nobody else to tell.
    socket.on("error", () => socket.destroy())
    upgrades.set(request, { socket, head })
    const response = new ServerResponse(request)
    // Node gives an upgraded connection as a Duplex; it is the socket that the request came on.
    response.assignSocket(request.socket)
    app.routing(request, response)
  })
  app.addHook("onResponse", async (request) => {
    upgrades.get(request.raw)?.socket.destroy()
  })
}

/** Turns this request into a websocket; refuses one that did not ask for it. */
export async function acceptSocket(request: FastifyRequest, reply: FastifyReply): Promise<WebSocket> {
  const upgrade = upgrades.get(request.raw)
  if (upgrade === undefined) throw refuse("invalid-input")
  reply.hijack()
  upgrades.delete(request.raw)
  reply.raw.detachSocket(request.raw.socket)
  return new Promise((resolve) => {
    server.handleUpgrade(request.raw, upgrade.socket, upgrade.head, (socket) => {
      lines.set(socket, upgrade.socket)
      resolve(socket)
    })
  })
}

export type Wire = {
  send(text: string): void
  unsent(): number
  /** False when what was sent has not left within the time. */
  drained(milliseconds: number): Promise<boolean>
  end(): void
}

/**
 * Reads messages of one schema from the socket and keeps it honest: what is malformed or too frequent closes it
 * with a code that says so, and so does silence. `onGone` is called once.
 */
export function openWire<Message>(
  socket: WebSocket,
  options: {
    schema: z.ZodType<Message>
    metrics: Metrics
    kind: "agent" | "visitor"
    onMessage: (message: Message) => void
    onGone: () => void
  },
): Wire {
  const { schema, metrics, kind, onMessage, onGone } = options
  const mayGoOn = allowance()
  const { pulse, mostUnanswered } = LIFE[kind]
  let unanswered = 0
  metrics.add("sockets", { kind }, 1)

  const stopAsking = pulse.join(() => {
    if (unanswered >= mostUnanswered) return socket.terminate()
    unanswered += 1
    socket.ping()
  })
  socket.on("pong", () => {
    unanswered = 0
  })
  socket.on("message", (data, isBinary) => {
    unanswered = 0
    if (socket.readyState !== socket.OPEN) return
    if (!mayGoOn()) return socket.close(TOO_OFTEN, "too-often")
    const parsed = schema.safeParse(isBinary ? undefined : parseJson(data))
    if (!parsed.success) return socket.close(MALFORMED, "malformed")
    onMessage(parsed.data)
  })
  // ws closes by itself after an error; the reason is the client's affair.
  socket.on("error", () => undefined)
  socket.once("close", () => {
    stopAsking()
    metrics.add("sockets", { kind }, -1)
    onGone()
  })

  /** What is sent in one go leaves in one go: each write is a call into the system. */
  function gather(): void {
    const line = lines.get(socket)
    if (line === undefined || line.writableCorked > 0) return
    line.cork()
    process.nextTick(() => line.uncork())
  }

  return {
    send(text) {
      if (socket.readyState !== socket.OPEN) return
      gather()
      socket.send(text)
    },
    unsent: () => socket.bufferedAmount,
    async drained(milliseconds) {
      const until = performance.now() + milliseconds
      while (socket.bufferedAmount > 0 && socket.readyState === socket.OPEN) {
        if (performance.now() > until) return false
        await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_EVERY))
      }
      return true
    },
    end() {
      // What is still on its way may leave first; who does not take it is cut off by ws half a minute later.
      socket.close(1000)
    },
  }
}

function allowance(): () => boolean {
  let left = MOST_AT_ONCE
  let at = performance.now()
  return () => {
    const now = performance.now()
    left = Math.min(MOST_AT_ONCE, left + ((now - at) / 1_000) * MORE_A_SECOND)
    at = now
    left -= 1
    return left >= 0
  }
}

function parseJson(data: RawData): unknown {
  try {
    // A message comes as one buffer as long as nobody sets the socket's binaryType.
    return Buffer.isBuffer(data) ? JSON.parse(data.toString()) : undefined
  } catch {
    return undefined
  }
}

/** GET /api/v1/stream?workspace=…: the desk's socket. Its session cookie is believed from our own pages only. */
export function streamRoutes(app: App, { sync, config }: { sync: Sync; config: Config }): void {
  app.get("/api/v1/stream", { schema: { hide: true } }, async (request, reply) => {
    if (!isOwnOrigin(request, config)) throw refuse("wrong-origin")
    const { workspaceId, agentId } = await app.accessAgent(request)
    const open = [...sync.streams.sessionsOf(workspaceId)].filter((session) => session.agentId === agentId)
    if (open.length >= MOST_OF_ONE_AGENT) throw refuse("too-often")
    const wire = openWire(await acceptSocket(request, reply), {
      schema: fromDesk,
      metrics: sync.metrics,
      kind: "agent",
      onMessage: (message) => session.hear(message),
      onGone: () => session.gone(),
    })
    const session = openAgentSession(sync, {
      line: wire,
      workspaceId,
      agentId,
      stillSignedIn: () => isStill(app, request, agentId),
    })
  })
}

async function isStill(app: App, request: FastifyRequest, agentId: string): Promise<boolean> {
  try {
    const agent = await app.accessAgent(request)
    return agent.agentId === agentId
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
