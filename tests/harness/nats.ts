import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { z } from "zod"

/** Debian's is in /usr/sbin, which is not on everybody's path. */
const program = ["nats-server", "/usr/sbin/nats-server"].find(
  (name) => spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined,
)
const READY_WITHIN = 20_000

export type Nats = {
  url: string
  kill(): Promise<void>
  /** Again at the same address. */
  start(): Promise<void>
  signal(signal: NodeJS.Signals): void
  stop(): Promise<void>
}

/** Why none can be started here. */
export function lacksNats(): string | undefined {
  return program === undefined ? "nats-server is missing: apt-get install nats-server" : undefined
}

/** A real nats-server on a port of its choice, with a user of its own. */
export async function startNats(): Promise<Nats> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "parley-nats-"))
  let port = -1
  let running: ChildProcess | undefined

  async function start(): Promise<void> {
    if (program === undefined) throw new Error(lacksNats())
    const child = spawn(
      program,
      [
        "-a",
        "127.0.0.1",
        "-p",
        String(port),
        "--user",
        "parley",
        "--pass",
        "parley",
        "--ports_file_dir",
        folder,
      ],
      { stdio: "ignore", detached: true },
    )
    running = child
    // -1 takes any free port the first time; clients know that one from then on.
    port = await readPort(path.join(folder, `nats-server_${child.pid}.ports`))
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = running
    running = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, "exit")
    child.kill("SIGCONT")
    child.kill(signal)
    await ended
  }

  async function stop(): Promise<void> {
    await end("SIGKILL")
    await rm(folder, { recursive: true, force: true })
  }

  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url: `nats://parley:parley@127.0.0.1:${port}`,
    kill: () => end("SIGKILL"),
    start,
    signal: (signal) => void running?.kill(signal),
    stop,
  }
}

const ports = z.object({ nats: z.array(z.string()).min(1) })

async function readPort(file: string): Promise<number> {
  for (const begun = Date.now(); Date.now() - begun < READY_WITHIN; await wait(50)) {
    try {
      return Number(new URL(ports.parse(JSON.parse(readFileSync(file, "utf8"))).nats[0] ?? "").port)
    } catch {
      // Not there yet, or not whole.
    }
  }
  throw new Error("nats-server did not become ready.")
}
