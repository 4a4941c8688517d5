import { once } from "node:events"
import { request, type RequestOptions } from "node:https"
import { randomBytes } from "node:crypto"
import { setTimeout as wait } from "node:timers/promises"
import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { WebSocket } from "ws"
import { PROTOCOL } from "../../protocol/stream.ts"
import { newId } from "../../server/db/db.ts"
import { start, type Parley } from "../../server/main.ts"
import { PASSWORD } from "../flows/person.ts"
import { createTestDatabase } from "../harness/harness.ts"
import { findFreePort, lacksProxy, startProxy, type ProxyKind } from "../harness/proxy.ts"

type Answer = {
  status: number
  body: Record<string, unknown>
  text: string
  /** Every header as it came, names in small letters. */
  headers: readonly (readonly [string, string])[]
}
type Asked = { body?: object | string; headers?: Record<string, string>; from?: string }

/** Where the proxy is, and its certificate, which nobody else vouches for. */
const outside = { rejectUnauthorized: false, servername: "localhost", host: "127.0.0.1" }
/** Nobody between the proxy and him: the proxy's own address is 127.0.0.1. */
const EVE = "127.0.0.2"

function ask(port: number, method: string, path: string, asked: Asked = {}): Promise<Answer> {
  const { body, headers, from = EVE } = asked
  const text = typeof body === "object" ? JSON.stringify(body) : body
  const options: RequestOptions = {
    ...outside,
    port,
    method,
    path,
    localAddress: from,
    agent: false,
    headers: {
      host: `localhost:${port}`,
      ...(typeof body === "object" ? { "content-type": "application/json" } : {}),
      ...headers,
    },
  }
  return new Promise((resolve, reject) => {
    const going = request(options, (response) => {
      const parts: Buffer[] = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("error", reject)
      response.on("end", () => {
        const said = Buffer.concat(parts).toString()
        const raw = response.rawHeaders
        resolve({
          status: response.statusCode ?? 0,
          body: /json/.test(response.headers["content-type"] ?? "") ? Object(JSON.parse(said)) : {},
          text: said,
          headers: raw.flatMap((name, at) =>
            at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? ""] as const] : [],
          ),
        })
      })
    })
    going.on("error", reject)
    going.end(text)
  })
}

const valuesOf = ({ headers }: Answer, name: string): string[] =>
  headers.filter(([other]) => other === name).map(([, value]) => value)
const cookieOf = (answer: Answer): string =>
  valuesOf(answer, "set-cookie")
    .map((line) => line.split(";")[0])
    .join("; ")

type Ground = {
  port: number
  origin: string
  cookie: string
  workspaceId: string
  sourceId: string
  parleys: Parley[]
  /** A visitor's websocket on which nobody says anything, and since when. */
  quiet: WebSocket
  quietSince: number
}

/** Two processes of one installation behind a proxy, and its owner. */
async function openGround(kind: ProxyKind, stack: AsyncDisposableStack): Promise<Ground> {
  const database = await createTestDatabase()
  stack.defer(() => database.close())
  const port = await findFreePort()
  const origin = `https://localhost:${port}`
  const settings = {
    ...database.config,
    publicUrl: origin,
    trustedProxies: ["127.0.0.1"],
    stopNotice: 1,
  }
  const parleys = [await start(settings), await start(settings)]
  stack.defer(async () => {
    await Promise.all(parleys.map((parley) => parley.stop()))
  })
  const behind = parleys.map(({ url }) => new URL(url).host)
  const proxy = await startProxy(kind, { port, parleys: behind, quietFor: "10s", healthEvery: "400ms" })
  stack.defer(proxy.stop)
  const company = { company: "Acme", name: "Ada", email: "ada@acme.example", password: PASSWORD }
  const made = await ask(port, "POST", "/api/v1/workspaces", {
    body: { id: newId(), ...company },
    headers: { origin },
  })
  expect(made.status, made.text).toBe(200)
  const { rows } = await sql<{ id: string }>`select id from sources`.execute(database.db)
  const sourceId = rows[0]?.id ?? ""
  const quiet = open(port, `/visitor/v1/${sourceId}/stream`, { origin: "https://shop.example" })
  stack.defer(() => quiet.terminate())
  await once(quiet, "open")
  quiet.send(JSON.stringify({ kind: "hello", key: randomBytes(32).toString("base64url") }))
  return {
    port,
    origin,
    cookie: cookieOf(made),
    workspaceId: String(made.body.workspaceId),
    sourceId,
    parleys,
    quiet,
    quietSince: Date.now(),
  }
}

