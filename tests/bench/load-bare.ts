/**
 * A process with nothing but sockets of `ws`, and one connection to PostgreSQL where it is told of one: what delivering
 * costs at the least. On `asked` it writes one row and then one frame to each agent's socket, on `answered` to a visitor's
 * before; a frame says when that began.
 */
import { fork, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import pg from "pg"
import { WebSocket, WebSocketServer } from "ws"
import { until } from "./load-until.ts"
import { WATCH_FLAGS } from "./load-watch.ts"

export type Bare = { url: string; process: ChildProcess; stop(): Promise<void> }

export async function startBare(databaseUrl?: string): Promise<Bare> {
  const child = fork(import.meta.filename, databaseUrl === undefined ? [] : [databaseUrl], {
    execArgv: WATCH_FLAGS,
    env: { PATH: process.env.PATH },
  })
  const [said] = await once(child, "message")
  if (typeof said !== "object" || said === null || !("port" in said))
    throw new Error("The bare server said nothing.")
  return {
    url: `ws://127.0.0.1:${String(said.port)}`,
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill("SIGKILL")
      await once(child, "exit")
    },
  }
}

/** The monotonic clock of the machine in milliseconds: the same in every process. */
export function machineTime(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Milliseconds from before a row's commit until its frame stood on the other side: at each agent, at the visitor. */
export type Hops = { atAgents: number[]; atVisitors: number[] }

/**
 * `count` rows, an even number, one each `every` milliseconds, half of them asked and half answered: all go to all `agents`, what is
 * answered to one of the `visitors`, too.
 */
export async function measureHops(
  bare: Bare,
  o: { count: number; every: number; agents: number; visitors: number },
): Promise<Hops> {
  const hops: Hops = { atAgents: [], atVisitors: [] }
  const open = (role: "agent" | "visitor") =>
    openHop(`${bare.url}/${role}`, (kind, began) => {
      if (role === "visitor") hops.atVisitors.push(machineTime() - began)
      else if (kind === "asked") hops.atAgents.push(machineTime() - began)
    })
  const sockets: WebSocket[] = []
  for (let count = 0; count < o.agents; count += 1) sockets.push(await open("agent"))
  for (let count = 0; count < o.visitors; count += 1) sockets.push(await open("visitor"))
  const begun = performance.now()
  for (let sent = 0; sent < o.count; sent += 1) {
    const wait = begun + sent * o.every - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    bare.process.send(sent % 2 === 0 ? "asked" : "answered")
  }
  const half = o.count / 2
  await until(
    () => hops.atAgents.length === half * o.agents && hops.atVisitors.length === half,
    "every frame has come",
  )
  for (const socket of sockets) socket.terminate()
  return hops
}

async function openHop(url: string, onFrame: (kind: string, began: number) => void): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  socket.on("message", (data) => {
    const [kind = "", began] = Buffer.isBuffer(data) ? data.toString().split(" ") : []
    onFrame(kind, Number(began))
  })
  await once(socket, "open")
  return socket
}

async function serve(databaseUrl: string | undefined): Promise<void> {
  const agents = new Set<WebSocket>()
  const visitors = new Set<WebSocket>()
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    perMessageDeflate: false,
    clientTracking: false,
  })
  server.on("connection", (socket, request) => {
    const those = request.url === "/agent" ? agents : visitors
    those.add(socket)
    socket.on("close", () => those.delete(socket))
    socket.on("error", () => undefined)
  })
  await once(server, "listening")
  const client =
    databaseUrl === undefined ? undefined : new pg.Client({ connectionString: databaseUrl, pipeline: true })
  await client?.connect()
  await client?.query("create table if not exists bare (at timestamptz not null, text text not null)")
  process.on("message", (asked) => {
    if ((asked !== "asked" && asked !== "answered") || client === undefined) return
    const begun = machineTime()
    void client
      .query({
        name: "commit",
        text: "insert into bare (at, text) values (now(), $1)",
        values: ["Where is my order?"],
      })
      .then(() => {
        const text = `${asked} ${begun}`
        const [visitor] = visitors
        if (asked === "answered") visitor?.send(text)
        for (const agent of agents) agent.send(text)
      })
  })
  const address = server.address()
  process.send?.({ port: typeof address === "object" ? address?.port : undefined })
}

if (process.argv[1] === import.meta.filename) await serve(process.argv[2])
