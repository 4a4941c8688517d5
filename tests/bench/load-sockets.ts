/** Many sockets of visitors and agents, spoken to as the widget and the desk speak, holding as little as they can. */
import { WebSocket } from "ws"
import { PROTOCOL } from "../../protocol/stream.ts"
import type { LoadAgent, LoadCompany, LoadVisitor } from "./load-world.ts"

export type LoadSocket = { socket: WebSocket; close(): void }

/** Connections that are being opened at the same time. */
const AT_ONCE = 50
const WELCOME_WITHIN = 60_000

/** `onText` gets every frame as it came. Resolves once all have been welcomed. */
export async function openVisitorSockets(
  url: string,
  company: LoadCompany,
  o: { visitors: readonly LoadVisitor[]; onText?: (visitor: LoadVisitor, text: string) => void },
): Promise<LoadSocket[]> {
  const address = `${url.replace("http", "ws")}/visitor/v1/${company.sourceId}/stream`
  return openAll(o.visitors, (visitor) =>
    openSocket(new WebSocket(address, { origin: "https://shop.example", perMessageDeflate: false }), {
      hello: { kind: "hello", key: visitor.key, page: { url: "https://shop.example/socks", title: "Socks" } },
      isReady: (text) => text.startsWith('{"kind":"welcome","isKnown":true'),
      onText: (text) => o.onText?.(visitor, text),
    }),
  )
}

export async function openAgentSockets(
  url: string,
  company: LoadCompany,
  o: { onText?: (agent: LoadAgent, text: string) => void },
): Promise<LoadSocket[]> {
  const address = `${url.replace("http", "ws")}/api/v1/stream?workspace=${company.workspaceId}`
  return openAll(company.agents, (agent) =>
    openSocket(
      new WebSocket(address, { headers: { cookie: agent.cookie, origin: url }, perMessageDeflate: false }),
      {
        hello: { kind: "hello", protocol: PROTOCOL },
        isReady: (text) => text.startsWith('{"kind":"snapshot"') && text.includes('"isLast":true'),
        onText: (text) => o.onText?.(agent, text),
      },
    ),
  )
}

async function openAll<Item>(
  items: readonly Item[],
  open: (item: Item) => Promise<LoadSocket>,
): Promise<LoadSocket[]> {
  const opened: LoadSocket[] = []
  for (let from = 0; from < items.length; from += AT_ONCE)
    opened.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(open))))
  return opened
}

async function openSocket(
  socket: WebSocket,
  o: { hello: object; isReady: (text: string) => boolean; onText: (text: string) => void },
): Promise<LoadSocket> {
  const ready = Promise.withResolvers<void>()
  const timer = setTimeout(
    () => ready.reject(new Error("A socket was not welcomed in time.")),
    WELCOME_WITHIN,
  )
  socket.on("open", () => socket.send(JSON.stringify(o.hello)))
  socket.on("message", (data) => {
    const text = Buffer.isBuffer(data) ? data.toString() : ""
    if (o.isReady(text)) ready.resolve()
    o.onText(text)
  })
  socket.on("error", (error) => ready.reject(error))
  socket.on("close", (code) => ready.reject(new Error(`A socket was closed with ${code}.`)))
  await ready.promise
  clearTimeout(timer)
  return { socket, close: () => socket.terminate() }
}
