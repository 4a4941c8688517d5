import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { createWriteStream, existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { createInterface } from "node:readline"

const root = path.resolve(import.meta.dirname, "../..")
const readyWithin = 60_000

export type ParleyProcess = {
  /** Starts the server and answers where it listens. */
  start(): Promise<string>
  /** kill -9; PostgreSQL, a group of its own, lives on unless told otherwise. */
  kill(o: { withDatabase: boolean }): Promise<void>
  /** As Ctrl-C does. */
  stop(): Promise<void>
  databaseUrl(): string
  logFile: string
}

/** A server as `npm start` runs it, with its own data folder and PostgreSQL. */
export function prepareParley(folder: string): ParleyProcess {
  const logFile = path.join(folder, "parley.log")
  const log = createWriteStream(logFile)
  const environment = {
    PATH: process.env.PATH,
    PORT: "0",
    HOST: "127.0.0.1",
    PARLEY_DATA: path.join(folder, "data"),
    PARLEY_LOG_LEVEL: "warn",
    NODE_COMPILE_CACHE: path.join(root, ".build/node"),
  }
  let running: ChildProcess | undefined

  /** The lines of PostgreSQL's own note: process number first, socket folder fifth. */
  function postmaster(): string[] {
    const note = path.join(folder, "data/postgres/postmaster.pid")
    return existsSync(note) ? readFileSync(note, "utf8").split("\n") : []
  }

  function signalDatabase(signal: NodeJS.Signals): void {
    const pid = Number(postmaster()[0])
    if (!Number.isSafeInteger(pid) || pid <= 1) return
    try {
      process.kill(-pid, signal)
    } catch {
      // It is gone already.
    }
  }

  async function start(): Promise<string> {
    const child = spawn(process.execPath, ["server/main.ts"], { cwd: root, env: environment })
    running = child
    child.stderr.on("data", (data: Buffer) => log.write(data))
    const ready = Promise.withResolvers<string>()
    createInterface({ input: child.stdout }).on("line", (line) => {
      log.write(`${line}\n`)
      const url = /^Parley is ready at (\S+)/.exec(line)?.[1]
      if (url !== undefined) ready.resolve(url)
    })
    const failed = (why: string) =>
      ready.reject(new Error(`Parley ${why} instead of being ready; see ${logFile}.`))
    const timer = setTimeout(() => failed("waited"), readyWithin)
    child.once("exit", (code, signal) => failed(`ended with ${code ?? signal}`))
    try {
      return await ready.promise
    } finally {
      clearTimeout(timer)
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = running
    running = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, "exit")
    child.kill(signal)
    await ended
  }

  return {
    logFile,
    start,
    async kill({ withDatabase }) {
      if (withDatabase) signalDatabase("SIGKILL")
      await end("SIGKILL")
    },
    async stop() {
      const impatience = setTimeout(() => running?.kill("SIGKILL"), 30_000)
      await end("SIGTERM")
      clearTimeout(impatience)
      // After a start that failed nobody is left to stop it.
      signalDatabase("SIGQUIT")
      log.end()
    },
    databaseUrl() {
      const password = readFileSync(path.join(folder, "data/postgres-password"), "utf8").trim()
      return `postgresql://parley:${password}@${encodeURIComponent(postmaster()[4] ?? "")}/parley`
    },
  }
}
