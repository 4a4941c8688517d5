/**
 * `npm run reset-password -- <e-mail> [--end-two-factors]`: gives a person who cannot receive mail a new password, printed
 * here, and signs him out everywhere; for one who has lost his phone, takes his codes and passkeys away as well. Whoever may run it holds the server and its data anyway. Works while Parley runs
 * (through its PostgreSQL) and while it does not.
 */
import { randomInt } from "node:crypto"
import { readConfig, type Config } from "../server/config/config.ts"
import { copying, openDatabase } from "../server/db/db.ts"
import { createLog } from "../server/log/log.ts"
import { createIdentity } from "../server/team/team.ts"

const ENDS = "--end-two-factors"
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"

async function run(args: readonly string[]): Promise<number> {
  const endsTwoFactors = args.includes(ENDS)
  const [email] = args.filter((arg) => arg !== ENDS)
  if (email === undefined || !email.includes("@")) {
    console.error(`Say whose: npm run reset-password -- ada@example.com [${ENDS}]`)
    return 2
  }
  const wanted: Config = { ...readConfig(process.env), logLevel: "error" }
  const log = createLog(wanted)
  await using opened = new AsyncDisposableStack()
  const reached = await copying.reachDatabase(wanted, log)
  opened.defer(() => reached.stop())
  const config = { ...wanted, databaseUrl: reached.url }
  const database = await openDatabase({ config, log })
  opened.defer(() => database.close())
  const password = Array.from({ length: 4 }, () => word()).join("-")
  const identity = createIdentity({ database, log, config })
  const user = await identity.setPassword(email, password, { endsTwoFactors })
  if (user === undefined) {
    console.error(`Nobody signs in with ${email}.`)
    return 1
  }
  console.log(`The new password of ${user.name} (${user.email}) is: ${password}`)
  if (endsTwoFactors) console.log("Codes and passkeys are gone: the password alone is enough.")
  return 0
}

function word(): string {
  return Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join("")
}

process.exitCode = await run(process.argv.slice(2))
