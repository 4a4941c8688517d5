import { spawn, type ChildProcess } from "node:child_process"
import { open, readFile } from "node:fs/promises"
import path from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import type { Log } from "../../log/log.ts"
import type { Binaries } from "./binaries.ts"
import { nameOfWorkingFolder } from "./cluster.ts"
import type { Owner } from "./owner.ts"

const startWithin = 60_000
const stopPolitelyWithin = 20_000
const restartAfter = 1_000

const settings = {
  listen_addresses: "",
  max_connections: "200",
  shared_buffers: "128MB",
  max_wal_size: "1GB",
  checkpoint_timeout: "15min",
  random_page_cost: "1.1",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "warning",
  // Statements carry what people wrote; the log must not.
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_line_prefix: "%m ",
}

/** Runs PostgreSQL until `stop`; should it die before, it is started again. */
export async function runServer(options: {
  cluster: string
  logFile: string
  binaries: Binaries
  owner: Owner
  socketFolder: string
  log: Log
}): Promise<{ stop(): Promise<void> }> {
  const { log } = options
  let isStopping = false
  let restartTimer: NodeJS.Timeout | undefined
  let restarting: Promise<void> | undefined
  let server = await start(options)
  watch()

  function watch(): void {
    server.once("exit", (code, signal) => {
      if (isStopping) return
      log.error({ code, signal }, "PostgreSQL has stopped by itself and is started again")
      restartLater(restartAfter)
    })
  }

  function restartLater(after: number): void {
    restartTimer = setTimeout(() => {
      restarting = restart()
    }, after)
  }

  async function restart(): Promise<void> {
    try {
      server = await start(options)
      watch()
    } catch (error) {
      log.fatal({ err: error }, "PostgreSQL could not be started again")
      if (!isStopping) restartLater(restartAfter * 5)
    }
  }

  return {
    async stop() {
      isStopping = true
      clearTimeout(restartTimer)
      // One that is just being started is stopped too, not left behind.
      await restarting
      await stop(server)
    },
  }
}

async function start(options: Parameters<typeof runServer>[0]): Promise<ChildProcess> {
  const { cluster, logFile, binaries, owner, socketFolder } = options
  const output = await open(logFile, "w", 0o600)
  const flags = Object.entries({ ...settings, unix_socket_directories: socketFolder }).flatMap(
    ([name, value]) => ["-c", `${name}=${value}`],
  )
  const server = spawn(binaries.postgres, ["-D", nameOfWorkingFolder, ...flags], {
    cwd: cluster,
    env: {},
    detached: true,
    stdio: ["ignore", output.fd, output.fd],
    ...owner,
  })
  let failure: Error | undefined
  server.once("error", (error) => (failure = error))
  await output.close()
  const begun = performance.now()
  while (!(await isReady(cluster, server.pid))) {
    if (failure !== undefined || server.exitCode !== null || server.signalCode !== null)
      throw new Error(`PostgreSQL did not start: ${await lastWords(logFile)}`, { cause: failure })
    if (performance.now() - begun > startWithin) {
      server.kill("SIGQUIT")
      throw new Error(
        `PostgreSQL was not ready within ${startWithin / 1000} seconds: ${await lastWords(logFile)}`,
      )
    }
    await wait(10)
  }
  return server
}

/** The eighth line of postmaster.pid is the server's state, the first its process number. */
async function isReady(cluster: string, pid: number | undefined): Promise<boolean> {
  const lines = (await readFile(path.join(cluster, "postmaster.pid"), "utf8").catch(() => "")).split("\n")
  return Number(lines[0]) === pid && lines[7]?.trim() === "ready"
}

async function lastWords(logFile: string): Promise<string> {
  const text = await readFile(logFile, "utf8").catch(() => "")
  return text.trim().split("\n").slice(-5).join(" | ")
}

/** SIGINT ends sessions and writes everything down; SIGQUIT leaves that to the next start, losing nothing either. */
async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = new Promise((resolve) => server.once("exit", resolve))
  server.kill("SIGINT")
  const impatience = setTimeout(() => server.kill("SIGQUIT"), stopPolitelyWithin)
  await ended
  clearTimeout(impatience)
}
