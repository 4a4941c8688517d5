/**
 * `npm run backup -- [file]`: everything Parley holds, in one file, while it runs or while it does not. The file holds
 * every secret of the installation; only its owner may read it.
 */
import { backUp } from "../server/backup/backup.ts"
import { readConfig } from "../server/config/config.ts"
import { createLog } from "../server/log/log.ts"

const named = process.argv[2] ?? `parley-${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}.tar.gz`

try {
  const config = readConfig(process.env)
  const log = createLog({ logLevel: "error" })
  const { bytes, rows, files, missing } = await backUp({ config, log, file: named })
  console.log(`${named}: ${rows} rows and ${files} files in ${(bytes / 1e6).toFixed(1)} MB.`)
  for (const name of missing) console.error(`A file was not there: ${name}`)
} catch (error) {
  console.error(`No backup was made. ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
