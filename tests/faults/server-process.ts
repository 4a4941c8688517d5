import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { createWriteStream } from "node:fs"
import path from "node:path"
import { createInterface } from "node:readline"

const root = path.resolve(import.meta.dirname, "../..")
const readyWithin = 60_000
const stopsWithin = 30_000

export type ServerProcess = {
  name: string
  logFile: string
  pid(): number | undefined
  isRunning(): boolean
  /** Where it listens, or listened last. */
  url(): string
  /** Starts it and answers where it listens. */
  start(): Promise<string>
  /** kill -9; an embedded PostgreSQL, a group of its own, lives on. */
  kill(): Promise<void>
  /** As Ctrl-C or a service manager does; one that does not end is killed, and that is an error. */
  stop(): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Further environment from the next start on. */
  change(environment: Record<string, string>): void
}

/** A server as `npm start` runs it. */
export function prepareServer(o: {
  name: string
  folder: string
  environment: Record<string, string>
  /** Another place it is run from: another version. */
  root?: string
  /** Each time it is ready. */
  onReady?: (url: string) => void
}): ServerProcess {
  const { name, folder, onReady } = o
  const logFile = path.join(folder, `${name}.log`)
  const log = createWriteStream(logFile, { flags: "a" })
  let environment: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    PORT: "0",
    HOST: "127.0.0.1",
    PARLEY_LOG_LEVEL: "warn",
    PARLEY_SIGNUP: "open",
    NODE_COMPILE_CACHE: path.join(root, ".build/node"),
    ...o.environment,
  }
  let running: ChildProcess | undefined
  let address = ""

  function isRunning(): boolean {
    return running !== undefined && running.exitCode === null && running.signalCode === null
  }

  async function start(): Promise<string> {
    if (isRunning()) return address
    const child = spawn(process.execPath, ["server/main.ts"], { cwd: o.root ?? root, env: environment })
    running = child
    let lastWords = ""
    child.stderr.on("data", (data: Buffer) => {
      log.write(data)
      lastWords = data.toString().trim()
    })
    const ready = Promise.withResolvers<string>()
    createInterface({ input: child.stdout }).on("line", (line) => {
      log.write(`${line}\n`)
      const url = /^Parley is ready at (\S+)/.exec(line)?.[1]
      if (url !== undefined) ready.resolve(url)
    })
    const failed = (why: string) =>
      ready.reject(new Error(`${name} ${why} instead of being ready: ${lastWords}`))
    const timer = setTimeout(() => failed("waited"), readyWithin)
    child.once("exit", (code, signal) => {
      log.write(`(${name} ended: ${code ?? signal})\n`)
      failed(`ended with ${code ?? signal}`)
    })
    try {
      address = await ready.promise
    } catch (error) {
      child.kill("SIGKILL")
      throw error
    } finally {
      clearTimeout(timer)
    }
    onReady?.(address)
    return address
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = running
    if (child === undefined || !isRunning()) return
    const ended = once(child, "exit")
    child.kill(signal)
    await ended
  }

  return {
    name,
    logFile,
    pid: () => (isRunning() ? running?.pid : undefined),
    isRunning,
    url: () => address,
    start,
    kill: () => end("SIGKILL"),
    async stop() {
      const child = running
      let isLate = false
      const impatience = setTimeout(() => {
        isLate = true
        child?.kill("SIGKILL")
      }, stopsWithin)
      child?.kill("SIGCONT")
      await end("SIGTERM")
      clearTimeout(impatience)
      if (isLate)
        throw new Error(`${name} did not stop within ${stopsWithin / 1000} seconds; see ${logFile}.`)
    },
    signal: (signal) => void running?.kill(signal),
    change: (more) => (environment = { ...environment, ...more }),
  }
}
