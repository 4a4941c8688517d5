import { readFile, readlink, realpath, rm } from "node:fs/promises"
import path from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import type { Log } from "../../log/log.ts"
import { bornAt } from "./lock.ts"

const politely = 20_000
const atAll = 30_000

/** Stops the PostgreSQL that a killed Parley left running on this folder. What it had committed is kept. */
export async function stopLeftover(cluster: string, log: Log): Promise<void> {
  const note = path.join(cluster, "postmaster.pid")
  const lines = (await readFile(note, "utf8").catch(() => "")).split("\n")
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return
  const born = await bornAt(pid)
  if (born === "" || !(await runsIn(pid, cluster))) {
    // Its number is free or belongs to somebody else, who must not keep PostgreSQL from starting.
    await rm(note, { force: true })
    await removeSocketFolder(lines[4])
    return
  }
  log.warn({ pid }, "a PostgreSQL left over from an earlier Parley is stopped")
  process.kill(pid, "SIGINT")
  const begun = performance.now()
  while ((await bornAt(pid)) === born) {
    const waited = performance.now() - begun
    if (waited > atAll)
      throw new Error(`The PostgreSQL with process number ${pid} in ${cluster} does not stop.`)
    if (waited > politely) process.kill(pid, "SIGQUIT")
    await wait(20)
  }
  await removeSocketFolder(lines[4])
}

/** The private folder of its socket, which the fifth line of the note names; only one that is ours by its name. */
async function removeSocketFolder(folder = ""): Promise<void> {
  if (path.basename(folder).startsWith("parley-")) await rm(folder, { recursive: true, force: true })
}

/** PostgreSQL's working directory is its data folder; the process number alone may have been given to another program. */
async function runsIn(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== "linux") return true
  const workingIn = await readlink(`/proc/${pid}/cwd`).catch(() => "")
  return workingIn === (await realpath(cluster))
}
