/** Writes docs/configuration.md from the settings; with --check only compares. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { describeSettings } from "../server/config/config.ts"

const file = "docs/configuration.md"

if (!process.argv.includes("--check")) {
  mkdirSync("docs", { recursive: true })
  writeFileSync(file, describeSettings())
} else if (readFileSync(file, "utf8") !== describeSettings()) {
  console.error(`${file} is not what the settings say: run node tools/describe-configuration.ts`)
  process.exitCode = 1
}
