import { execFile } from "node:child_process"
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises"
import path from "node:path"
import { promisify } from "node:util"
import type { Binaries } from "./binaries.ts"
import type { Owner } from "./owner.ts"
import { giveTo } from "./places.ts"

const run = promisify(execFile)

/**
 * Walking from / to the data folder may be forbidden to PostgreSQL's user; the working directory a process
 * was given is open to it all the same, and Linux calls it by this name.
 */
export const nameOfWorkingFolder = process.platform === "linux" ? "/proc/self/cwd" : "."

/** Makes the database's files unless they are there. Under their final name they are whole. */
export async function initialise(options: {
  cluster: string
  binaries: Binaries
  owner: Owner
  password: string
  /** Where the owner, and he alone, can read the password from while it is set. */
  exchange: string
}): Promise<void> {
  const { cluster, binaries, owner, password, exchange } = options
  if (await stat(cluster).catch(() => undefined)) return
  const unfinished = `${cluster}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await giveTo(unfinished, owner)
  const passwordFile = path.join(exchange, "password")
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  await giveTo(passwordFile, owner)
  try {
    await run(
      binaries.initdb,
      [
        ...["--pgdata", nameOfWorkingFolder, "--username", "parley", "--pwfile", passwordFile],
        ...["--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"],
        // Sorting by bytes, letters of all scripts known: neither depends on what this machine has installed.
        ...["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
      ],
      { cwd: unfinished, env: {}, ...owner },
    )
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error)
    throw new Error(`The database could not be made in ${cluster}: ${said}`, { cause: error })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(unfinished, cluster)
}
