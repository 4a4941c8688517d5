/**
 * `npm run restore -- <file>`: an installation from a backup, in an empty data folder or database. With --check it
 * only looks whether the file is a whole backup that this version can restore.
 */
import { checkBackup, restore } from "../server/backup/backup.ts"
import { readConfig } from "../server/config/config.ts"
import { createLog } from "../server/log/log.ts"

const isCheck = process.argv.includes("--check")
const [file, ...more] = process.argv.slice(2).filter((word) => word !== "--check")

if (file === undefined || more.length > 0 || file.startsWith("--")) {
  console.error("Say which: npm run restore -- [--check] parley-20260301T093000Z.tar.gz")
  process.exitCode = 2
} else
  await (isCheck ? check(file) : run(file)).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    console.error(isCheck ? why : `Nothing was restored. ${why}`)
    process.exitCode = 1
  })

async function check(named: string): Promise<void> {
  const { manifest, complete } = await checkBackup(named)
  console.log(`${named} is whole: made at ${manifest.madeAt}, with ${complete.files} files.`)
}

async function run(named: string): Promise<void> {
  const config = readConfig(process.env)
  const log = createLog({ logLevel: "error" })
  const { madeAt, rows, files, missing, unsure } = await restore({ config, log, file: named })
  console.log(`Restored ${rows} rows and ${files} files, as they were at ${madeAt}.`)
  if (unsure > 0) console.log(`${unsure} answers were on their way and are marked as maybe sent.`)
  for (const name of missing) console.error(`A file was missing already: ${name}`)
}
