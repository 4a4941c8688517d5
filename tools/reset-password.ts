/**
 * `npm run reset-password -- <e-mail>`: gives a person who cannot receive mail a new password, printed here, and
 * signs him out everywhere. Whoever may run it holds the server and its data anyway. Works while Parley runs
 * (through its PostgreSQL) and while it does not.
 */
import { randomInt } from "node:crypto"
import { readFile } from "node:fs/promises"
import path from "node:path"
import { readConfig, type Config } from "../server/config/config.ts"
import { openDatabase, type Database } from "../server/db/db.ts"
import { createLog } from "../server/log/log.ts"
import { createIdentity } from "../server/team/team.ts"

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"

async function run(email: string | undefined): Promise<number> {
  if (email === undefined || !email.includes("@")) {
    console.error("Say whose: npm run reset-password -- ada@example.com")
    return 2
  }
  const config: Config = { ...readConfig(process.env), logLevel: "error" }
  const log = createLog(config)
  const database = await openRunningOrOwn(config)
  try {
    const password = Array.from({ length: 4 }, () => word()).join("-")
    const user = await createIdentity({ database, log, config }).setPassword(email, password)
    if (user === undefined) {
      console.error(`Nobody signs in with ${email}.`)
      return 1
    }
    console.log(`The new password of ${user.name} (${user.email}) is: ${password}`)
    return 0
  } finally {
    await database.close()
  }
}

async function openRunningOrOwn(config: Config): Promise<Database> {
  const log = createLog(config)
  const databaseUrl = config.databaseUrl ?? (await findRunning(path.resolve(config.dataFolder)))
  if (databaseUrl === undefined) return openDatabase({ config, log })
  try {
    return await openDatabase({ config: { ...config, databaseUrl }, log })
  } catch (error) {
    if (config.databaseUrl !== undefined) throw error
    // What the folder says of a running PostgreSQL was left behind by one that is gone.
    return openDatabase({ config, log })
  }
}

/** The address of the PostgreSQL that a running Parley holds on this folder: its note names port and socket folder. */
async function findRunning(folder: string): Promise<string | undefined> {
  const note = await readFile(path.join(folder, "postgres", "postmaster.pid"), "utf8").catch(() => "")
  const [, , , port, socket] = note.split("\n")
  const password = await readFile(path.join(folder, "postgres-password"), "utf8").catch(() => "")
  if (!port || !socket || password === "") return undefined
  return `postgresql://parley:${password.trim()}@${encodeURIComponent(socket)}/parley?port=${port}`
}

function word(): string {
  return Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join("")
}

process.exitCode = await run(process.argv[2])
