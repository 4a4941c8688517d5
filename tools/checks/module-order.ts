import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { z } from "zod"

const run = promisify(execFile)

/** Fewer modules than this mean that the tool did not read them: it reports success all the same. */
const fewest = 120

const output = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(
      z.object({
        from: z.string(),
        to: z.string(),
        rule: z.object({ name: z.string(), severity: z.string() }),
      }),
    ),
  }),
})

/** Who may import whom; the rules themselves are in .dependency-cruiser.cjs. */
export async function moduleOrder(): Promise<string[]> {
  const roots = ["protocol", "server", "desk", "widget", "tests", "tools"]
  const { stdout } = await run("depcruise", [...roots, "--output-type", "json", "--no-progress"], {
    maxBuffer: 200_000_000,
  })
  const { summary } = output.parse(JSON.parse(stdout))
  const problems = summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`)
  if (summary.totalCruised < fewest)
    problems.push(`Only ${summary.totalCruised} modules were read; at least ${fewest} are there.`)
  return problems
}
