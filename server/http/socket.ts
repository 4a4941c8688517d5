/**
 * Websockets: how a request becomes one.
 *
 * An upgrade runs through the same routes, hooks and refusals as any request: a route calls `acceptSocket` when
 * it is content, and until then whatever it throws is answered as HTTP.
 */
import { ServerResponse, type IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import type { FastifyReply, FastifyRequest } from "fastify"
import { WebSocketServer } from "ws"
import { refuse, Refusal } from "../../protocol/refusals.ts"
import { fromDesk, type FromDesk } from "../../protocol/stream.ts"
import type { Config } from "../config/config.ts"
import { openAgentSession, type Sync } from "../sync/sync.ts"
import { isOwnOrigin } from "./origin.ts"
import type { App } from "./route.ts"
import { Wire, WiredSocket } from "./wire.ts"

const MOST_BYTES = 64 * 1024
/** Milliseconds in which the other side of a socket that is closed has to agree; then it is cut. */
const AGREES_WITHIN = 4_000
/** Open sockets of one agent in this process; each holds a little and costs a snapshot. */
const MOST_OF_ONE_AGENT = 50

const upgrades = new WeakMap<IncomingMessage, { socket: Duplex; head: Buffer }>()
const options = {
  noServer: true,
  clientTracking: false,
  // Compression would cost more memory than it saves bytes: 1.2 GB for 5,000 idle connections.
  perMessageDeflate: false,
  maxPayload: MOST_BYTES,
  // Known to ws, and not yet to its types.
  closeTimeout: AGREES_WITHIN,
  WebSocket: WiredSocket,
}
const server = new WebSocketServer<typeof WiredSocket>(options)

/** Lets routes of the app accept websockets. */
export function acceptUpgrades(app: App): void {
  app.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A connection that breaks before it is a websocket has nobody else to tell.
    socket.on("error", breakOff)
    const response = new ServerResponse(request)
    // Nobody reads this connection any more: what is not made a websocket of is over with its answer, whoever gives it.
    response.shouldKeepAlive = false
    response.once("finish", () => {
      if (upgrades.has(request)) request.socket.destroySoon()
    })
    try {
      // Node gives an upgraded connection as a Duplex; it is the socket that the request came on.
      response.assignSocket(request.socket)
    } catch {
      // Asked for behind another request, whose answer still owns the socket. No browser does that.
      socket.destroy()
      return
    }
    upgrades.set(request, { socket, head })
    app.routing(request, response)
  })
}

function breakOff(this: Duplex): void {
  this.destroy()
}

/** Turns this request into a websocket; refuses one that did not ask for it. */
export async function acceptSocket(request: FastifyRequest, reply: FastifyReply): Promise<WiredSocket> {
  const upgrade = upgrades.get(request.raw)
  if (upgrade === undefined) throw refuse("invalid-input")
  reply.hijack()
  upgrades.delete(request.raw)
  reply.raw.detachSocket(request.raw.socket)
  return new Promise((resolve) => {
    server.handleUpgrade(request.raw, upgrade.socket, upgrade.head, (socket) => {
      socket.line = upgrade.socket.off("error", breakOff)
      resolve(socket)
    })
  })
}

/** GET /api/v1/stream?workspace=…: the desk's socket. Its session cookie is believed from our own pages only. */
export function streamRoutes(app: App, { sync, config }: { sync: Sync; config: Config }): void {
  const how = { schema: fromDesk, metrics: sync.metrics, kind: "agent" } as const
  app.get("/api/v1/stream", { schema: { hide: true } }, async (request, reply) => {
    if (!isOwnOrigin(request, config)) throw refuse("wrong-origin")
    const { workspaceId, agentId } = await app.accessAgent(request)
    const open = [...sync.streams.sessionsOf(workspaceId)].filter((session) => session.agentId === agentId)
    if (open.length >= MOST_OF_ONE_AGENT) throw refuse("too-often")
    const owner = {
      hear: (message: FromDesk) => session.hear(message),
      gone: () => session.gone(),
    }
    const wire = new Wire(await acceptSocket(request, reply), owner, how)
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
