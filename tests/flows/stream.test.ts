/** The desk's stream through its real door: who is let in, what is refused, and that a cut costs nothing. */
import { createConnection, createServer, type Server, type Socket } from "node:net"
import { once } from "node:events"
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { WebSocket } from "ws"
import { PROTOCOL } from "../../protocol/stream.ts"
import { start } from "../../server/main.ts"
import { createTestDatabase, type TestDatabase } from "../harness/harness.ts"
import { connectStream, StreamClient } from "../harness/stream-client.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { createOwner, createPerson, PASSWORD } from "./person.ts"

let company: Company
let bo: Colleague
let stop: () => Promise<void>
beforeAll(async () => {
  const parley = await openParley()
  stop = parley.stop
  company = await createCompany(parley)
  bo = await company.hire("Bo")
})
afterAll(() => stop())

async function connect(
  agent: Colleague,
  client = new StreamClient(),
  url = company.url,
): Promise<StreamClient> {
  const { snapshots } = client
  await connectStream({ url, cookie: agent.cookie(), workspaceId: company.workspaceId }, client)
  await client.until(() => client.welcome?.resumed === true || client.snapshots > snapshots, "a beginning")
  return client
}

/** The status that answers somebody who is not let in; 101 for one who is. */
async function knock(headers: Record<string, string>, query = ""): Promise<number | undefined> {
  const socket = new WebSocket(`${company.url.replace("http", "ws")}/api/v1/stream${query}`, { headers })
  return new Promise((resolve) => {
    socket.once("open", () => {
      socket.terminate()
      resolve(101)
    })
    socket.once("unexpected-response", (_request, response) => resolve(response.statusCode))
    // Terminating before an answer came is reported as an error, too.
    socket.on("error", () => undefined)
  })
}

test("only an agent of the workspace is let in, and only from our own pages", async () => {
  const mine = { cookie: bo.cookie(), origin: company.url }
  expect(await knock(mine)).toBe(101)
  expect(await knock({ cookie: bo.cookie() })).toBe(101)
  expect(await knock({ origin: company.url })).toBe(401)
  expect(await knock({ ...mine, cookie: "parley.session_token=made-up" })).toBe(401)
  expect(await knock({ ...mine, origin: "https://evil.example" })).toBe(403)
  expect(await knock(mine, "?workspace=018f0000-0000-7000-8000-000000000001")).toBe(404)
  expect(await knock(mine, "?workspace=nonsense")).toBe(404)
})

test("a plain request for the stream is refused like any malformed one, and other routes are no websockets", async () => {
  expect((await bo.get("/stream")).body).toMatchObject({ refusal: "invalid-input" })
  const socket = new WebSocket(`${company.url.replace("http", "ws")}/healthz`)
  socket.on("error", () => undefined)
  const [, response] = await once(socket, "unexpected-response")
  expect(response.statusCode).toBe(200)
})

/** What comes back on a bare connection until the server ends it; undefined while it does not. */
async function send(text: string): Promise<string | undefined> {
  const { port } = new URL(company.url)
  const socket = createConnection(Number(port), "127.0.0.1").on("error", () => undefined)
  let heard = ""
  socket.on("data", (data: Buffer) => (heard += data.toString()))
  socket.write(text)
  const isOver = once(socket, "close").then(() => true)
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), 5_000))
  const answer = (await Promise.race([isOver, late])) ? heard : undefined
  socket.destroy()
  return answer
}

const upgrade = "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

test.each([
  ["at an address that cannot be read", `GET /%ff HTTP/1.1\r\n${upgrade}`, "HTTP/1.1 400"],
  ["at a page", `GET /healthz HTTP/1.1\r\n${upgrade}`, "HTTP/1.1 200"],
  ["at nothing", `GET /api/v1/none HTTP/1.1\r\n${upgrade}`, "HTTP/1.1 404"],
  ["by posting", `POST /api/v1/stream HTTP/1.1\r\n${upgrade}`, "HTTP/1.1 4"],
])("an upgrade %s is answered, and the connection is over", async (_, text, status) => {
  const answer = await send(text)
  expect(answer?.slice(0, status.length)).toBe(status)
  expect(answer?.toLowerCase()).toContain("connection: close")
})

test("an upgrade behind a request that is not answered yet ends that connection and nothing else", async () => {
  expect(
    await send(`GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /livez HTTP/1.1\r\n${upgrade}`),
  ).toBeDefined()
  expect((await bo.get("/session")).status).toBe(200)
})

test("what failed at the database once is no obstacle to those who come later, whoever is there", async () => {
  const { db } = company.database
  const gil = await createOwner(company.url)
  const client = () =>
    new WebSocket(`${company.url.replace("http", "ws")}/api/v1/stream?workspace=${gil.workspaceId}`, {
      headers: { cookie: gil.cookie(), origin: company.url },
    })
  const hello = async (socket: WebSocket): Promise<string> => {
    if (socket.readyState !== WebSocket.OPEN) await once(socket, "open")
    socket.send(JSON.stringify({ kind: "hello", protocol: PROTOCOL }))
    const [data] = await once(socket, "message")
    return JSON.parse(String(data)).kind
  }
  // Somebody who says nothing keeps the room open.
  const silent = client()
  await once(silent, "open")
  await sql`alter table counters rename to counters_away`.execute(db)
  expect(await hello(client())).toBe("bye")
  await sql`alter table counters_away rename to counters`.execute(db)
  const later = client()
  expect(await hello(later)).toBe("welcome")
  later.terminate()
  silent.terminate()
})

