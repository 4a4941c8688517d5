import { execFileSync, spawn } from "node:child_process"
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import pg from "pg"

const programs = "/usr/lib/postgresql/15/bin"

/** Runs Debian's PostgreSQL 15, the oldest we support, on a temporary folder; only this process can reach it. */
export async function startOldestPostgres(): Promise<{
  url: string
  version: string
  stop(): Promise<void>
}> {
  if (!existsSync(programs)) throw new Error("PostgreSQL 15 is missing: apt-get install postgresql-15")
  const folder = mkdtempSync(path.join(os.tmpdir(), "parley-pg15-"))
  const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid)
  chmodSync(folder, 0o700)
  const cluster = path.join(folder, "cluster")
  execFileSync(
    path.join(programs, "initdb"),
    ["-D", cluster, "-U", "parley", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
    { cwd: folder, ...owner, stdio: "ignore" },
  )
  const server = spawn(
    path.join(programs, "postgres"),
    [
      "-D",
      cluster,
      "-c",
      "listen_addresses=",
      "-c",
      `unix_socket_directories=${folder}`,
      "-c",
      "fsync=off",
      "-c",
      "max_connections=200",
    ],
    { cwd: folder, ...owner, stdio: "ignore" },
  )
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()))
  const url = `postgresql://parley@${encodeURIComponent(folder)}/postgres`
  return {
    url,
    version: await versionOf(url),
    async stop() {
      server.kill("SIGINT")
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function versionOf(url: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      const { rows } = await client.query<{ version: string }>(
        "select current_setting('server_version') as version",
      )
      return rows[0]?.version ?? ""
    } catch (error) {
      if (attempt >= 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}
