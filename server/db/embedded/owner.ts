import { readFile } from "node:fs/promises"

/** The user PostgreSQL runs as; `undefined` where it is simply ours. */
export type Owner = { uid: number; gid: number } | undefined

/** As on every Linux: the user without rights, who exists even where no file names him. */
const nobody = { uid: 65_534, gid: 65_534 }

/** PostgreSQL refuses to run as root. As root it is run as the user `parley` where there is one. */
export async function databaseOwner(): Promise<Owner> {
  if (process.getuid?.() !== 0) return undefined
  const users = await readFile("/etc/passwd", "utf8").catch(() => "")
  const [, , uid, gid] =
    users
      .split("\n")
      .find((line) => line.startsWith("parley:"))
      ?.split(":") ?? []
  return uid === undefined || gid === undefined ? nobody : { uid: Number(uid), gid: Number(gid) }
}
