import { randomBytes } from "node:crypto"
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import type { Owner } from "./owner.ts"

/** Makes the data folder, or says in words why it cannot be used. */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    const probe = path.join(folder, `.probe-${process.pid}`)
    await writeFile(probe, "")
    await rm(probe)
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : ""
    const reason =
      {
        EACCES: "this user may not write there",
        EROFS: "the disk is read-only",
        ENOSPC: "the disk is full",
        ENOTDIR: "it is not a folder",
        EEXIST: "it is not a folder",
      }[code] ?? code
    throw new Error(`The data folder ${folder} cannot be used: ${reason}. Set PARLEY_DATA to another one.`, {
      cause: error,
    })
  }
}

/** The password of the database's only user, made at the first start. */
export async function keepPassword(folder: string): Promise<string> {
  const file = path.join(folder, "postgres-password")
  const kept = await readFile(file, "utf8").catch(() => undefined)
  if (kept !== undefined && kept.trim() !== "") return kept.trim()
  const password = randomBytes(24).toString("hex")
  await writeFile(file, `${password}\n`, { mode: 0o600, flush: true })
  return password
}

/**
 * A fresh folder only PostgreSQL's user (and root) can enter. It is under the temporary folder because a socket's
 * path may have 107 bytes at most and every folder above must let that user pass: ours promise neither.
 */
export async function openSocketFolder(owner: Owner): Promise<{ path: string; remove(): Promise<void> }> {
  const preferred = os.tmpdir()
  const folder = await mkdtemp(path.join(preferred.length > 60 ? "/tmp" : preferred, "parley-"))
  await giveTo(folder, owner)
  await chmod(folder, 0o700)
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

export async function giveTo(place: string, owner: Owner): Promise<void> {
  if (owner !== undefined) await chown(place, owner.uid, owner.gid)
}