function open(port: number, path: string, headers: Record<string, string>): WebSocket {
  return new WebSocket(`wss://127.0.0.1:${port}${path}`, {
    ...outside,
    headers: { host: `localhost:${port}`, ...headers },
  })
}

function say(ground: Ground, text: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(ground.port, "POST", `/visitor/v1/${ground.sourceId}/messages`, {
    body: JSON.stringify({ key: randomBytes(32).toString("base64url"), id: newId(), text }),
    headers: { "content-type": "text/plain", ...headers },
  })
}

/** Passwords are slow to check on purpose, and slower still beside other tests. */
const patience = { timeout: 40_000 }
const kinds = ["nginx", "caddy"] satisfies ProxyKind[]
const grounds = new Map<ProxyKind, Ground>()
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  for (const kind of kinds)
    if (lacksProxy(kind) === undefined) grounds.set(kind, await openGround(kind, stack))
})
afterAll(() => stack.disposeAsync())

function getGround(kind: ProxyKind): Ground {
  const ground = grounds.get(kind)
  if (ground === undefined) throw new Error("It was not started.")
  return ground
}

for (const kind of kinds) {
  const lack = lacksProxy(kind)
  describe.skipIf(lack !== undefined)(`behind ${kind}${lack === undefined ? "" : ` (${lack})`}`, () => {
    let port: number
    let origin: string
    let ground: Ground

    beforeAll(() => {
      ground = getGround(kind)
      ;({ port, origin } = ground)
    })

    const signIn = (o: { password?: string; from?: string; headers?: Record<string, string> } = {}) =>
      ask(port, "POST", "/api/v1/sign-in", {
        body: { email: "ada@acme.example", password: o.password ?? PASSWORD },
        headers: { origin, ...o.headers },
        ...(o.from === undefined ? {} : { from: o.from }),
      })

    test("the cookie of signing in is for https only, and signs in", async () => {
      const signed = await signIn()
      expect(signed.status).toBe(200)
      const lines = valuesOf(signed, "set-cookie")
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines) expect(line).toMatch(/; Secure/)
      const session = await ask(port, "GET", "/api/v1/session", { headers: { cookie: cookieOf(signed) } })
      expect(session.body).toMatchObject({ user: { email: "ada@acme.example" } })
    })

    test("pages of another origin may not use it, whatever they say of hosts", async () => {
      const evil = "https://evil.example"
      const said: Record<string, string>[] = [
        { origin: evil },
        { origin: evil, "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
        { origin: evil, forwarded: "host=evil.example;proto=https" },
      ]
      for (const headers of said)
        expect((await signIn({ headers })).body).toMatchObject({ refusal: "wrong-origin" })
    })

    test("headers of security come once, and allow the page its websocket", async () => {
      const page = await ask(port, "GET", "/", { headers: { accept: "text/html" } })
      expect(page.status).toBe(200)
      const single = [
        ...["content-security-policy", "referrer-policy", "x-content-type-options", "x-frame-options"],
        ...["cross-origin-resource-policy", "cross-origin-opener-policy", "strict-transport-security"],
      ]
      for (const name of single) expect(valuesOf(page, name), name).toHaveLength(1)
      expect(valuesOf(page, "content-security-policy")[0]).toContain(`wss://localhost:${port}`)
      expect(valuesOf(page, "strict-transport-security")).toEqual(["max-age=31536000"])
    })

    test("the desk's websocket opens for our own pages and for no others", async () => {
      const { cookie, workspaceId } = ground
      const path = `/api/v1/stream?workspace=${workspaceId}`
      const desk = open(port, path, { cookie, origin })
      const heard = once(desk, "message")
      await once(desk, "open")
      desk.send(JSON.stringify({ kind: "hello", protocol: PROTOCOL }))
      const [first]: Buffer[] = await heard
      expect(JSON.parse(String(first))).toMatchObject({ kind: "welcome" })
      desk.close()
      const stranger = open(port, path, { cookie, origin: "https://evil.example" })
      const [error]: Error[] = await once(stranger, "error")
      expect(String(error)).toContain("403")
    })

    test("the widget works on pages of any origin", async () => {
      const { sourceId } = ground
      const headers = { origin: "https://shop.example" }
      const loader = await ask(port, "GET", `/w/${sourceId}.js`, { headers })
      expect(loader.status).toBe(200)
      expect(valuesOf(loader, "cross-origin-resource-policy")).toEqual(["cross-origin"])
      const panel = /"panel":"([^"]+)"/.exec(loader.text)?.[1] ?? ""
      const script = await ask(port, "GET", panel, { headers })
      expect(script.status).toBe(200)
      expect(valuesOf(script, "access-control-allow-origin")).toEqual(["*"])
      const asked = await ask(port, "OPTIONS", `/visitor/v1/${sourceId}/messages`, {
        headers: { ...headers, "access-control-request-method": "POST" },
      })
      expect(asked.status).toBe(204)
      expect(valuesOf(asked, "access-control-allow-methods")).toEqual(["GET, POST"])
      const said = await say(ground, "Hello from a shop", headers)
      expect(said.status).toBe(200)
      expect(valuesOf(said, "access-control-allow-origin")).toEqual(["*"])
    })

    test("what is too big is refused by Parley, in words that its pages understand", async () => {
      const long = await say(ground, "ಠ".repeat(100_000))
      expect(long.body).toMatchObject({ refusal: "text-too-long" })
      const huge = await say(ground, "x".repeat(3_000_000))
      expect([huge.status, huge.body.refusal]).toEqual([413, "invalid-input"])
      expect(valuesOf(huge, "access-control-allow-origin")).toEqual(["*"])
    })

    test("a client is known by his own address and not by what he says it is", patience, async () => {
      const guess = (at: number) =>
        signIn({
          password: "wrong and wrong again",
          headers: {
            "x-forwarded-for": `198.51.100.${at}`,
            "x-real-ip": `198.51.100.${at}`,
            forwarded: `for=198.51.100.${at}`,
          },
        })
      const statuses = new Set<number>()
      for (let at = 1; at <= 12; at++) statuses.add((await guess(at)).status)
      expect(statuses).toEqual(new Set([401, 429]))
      // Somebody else, at another address, is not locked out with him.
      expect((await signIn({ from: "127.0.0.3" })).status).toBe(200)
    })
  })
}

/** Last, because it takes time that the others use up. */
for (const kind of kinds) {
  describe.skipIf(lacksProxy(kind) !== undefined)(`in the long run, behind ${kind}`, () => {
    let ground: Ground

    beforeAll(() => {
      ground = getGround(kind)
    })

    test("a websocket on which nobody says anything outlives the proxy's patience", patience, async () => {
      await wait(Math.max(0, ground.quietSince + 12_000 - Date.now()))
      expect(ground.quiet.readyState).toBe(WebSocket.OPEN)
    })

    test("while one of two processes stops, every request is answered", patience, async () => {
      let isOver = false
      const statuses: number[] = []
      const people = Array.from({ length: 4 }, async () => {
        while (!isOver) {
          const { status } = await say(ground, "Still there?")
          statuses.push(status)
        }
      })
      const many = async () => expect.poll(() => statuses.length, { timeout: 15_000 }).toBeGreaterThan(20)
      await many()
      await ground.parleys.pop()?.stop()
      const before = statuses.splice(0)
      await many()
      isOver = true
      await Promise.all(people)
      expect(new Set([...before, ...statuses])).toEqual(new Set([200]))
    })
  })
}
