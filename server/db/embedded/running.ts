import { readFile } from "node:fs/promises"
import path from "node:path"
import pg from "pg"
import { surviveLoss } from "../driver.ts"

/** The address of the PostgreSQL that a running Parley holds on this folder, if one answers. */
export async function findRunning(folder: string): Promise<string | undefined> {
  const note = await readFile(path.join(folder, "postgres", "postmaster.pid"), "utf8").catch(() => "")
  const [, , , port, socket] = note.split("\n")
  const password = await readFile(path.join(folder, "postgres-password"), "utf8").catch(() => "")
  if (!port || !socket || password === "") return undefined
  const url = `postgresql://parley:${password.trim()}@${encodeURIComponent(socket)}/parley?port=${port}`
  return (await answers(url)) ? url : undefined
}

/** What the folder says of a running PostgreSQL may have been left behind by one that is gone. */
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  surviveLoss(client)
  return client.connect().then(
    async () => {
      await client.end()
      return true
    },
    () => false,
  )
}
