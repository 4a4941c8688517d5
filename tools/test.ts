/**
 * Runs the tests and ends with one plain line, `N passed, N failed`. With --all the long ones too, and everything
 * once more on Debian's PostgreSQL 15. Other arguments go to vitest. Under CI a skipped test fails the run: there
 * everything needed is to be had, and a test that did not run has shown nothing.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { z } from "zod"
import { startDebianPostgres } from "../tests/harness/debian-postgres.ts"

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  numFailedTestSuites: z.number(),
  success: z.boolean(),
})

const isAll = process.argv.includes("--all")
const passOn = process.argv.slice(2).filter((argument) => argument !== "--all")
const total = { passed: 0, failed: 0, skipped: 0 }

if ((await run("node", ["tools/build.ts", "--if-stale"], {})) !== 0) total.failed += 1
await runTests({ PARLEY_TEST_ALL: isAll ? "1" : "" })
if (isAll) {
  const oldest = await startDebianPostgres()
  console.log(`\nOnce more, on PostgreSQL ${oldest.version}:\n`)
  try {
    await runTests({ TEST_DATABASE_URL: oldest.url })
  } finally {
    await oldest.stop()
  }
}

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ""
const isRed = total.failed > 0 || total.passed === 0 || (process.env.CI === "true" && total.skipped > 0)
process.exitCode = isRed ? 1 : 0
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)

async function runTests(environment: Record<string, string>): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "parley-report-"))
  const file = path.join(folder, "report.json")
  try {
    const code = await run(
      "vitest",
      ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...passOn],
      environment,
    )
    const result = report.parse(JSON.parse(readFileSync(file, "utf8")))
    total.passed += result.numPassedTests
    total.skipped += result.numPendingTests + result.numTodoTests
    // A file that could not even be loaded, or an error outside of any test, is a failure without a number.
    total.failed += result.numFailedTests > 0 ? result.numFailedTests : code === 0 && result.success ? 0 : 1
  } catch (error) {
    console.error(error)
    total.failed += 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(program: string, words: string[], environment: Record<string, string>): Promise<number> {
  const child = spawn(program, words, { stdio: "inherit", env: { ...process.env, ...environment } })
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("exit", (code) => resolve(code ?? 1))
  })
}
