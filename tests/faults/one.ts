import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import pg from "pg"
import { startEmbedded } from "../../server/db/embedded/start.ts"
import { quietLog } from "../harness/log.ts"
import { signalTree } from "../harness/process-tree.ts"
import { layCable, type Cable } from "./cable.ts"
import type { Installation, InstallationNeeds, Postgres } from "./installation.ts"
import { patience } from "./patience.ts"
import { prepareServer, type ServerProcess } from "./server-process.ts"

const healthyWithin = 30_000

/** `moveDatabase`: PostgreSQL is no longer the server's own but runs beside it, at the other end of a line. */
export type One = Installation & { moveDatabase(): Promise<void> }

/** One server with its own PostgreSQL. */
export async function openOne({ folder, environment, lines: count }: InstallationNeeds): Promise<One> {
  await using opened = new AsyncDisposableStack()
  const dataFolder = path.join(folder, "data")
  const lines = await layCables(count, opened)
  const postgres = findPostgres(dataFolder)
  const server = prepareServer({
    name: "parley",
    folder,
    environment: { PARLEY_DATA: dataFolder, ...environment },
    onReady: (url) => lines.forEach((line) => line.lead(url)),
  })
  // Whoever gives up all at once leaves nothing running.
  const abandon = (): void => {
    server.signal("SIGKILL")
    postgres.signalAll("SIGKILL")
  }
  process.once("exit", abandon)
  opened.defer(() => void process.off("exit", abandon))
  // After a start that failed nobody else is left to stop it.
  opened.defer(() => postgres.signalAll("SIGQUIT"))
  let databaseLine: Cable | undefined
  opened.defer(() => server.stop())
  await server.start()

  const kept = opened.move()
  return {
    servers: [server],
    postgres,
    lines,
    url: server.url,
    databaseUrl: () => databaseUrl(dataFolder),
    get databaseLine(): Cable | undefined {
      return databaseLine
    },
    async moveDatabase() {
      await server.stop()
      const beside = await startEmbedded({ folder: dataFolder, log: quietLog })
      databaseLine = await layCable()
      const { password, pathname } = new URL(beside.url)
      databaseLine.lead(path.join(postgresNote(dataFolder)[4] ?? "", ".s.PGSQL.5432"))
      server.change({
        DATABASE_URL: `postgresql://parley:${password}@127.0.0.1:${databaseLine.port}${pathname}`,
      })
      // Taken down in the opposite order, so before the server: it is stopped here.
      kept.defer(() => beside.stop())
      kept.defer(() => databaseLine?.close())
      kept.defer(() => server.stop())
      await server.start()
    },
    async mend() {
      for (const line of [...lines, ...(databaseLine ? [databaseLine] : [])]) line.mend()
      postgres.signalAll("SIGCONT")
      await bringBack(server)
    },
    stop: async () => {
      postgres.signalAll("SIGCONT")
      await kept.disposeAsync()
    },
  }
}

/** One server that reaches its PostgreSQL over a line. */
export async function openLine(needs: InstallationNeeds): Promise<One> {
  const one = await openOne(needs)
  await one.moveDatabase()
  return one
}

export async function layCables(count: number, opened: AsyncDisposableStack): Promise<Cable[]> {
  const lines = await Promise.all(Array.from({ length: count }, () => layCable()))
  for (const line of lines) opened.defer(() => line.close())
  return lines
}

/** As a service manager does: a stopped server goes on, one that ended is started, again and again. Until it is healthy. */
export async function bringBack(server: ServerProcess): Promise<void> {
  const begun = Date.now()
  server.signal("SIGCONT")
  for (;;) {
    const failure = await (server.isRunning() ? Promise.resolve(undefined) : startAgain(server))
    if (failure === undefined && (await isHealthy(server.url()))) return
    if (Date.now() - begun > healthyWithin * patience()) {
      const waited = ((Date.now() - begun) / 1_000).toFixed()
      throw new Error(`${server.name} is not healthy ${waited} s after everything was mended.`, {
        cause: failure,
      })
    }
    await wait(failure === undefined ? 50 : 500)
  }
}

function startAgain(server: ServerProcess): Promise<unknown> {
  return server.start().then(
    () => undefined,
    (error: unknown) => error,
  )
}

export async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    // Nobody answers: not healthy yet.
    return false
  }
}

/** The lines of PostgreSQL's own note: process number first, socket folder fifth. */
function postgresNote(dataFolder: string): string[] {
  const note = path.join(dataFolder, "postgres/postmaster.pid")
  return existsSync(note) ? readFileSync(note, "utf8").split("\n") : []
}

function databaseUrl(dataFolder: string): string {
  const password = readFileSync(path.join(dataFolder, "postgres-password"), "utf8").trim()
  return `postgresql://parley:${password}@${encodeURIComponent(postgresNote(dataFolder)[4] ?? "")}/parley`
}

export function findPostgres(dataFolder: string): Postgres {
  function pid(): number | undefined {
    const number = Number(postgresNote(dataFolder)[0])
    return Number.isSafeInteger(number) && number > 1 ? number : undefined
  }
  return {
    pid,
    signal: (signal) => send(pid(), signal),
    signalAll(signal) {
      const postmaster = pid()
      if (postmaster !== undefined) signalTree(postmaster, signal)
    },
    backendPids: () => readBackendPids(databaseUrl(dataFolder)),
  }
}

/** What is gone already needs no signal. */
function send(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined || pid === 0) return
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error
  }
}

export async function readBackendPids(url: string): Promise<number[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on("error", () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    )
    return rows.map(({ pid }) => pid)
  } finally {
    await client.end()
  }
}
