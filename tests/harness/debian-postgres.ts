/**
 * Debian's PostgreSQL 15, the oldest we support, as clusters in temporary folders: one alone, or one and those that
 * follow it. Only who knows the password and may enter the folder reaches it: it listens on a socket file and nowhere
 * else. PostgreSQL refuses root, so as root it runs as the user without rights.
 */
import { execFile, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { chmodSync, chownSync, existsSync, mkdtempSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { promisify } from "node:util"
import pg from "pg"
import { signalTree } from "./process-tree.ts"

const programs = "/usr/lib/postgresql/15/bin"
const run = promisify(execFile)

export type DebianPostgres = {
  url: string
  version: string
  /** What stands for its port: a file. */
  socket: string
  /** Of the postmaster, while it runs. */
  pid(): number | undefined
  /** One statement on a connection of its own. */
  ask<Row extends pg.QueryResultRow>(statement: string): Promise<Row[]>
  /** To all processes of it at once, as when the machine under it dies or stands still. */
  signal(signal: NodeJS.Signals): void
  /** Another cluster that is a copy of this one and follows it. */
  openStandby(): Promise<DebianPostgres>
  stop(): Promise<void>
}

/** Why none can be started here. */
export function lacksDebianPostgres(): string | undefined {
  return existsSync(programs) ? undefined : "PostgreSQL 15 is missing: apt-get install postgresql-15"
}

export async function startDebianPostgres({
  environment = {},
}: { environment?: Record<string, string> } = {}): Promise<DebianPostgres> {
  const lack = lacksDebianPostgres()
  if (lack !== undefined) throw new Error(lack)
  const place = { ...makePlace(), environment }
  const password = randomBytes(18).toString("hex")
  const passwordFile = path.join(place.folder, "password")
  writeFileSync(passwordFile, password)
  await runProgram(place, "initdb", [
    ...["-D", place.cluster, "-U", "parley", "-A", "scram-sha-256", "--pwfile", passwordFile],
    ...["-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
  ])
  return startCluster(place, password)
}

type Place = {
  folder: string
  cluster: string
  owner: { uid: number; gid: number } | Record<string, never>
  environment?: Record<string, string>
}

/** Under a short name: that of a socket has 107 bytes at most. */
function makePlace(): Place {
  const folder = mkdtempSync(path.join(os.tmpdir(), "parley-pg15-"))
  chmodSync(folder, 0o700)
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(folder, nobody.uid, nobody.gid)
  return { folder, cluster: path.join(folder, "cluster"), owner: isRoot ? nobody : {} }
}

const nobody = { uid: 65_534, gid: 65_534 }

async function runProgram(place: Place, program: string, words: string[], password = ""): Promise<void> {
  const env = { PATH: process.env.PATH, PGPASSWORD: password }
  await run(path.join(programs, program), words, { cwd: place.folder, env, ...place.owner })
}

async function startCluster(place: Place, password: string): Promise<DebianPostgres> {
  const { folder, cluster, owner } = place
  const settings = [
    "listen_addresses=",
    `unix_socket_directories=${folder}`,
    // The machine itself never dies in a test, and what processes wrote survives them without.
    "fsync=off",
    "max_connections=200",
  ]
  const postmaster = spawn(
    path.join(programs, "postgres"),
    ["-D", cluster, ...settings.flatMap((setting) => ["-c", setting])],
    // A group of its own, so that Ctrl-C is for us alone.
    { cwd: folder, env: { ...process.env, ...place.environment }, ...owner, stdio: "ignore", detached: true },
  )
  const ended = once(postmaster, "exit")
  const url = `postgresql://parley:${password}@${encodeURIComponent(folder)}/postgres`

  async function ask<Row extends pg.QueryResultRow>(statement: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url })
    client.on("error", () => undefined)
    try {
      await client.connect()
      return (await client.query<Row>(statement)).rows
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  const hasEnded = (): boolean => postmaster.exitCode !== null || postmaster.signalCode !== null

  function signal(name: NodeJS.Signals): void {
    if (!hasEnded() && postmaster.pid !== undefined) signalTree(postmaster.pid, name)
  }

  async function openStandby(): Promise<DebianPostgres> {
    const copy = makePlace()
    await runProgram(
      copy,
      "pg_basebackup",
      ["-D", copy.cluster, "-R", "-X", "stream", "-c", "fast", "--no-sync", "-h", folder, "-U", "parley"],
      password,
    )
    return startCluster(copy, password)
  }

  async function stop(): Promise<void> {
    signal("SIGCONT")
    if (!hasEnded()) postmaster.kill("SIGQUIT")
    await ended
    await rm(folder, { recursive: true, force: true })
  }

  try {
    const version = await readVersion(ask)
    const socket = path.join(folder, ".s.PGSQL.5432")
    const pid = (): number | undefined => (hasEnded() ? undefined : postmaster.pid)
    return { url, version, socket, pid, ask, signal, openStandby, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function readVersion(ask: DebianPostgres["ask"]): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [row] = await ask<{ version: string }>("select current_setting('server_version') as version")
      return row?.version ?? ""
    } catch (error) {
      if (attempt >= 300) throw error
      await wait(100)
    }
  }
}
