import { readFile, stat } from "node:fs/promises"

/** The user PostgreSQL runs as; `undefined` where it is simply ours. */
export type Owner = { uid: number; gid: number } | undefined

/** As on every Linux: the user without rights. */
const nobody = { uid: 65_534, gid: 65_534 }

/**
 * PostgreSQL refuses to run as root. Started by root it runs as whoever owns the data already, else as the user
 * `parley` where there is one. Other users can only be themselves, and are told when the data is not theirs.
 */
export async function databaseOwner(cluster: string): Promise<Owner> {
  const mine = process.getuid?.()
  const existing = await stat(cluster).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw error
  })
  if (mine === 0) {
    if (existing !== undefined && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid }
    return (await userNamedParley()) ?? nobody
  }
  if (existing !== undefined && mine !== undefined && existing.uid !== mine)
    throw new Error(
      `The database in ${cluster} belongs to the user with number ${existing.uid}, and this is user ${mine}. Start Parley as the user it was first started as.`,
    )
  return undefined
}

async function userNamedParley(): Promise<Owner> {
  const users = await readFile("/etc/passwd", "utf8").catch(() => "")
  const line = users.split("\n").find((one) => one.startsWith("parley:"))
  const [, , uid, gid] = line?.split(":") ?? []
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}
