import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { createWriteStream } from "node:fs"
import path from "node:path"
import { createInterface } from "node:readline"

const root = path.resolve(import.meta.dirname, "../..")
const readyWithin = 60_000

export type StartOptions = {
  /** None: it starts its own PostgreSQL in `PARLEY_DATA`, which is then to be given in `environment`. */
  databaseUrl?: string
  /** On top of what the bench sets. */
  environment?: Record<string, string>
  /** For node, such as `--cpu-prof`. */
  nodeFlags?: string[]
}

export type Running = {
  url: string
  pid: number
  /** Milliseconds from being spawned to saying that it is ready. */
  readyAfter: number
  /** Connected by IPC, for what a preloaded script has to say. */
  process: ChildProcess
  databaseUrl: string | undefined
  /** As Ctrl-C does; asking twice does no harm. */
  stop(): Promise<void>
}

/** A server as `npm start` runs it. What it logs stands in the folder. */
export async function startParley(folder: string, options: StartOptions): Promise<Running> {
  const { databaseUrl, environment = {}, nodeFlags = [] } = options
  const logFile = path.join(folder, `parley-${Date.now()}.log`)
  const log = createWriteStream(logFile)
  const begun = performance.now()
  const child = spawn(process.execPath, [...nodeFlags, "server/main.ts"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: {
      PATH: process.env.PATH,
      PORT: "0",
      HOST: "127.0.0.1",
      PARLEY_LOG_LEVEL: "warn",
      PARLEY_DATA: path.join(folder, "data"),
      NODE_COMPILE_CACHE: path.join(root, ".build/node"),
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...environment,
    },
  })
  const { pid, stdout, stderr } = child
  if (pid === undefined || stdout === null || stderr === null)
    throw new Error("The server could not be spawned.")
  stderr.pipe(log, { end: false })
  const ready = Promise.withResolvers<string>()
  createInterface({ input: stdout }).on("line", (line) => {
    log.write(`${line}\n`)
    const url = /^Parley is ready at (\S+)/.exec(line)?.[1]
    if (url !== undefined) ready.resolve(url)
  })
  const timer = setTimeout(() => ready.reject(new Error("Parley was not ready in time.")), readyWithin)
  child.once("exit", (code, signal) =>
    ready.reject(new Error(`Parley ended with ${code ?? signal} instead of being ready; see ${logFile}.`)),
  )
  const running = { pid, process: child, databaseUrl, stop: () => end(child) }
  try {
    const url = await ready.promise
    return { ...running, url, readyAfter: performance.now() - begun }
  } catch (error) {
    await end(child)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, "exit")
  child.kill("SIGTERM")
  const impatience = setTimeout(() => child.kill("SIGKILL"), 30_000)
  await ended
  clearTimeout(impatience)
}
