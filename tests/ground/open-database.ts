/**
 * A process that opens the database of a data folder: `node open-database.ts <folder> <what>`.
 * `once` closes it again, `stay` keeps it until SIGTERM, `write` commits numbers and says each one that was.
 */
import { sql } from "kysely"
import { readConfig } from "../../server/config/config.ts"
import { openDatabase, type Database } from "../../server/db/db.ts"
import { createLog } from "../../server/log/log.ts"

const [, , folder = "", what = "once"] = process.argv
const config = readConfig({ PARLEY_DATA: folder })

try {
  const database = await openDatabase({ config, log: createLog({ logLevel: "silent" }) })
  await sql`create table if not exists acknowledged (number bigint generated always as identity)`.execute(
    database.db,
  )
  console.log(`open ${database.epoch} ${await newest(database)}`)
  if (what === "stay") await new Promise((resolve) => process.once("SIGTERM", resolve))
  while (what === "write") {
    const { rows } = await sql<{
      number: number
    }>`insert into acknowledged default values returning number`.execute(database.db)
    console.log(`wrote ${rows[0]?.number}`)
  }
  await database.close()
  console.log("closed")
} catch (error) {
  console.log(`refused ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

async function newest(database: Database): Promise<number> {
  const { rows } = await sql<{ most: number | null }>`select max(number) as most from acknowledged`.execute(
    database.db,
  )
  return rows[0]?.most ?? 0
}
