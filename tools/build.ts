/**
 * Builds the two browser apps into .build/. With --if-stale only when their sources, or the packages they are made
 * of, are not those of the last build: `npm start` calls it so.
 */
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { build, type LogLevel } from "vite"
import { filesUnder } from "./files.ts"

const stampFile = ".build/sources"
const made = [".build/desk/index.html", ".build/widget/loader.js", ".build/widget/manifest.json"]

const sources = hashOfSources()
if (!process.argv.includes("--if-stale") || isStale()) {
  if (process.argv.includes("--if-stale")) console.log("Building the browser apps …")
  const logLevel: LogLevel = "warn"
  await build({ configFile: "desk/vite.config.ts", logLevel })
  await build({ configFile: "widget/vite.config.ts", mode: "panel", logLevel })
  for (const mode of ["loader", "reopen", "preview"])
    await build({ configFile: "widget/vite.config.ts", mode, logLevel })
  writeFileSync(stampFile, sources)
}

function isStale(): boolean {
  return !made.every(existsSync) || !existsSync(stampFile) || readFileSync(stampFile, "utf8") !== sources
}

function hashOfSources(): string {
  const hash = createHash("sha256")
  for (const file of [...filesUnder("desk", "widget", "protocol"), "package-lock.json", "tsconfig.json"])
    if (!file.includes(".test.")) hash.update(`${file}\0`).update(readFileSync(file)).update("\0")
  return hash.digest("hex")
}
