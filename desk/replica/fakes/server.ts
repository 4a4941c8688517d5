import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { WebSocketServer, type WebSocket } from "ws"
import { fromDesk, type FromDesk, type ToDesk } from "../../../protocol/stream.ts"
import { ME, WORKSPACE } from "./rows.ts"

export type Request = { method: string; path: string; body: Record<string, unknown> }
type Answer = { status: number; body: unknown } | "cut"

/** A server that says what a test tells it to: beyond the desk's border everything is scripted. */
export async function startFakeServer() {
  const requests: Request[] = []
  const heard: FromDesk[] = []
  const sockets = new Set<WebSocket>()
  const wires = new Set<Socket>()
  const script = {
    epoch: "one",
    agentId: ME,
    answer: (_request: Request): Answer | Promise<Answer> => ({ status: 200, body: { number: 0 } }),
    hello: (_socket: (message: ToDesk) => void, _hello: Extract<FromDesk, { kind: "hello" }>): void =>
      undefined,
    isUp: true,
  }
  const http = createServer((incoming, response) => void respond(incoming, response))
  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!script.isUp) return void incoming.socket.destroy()
    const request = {
      method: incoming.method ?? "",
      path: (incoming.url ?? "").replace("/api/v1", ""),
      body: await bodyOf(incoming),
    }
    requests.push(request)
    const answer =
      request.path === "/session"
        ? {
            status: 200,
            body: {
              needsFirstWorkspace: false,
              signupOpen: false,
              canMail: false,
              user: { id: "u", name: "Ada", email: "a@b.c" },
              workspaces: [{ id: WORKSPACE, name: "W", agentId: ME }],
            },
          }
        : await script.answer(request)
    if (answer === "cut") return void incoming.socket.destroy()
    response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body))
  }
  http.on("connection", (wire) => {
    wires.add(wire)
    wire.on("close", () => wires.delete(wire))
  })
  const stream = new WebSocketServer({ noServer: true })
  http.on("upgrade", (request, wire, head) => {
    if (!script.isUp) return void wire.destroy()
    stream.handleUpgrade(request, wire, head, (socket) => {
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
      socket.addEventListener("message", ({ data }) => {
        const said = fromDesk.parse(typeof data === "string" ? JSON.parse(data) : undefined)
        heard.push(said)
        const say = (message: ToDesk): void => socket.send(JSON.stringify(message))
        if (said.kind === "ping") say({ kind: "pong" })
        if (said.kind !== "hello") return
        say({
          kind: "welcome",
          epoch: script.epoch,
          agentId: script.agentId,
          workspaceId: WORKSPACE,
          resumed: said.cursor !== undefined,
          now: new Date().toISOString(),
        })
        script.hello(say, said)
      })
    })
  })
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
  const { port } = http.address() as AddressInfo
  return {
    base: `http://127.0.0.1:${port}`,
    requests,
    heard,
    script,
    sockets,
    say(message: ToDesk) {
      for (const socket of sockets) socket.send(JSON.stringify(message))
    },
    cut() {
      for (const socket of sockets) socket.terminate()
    },
    async stop() {
      for (const wire of wires) wire.destroy()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ""
  for await (const chunk of incoming) text += String(chunk)
  return text === "" ? {} : JSON.parse(text)
}
