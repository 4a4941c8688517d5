/**
 * `npm run check`: every rule of the house that a machine can look after, each reported by name. Words after the
 * command run only the checks so named.
 */
import { execFile } from "node:child_process"
import { byteBudgets } from "./checks/byte-budgets.ts"
import { doorways } from "./checks/doorways.ts"
import { fileLengths } from "./checks/file-lengths.ts"
import { moduleOrder } from "./checks/module-order.ts"
import { names } from "./checks/names.ts"
import { tableOwners } from "./checks/table-owners.ts"

/** What is wrong, one line each; none when all is well. */
type Check = () => string[] | Promise<string[]>

const checks: Record<string, Check> = {
  types: () => command("tsc", "--noEmit", "-p", "."),
  "widget types": () => command("tsc", "--noEmit", "-p", "widget"),
  "worker types": () => command("tsc", "--noEmit", "-p", "desk/offline"),
  lint: () => command("oxlint", "--type-aware", "--deny-warnings", "."),
  format: () => command("oxfmt", "--check", "."),
  "module order": moduleOrder,
  doorways,
  "table owners": tableOwners,
  names,
  "file lengths": fileLengths,
  "dead code": () => command("knip", "--no-progress"),
  "schema dump": () => command("node", "tools/dump-schema.ts", "--check"),
  "settings page": () => command("node", "tools/describe-configuration.ts", "--check"),
  "byte budgets": async () => {
    const problems = await command("node", "tools/build.ts", "--if-stale")
    return problems.length > 0 ? problems : byteBudgets()
  },
}

const wanted = process.argv.slice(2)
const broken: string[] = []
for (const [name, check] of Object.entries(checks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const begun = Date.now()
  const problems = await check()
  console.log(
    `${problems.length === 0 ? "ok    " : "FAILED"} ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`,
  )
  for (const problem of problems) console.log(`       ${problem}`)
  if (problems.length > 0) broken.push(name)
}
console.log(broken.length === 0 ? "All checks passed." : `Failed: ${broken.join(", ")}.`)
process.exitCode = broken.length === 0 ? 0 : 1

function command(program: string, ...words: string[]): Promise<string[]> {
  return new Promise((resolve) => {
    execFile(program, words, { maxBuffer: 50_000_000 }, (error, stdout, stderr) => {
      if (error === null) return resolve([])
      const said = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "")
      resolve(said.length > 0 ? said : [error.message])
    })
  })
}