test.each([
  ["no JSON", "{", 1007],
  ["an unknown kind", '{"kind":"everything"}', 1007],
  ["a cursor that is no number", '{"kind":"hello","protocol":1,"cursor":"1"}', 1007],
  ["70,000 bytes", JSON.stringify({ kind: "ping", padding: "x".repeat(70_000) }), 1009],
])("%s closes the socket with a code that says so", async (_, text, code) => {
  const socket = new WebSocket(`${company.url.replace("http", "ws")}/api/v1/stream`, {
    headers: { cookie: bo.cookie() },
  })
  await once(socket, "open")
  socket.send(text)
  const [closedWith] = await once(socket, "close")
  expect(closedWith).toBe(code)
})

test("who talks without end is cut off, and nobody else notices", async () => {
  const [loud, calm] = [await connect(bo), await connect(bo)]
  for (let n = 0; n < 200; n++) loud.say({ kind: "ping" })
  await loud.until(() => loud.isClosed, "the socket is closed")
  expect(loud.closeCode).toBe(4429)
  const { conversationId } = await company.write("Somebody calm")
  await calm.until(() => calm.row("conversation", conversationId) !== undefined, "the message arrives")
  calm.close()
})

test("one agent cannot open sockets without end", async () => {
  const gus = await company.hire("Gus")
  const sockets = await Promise.all(Array.from({ length: 50 }, () => connect(gus)))
  await expect(connect(gus)).rejects.toThrow("answered 429")
  sockets.pop()?.close()
  await expect
    .poll(async () =>
      connect(gus).then(
        (client) => sockets.push(client) > 0,
        () => false,
      ),
    )
    .toBe(true)
  for (const socket of sockets) socket.close()
})

test("a message is on every desk within a second of being accepted", async () => {
  const desks = await Promise.all(Array.from({ length: 5 }, () => connect(bo)))
  const { conversationId } = await company.write("Somebody quick")
  const accepted = Date.now()
  await Promise.all(
    desks.map((desk) => desk.until(() => desk.row("conversation", conversationId) !== undefined, "it")),
  )
  expect(Date.now() - accepted).toBeLessThan(1_000)
  for (const desk of desks) desk.close()
})

test("a disabled agent loses his socket, and is not let in again", async () => {
  const cy = await company.hire("Cy")
  const client = await connect(cy)
  await succeed(company.owner.send("PATCH", `/agents/${cy.agentId}`, { isDisabled: true }))
  await client.until(() => client.isClosed, "the socket is closed", 10_000)
  expect(client.bye).toBe("signed-out")
  await expect(connect(cy)).rejects.toThrow(/answered 40[14]/)
})

test("signing out on one device ends that device's socket and no other", async () => {
  const desktop = await connect(bo)
  const phone = { ...bo, ...createPerson(company.url) }
  const email = desktop.row("agent", bo.agentId)?.email
  await succeed(phone.ask("POST", "/api/v1/sign-in", { email, password: PASSWORD }))
  const pocketed = await connect(phone)
  await succeed(phone.ask("POST", "/api/v1/sign-out", {}))
  await pocketed.until(() => pocketed.isClosed, "the phone's socket is closed", 10_000)
  expect(pocketed.bye).toBe("signed-out")
  const { conversationId } = await company.write("Somebody else")
  await desktop.until(() => desktop.row("conversation", conversationId) !== undefined, "the desktop goes on")
  desktop.close()
})

test("connections that are cut in the middle of everything lose nothing", async () => {
  const proxy = await createProxy(Number(new URL(company.url).port))
  const client = new StreamClient()
  let isOver = false
  const living = (async () => {
    while (!isOver) {
      // A cut may come before the beginning; a browser tries again then, too.
      await connect(bo, client, proxy.url).catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 120))
      proxy.cut()
    }
  })()
  const names = Array.from({ length: 40 }, (_, index) => `Visitor ${index}`)
  for (const name of names) await company.write(name)
  isOver = true
  await living
  await connect(bo, client)
  const fresh = await connect(bo)
  await client.reaches(fresh.cursor ?? Infinity)
  for (const name of names) {
    const id = company.customers.get(name)?.conversationId ?? ""
    expect(client.row("conversation", id)).toEqual(fresh.row("conversation", id))
    expect(client.row("conversation", id)?.last?.text).toBe(`Hello from ${name}`)
  }
  client.close()
  fresh.close()
  await proxy.close()
})

test("a process that stops says goodbye, and the next one resumes its clients", async () => {
  const database: TestDatabase = await createTestDatabase()
  const open = () => start({ ...database.config, roles: new Set(["http", "stream"]) })
  const first = await open()
  const other = await createCompany({ ...first, clock: company.clock })
  const eve = await other.hire("Eve")
  const client = new StreamClient()
  const join = (url: string) => connectStream({ url, cookie: eve.cookie() }, client)
  await join(first.url)
  await client.until(() => client.snapshots === 1, "a snapshot")
  await first.stop()
  await client.until(() => client.isClosed, "the socket is closed")
  expect(client.bye).toBe("stopping")
  const second = await open()
  await join(second.url)
  await client.until(() => client.welcome !== undefined, "a welcome")
  expect(client.welcome?.resumed).toBe(true)
  client.close()
  await second.stop()
  await database.close()
})

/** TCP that can be cut as a cable is: both ends find out by themselves. */
async function createProxy(port: number): Promise<{ url: string; cut(): void; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((near) => {
    const far = createConnection(port, "127.0.0.1")
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on("error", () => other.destroy())
      one.on("close", () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (typeof address !== "object" || address === null) throw new Error("The proxy has no port.")
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
