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
}): Promise<void> {
  const { cluster, binaries, owner, password } = options
  if (await stat(cluster).catch(() => undefined)) return
  const workshop = `${cluster}.unfinished`
  const unfinished = path.join(workshop, "cluster")
  const passwordFile = path.join(workshop, "password")
  // The initdb of a Parley that was killed may still be writing there; it fails once its files are gone.
  await rm(workshop, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  await mkdir(unfinished, { recursive: true, mode: 0o700 })
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  for (const place of [workshop, unfinished, passwordFile]) await giveTo(place, owner)
  try {
    await run(
      binaries.initdb,
      [
        ...["--pgdata", nameOfWorkingFolder, "--pwfile", `${nameOfWorkingFolder}/../password`],
        ...["--username", "parley", "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"],
        // Sorting by bytes, letters of all scripts known: neither depends on what this machine has installed.
        ...["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
      ],
      { cwd: unfinished, env: {}, ...owner },
    )
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error)
    throw new Error(`The database could not be made in ${cluster}: ${said}`, { cause: error })
  }
  await rename(unfinished, cluster)
  await rm(workshop, { recursive: true, force: true })
}
