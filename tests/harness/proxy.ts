import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { createServer } from "node:net"
import os from "node:os"
import path from "node:path"
import { connect } from "node:tls"
import { setTimeout as wait } from "node:timers/promises"

const examples = path.resolve(import.meta.dirname, "../../docs/deploy")
const READY_WITHIN = 20_000

export type ProxyKind = "nginx" | "caddy"
export type Proxy = { stop(): Promise<void> }

/** Where people come in, and the Parleys behind, as `host:port`; shorter times than the examples', in their words. */
type Wiring = { port: number; parleys: readonly string[]; quietFor: string; healthEvery: string }

const programs: Record<ProxyKind, string | undefined> = {
  nginx: ["nginx", "/usr/sbin/nginx"].find((name) => runs(name, "-v")),
  caddy: ["caddy", "/usr/bin/caddy"].find((name) => runs(name, "version")),
}

function runs(name: string, ...words: string[]): boolean {
  return spawnSync(name, words, { stdio: "ignore" }).error === undefined
}

/** Why none can be started here. */
export function lacksProxy(kind: ProxyKind): string | undefined {
  if (kind === "nginx" && !runs("openssl", "version")) return "openssl is missing: apt-get install openssl"
  if (programs[kind] !== undefined) return undefined
  return `${kind} is missing: apt-get install ${kind === "nginx" ? "nginx-light" : kind}`
}

/** A real proxy that does HTTPS for `localhost`, set up by the example of the documentation. */
export async function startProxy(kind: ProxyKind, wiring: Wiring): Promise<Proxy> {
  const program = programs[kind]
  if (program === undefined) throw new Error(lacksProxy(kind))
  const folder = mkdtempSync(path.join(os.tmpdir(), `parley-${kind}-`))
  const httpPort = await findFreePort()
  const words = (kind === "nginx" ? prepareNginx : prepareCaddy)(folder, { ...wiring, httpPort })
  const child = spawn(program, words, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ["ignore", "ignore", "pipe"],
  })
  let said = ""
  child.stderr.on("data", (data: Buffer) => (said += data.toString()))
  try {
    await untilAnswering(child, wiring.port)
  } catch (error) {
    throw new Error(`${kind} did not start: ${said}`, { cause: error })
  }
  return {
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit")
        child.kill("SIGTERM")
        await ended
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Taken from the system and given back: somebody could be quicker, but nobody here is. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  if (address === null || typeof address === "string") throw new Error("The system gave no port.")
  return address.port
}

function prepareNginx(folder: string, o: Wiring & { httpPort: number }): string[] {
  const key = path.join(folder, "key.pem")
  const certificate = path.join(folder, "certificate.pem")
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
  const made = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
    ...["-keyout", key, "-out", certificate, ...names],
  ])
  if (made.status !== 0) throw new Error(`openssl made no certificate: ${String(made.stderr)}`)
  const site = replaced("nginx.conf", [
    [
      "server 127.0.0.1:8080 max_fails=0;",
      o.parleys.map((parley) => `server ${parley} max_fails=0;`).join(" "),
    ],
    ["listen 443 ssl http2;", `listen 127.0.0.1:${o.port} ssl http2;`],
    ["listen 80;", `listen 127.0.0.1:${o.httpPort};`],
    ["/etc/ssl/parley/certificate.pem", certificate],
    ["/etc/ssl/parley/key.pem", key],
    ["chat.example.com", "localhost"],
    ["proxy_read_timeout 60s;", `proxy_read_timeout ${o.quietFor};`],
  ])
  writeFileSync(path.join(folder, "site.conf"), site)
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((what) => `${what}_temp_path ${path.join(folder, what)};`)
    .join("\n  ")
  // As root its workers would be another user, who may not enter our folder.
  const user = process.getuid?.() === 0 ? "user root;" : ""
  const main = `${user}
daemon off;
worker_processes 1;
pid ${path.join(folder, "nginx.pid")};
error_log stderr warn;
events {}
http {
  ${places}
  include site.conf;
}
`
  writeFileSync(path.join(folder, "main.conf"), main)
  return ["-p", folder, "-c", path.join(folder, "main.conf")]
}

function prepareCaddy(folder: string, o: Wiring & { httpPort: number }): string[] {
  const site = replaced("Caddyfile", [
    ["chat.example.com", "localhost"],
    ["127.0.0.1:8080", o.parleys.join(" ")],
    ["health_interval 2s", `health_interval ${o.healthEvery}`],
  ])
  const storage = path.join(folder, "storage")
  mkdirSync(storage)
  const options = `{
	admin off
	https_port ${o.port}
	http_port ${o.httpPort}
	default_bind 127.0.0.1
	local_certs
	skip_install_trust
	storage file_system ${storage}
}
`
  writeFileSync(path.join(folder, "Caddyfile"), options + site)
  return ["run", "--config", "Caddyfile", "--adapter", "caddyfile"]
}

/** The example with other places in it. What is to be replaced must be there, else the example was not tested. */
function replaced(name: string, pairs: readonly (readonly [string, string])[]): string {
  const text = readFileSync(path.join(examples, name), "utf8")
  const settings = text.replace(/^\s*#.*$/gm, "")
  return pairs.reduce((rest, [from, to]) => {
    if (!rest.includes(from)) throw new Error(`docs/deploy/${name} no longer says: ${from}`)
    return rest.replaceAll(from, to)
  }, settings)
}

async function untilAnswering(child: ChildProcess, port: number): Promise<void> {
  const until = Date.now() + READY_WITHIN
  while (!(await shakesHands(port))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("It ended by itself.")
    if (Date.now() > until) {
      child.kill("SIGKILL")
      throw new Error("It never spoke TLS.")
    }
    await wait(50)
  }
}

/** A port that is open is not enough: Caddy listens before it has made its certificate. */
async function shakesHands(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1", servername: "localhost", rejectUnauthorized: false })
  return new Promise((resolve) => {
    socket.once("secureConnect", () => resolve(true))
    socket.once("error", () => resolve(false))
  }).then((answer) => {
    socket.destroy()
    return answer === true
  })
}
