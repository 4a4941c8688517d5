/**
 * A process with nothing but sockets of `ws`, and one connection to PostgreSQL where it is told of one: what delivering
 * costs at the least. On `commit` it writes one row and then one frame, which says when that began.
 */
import { fork, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import pg from "pg"
import { WebSocket, WebSocketServer } from "ws"
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

/** `count` rows and frames, one each `every` milliseconds: how long each took from before its commit to the other side. */
export async function measureHops(bare: Bare, o: { count: number; every: number }): Promise<number[]> {
  const socket = new WebSocket(bare.url, { perMessageDeflate: false })
  await once(socket, "open")
  const taken: number[] = []
  const all = Promise.withResolvers<void>()
  socket.on("message", (data) => {
    taken.push(machineTime() - Number(Buffer.isBuffer(data) ? data.toString() : NaN))
    if (taken.length === o.count) all.resolve()
  })
  for (let sent = 0; sent < o.count; sent += 1) {
    bare.process.send("commit")
    await new Promise((resolve) => setTimeout(resolve, o.every))
  }
  await all.promise
  socket.terminate()
  return taken
}

async function serve(databaseUrl: string | undefined): Promise<void> {
  const sockets = new Set<WebSocket>()
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    perMessageDeflate: false,
    clientTracking: false,
  })
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    socket.on("error", () => undefined)
  })
  await once(server, "listening")
  const client =
    databaseUrl === undefined ? undefined : new pg.Client({ connectionString: databaseUrl, pipeline: true })
  await client?.connect()
  await client?.query("create table if not exists bare (at timestamptz not null, text text not null)")
  process.on("message", (asked) => {
    if (asked !== "commit" || client === undefined) return
    const begun = machineTime()
    void client
      .query({
        name: "commit",
        text: "insert into bare (at, text) values (now(), $1)",
        values: ["Where is my order?"],
      })
      .then(() => {
        for (const socket of sockets) socket.send(String(begun))
      })
  })
  const address = server.address()
  process.send?.({ port: typeof address === "object" ? address?.port : undefined })
}

if (process.argv[1] === import.meta.filename) await serve(process.argv[2])
