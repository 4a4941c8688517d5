/**
 * `npm run bench [-- --only desk,counts] [--sizes 10k,100k] [--json file] [--folder elsewhere] [--publish]`: measures
 * a real server on a real PostgreSQL, prints each figure beside its floor, and writes all of it as JSON. Data sets are
 * made once and kept in `.bench/`, or in another folder; one bench at a time uses a folder. Ends well where an aim is
 * missed, and says so; ends badly where a part broke. `--publish` writes the figures and their picture into docs/.
 */
import { mkdir, writeFile } from "node:fs/promises"
import path from "node:path"
import { parseArgs } from "node:util"
import type { Figure, Part } from "./figure.ts"
import { describeMachine } from "./machine.ts"
import { runPart } from "./open.ts"
import { parts } from "./parts.ts"
import { openPostgres } from "./postgres.ts"
import { publish } from "./publish.ts"
import { tableOf } from "./table.ts"

const { values: asked } = parseArgs({
  options: {
    only: { type: "string" },
    sizes: { type: "string", default: "10k,100k,1m" },
    folder: { type: "string", default: path.resolve(import.meta.dirname, "../../.bench") },
    json: { type: "string" },
    publish: { type: "boolean", default: false },
  },
})
const { folder } = asked
const resultFile = asked.json ?? path.join(folder, "last.json")

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const chosen = choose(asked.only?.split(","))
const sizes = asked.sizes.split(",").map(sizeOf)

await mkdir(folder, { recursive: true })
const postgres = await openPostgres({ folder })
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void postgres.stop().finally(() => process.exit(1)))
const machine = describeMachine(postgres.version)
const figures: (Figure & { part: string })[] = []
const broken: string[] = []
try {
  for (const part of chosen) await measure(part)
} finally {
  await postgres.stop()
}

await writeFile(resultFile, `${JSON.stringify({ machine, figures, broken }, undefined, 2)}\n`)
say(`\nAll figures (load of the machine before: ${machine.loadBefore})\n`)
for (const line of tableOf(figures)) say(line)
const missed = figures.filter(({ aim }) => aim?.isMet === false)
say(
  `\n${missed.length === 0 ? "Every aim is met." : `Missed: ${missed.map(({ name }) => name).join("; ")}.`}`,
)
if (asked.publish) await publish(path.resolve(import.meta.dirname, "../../docs"), machine, figures)
say(`Written to ${path.relative(process.cwd(), resultFile)}.`)
if (broken.length > 0) {
  say(`Broken: ${broken.join(", ")}.`)
  process.exitCode = 1
}

async function measure(part: Part): Promise<void> {
  say(`\n${part.name} …`)
  const begun = Date.now()
  try {
    const measured = await runPart(part, postgres, { isShort: false, sizes, say })
    figures.push(...measured.map((figure) => ({ part: part.name, ...figure })))
    for (const line of tableOf(measured)) say(line)
  } catch (error) {
    broken.push(part.name)
    say(`BROKEN: ${error instanceof Error ? error.stack : String(error)}`)
  }
  say(`${part.name} took ${Math.round((Date.now() - begun) / 1000)} s.`)
}

function choose(names: string[] | undefined): Part[] {
  const unknown = names?.filter((name) => !parts.some((part) => part.name === name)) ?? []
  if (unknown.length > 0)
    throw new Error(
      `There is no ${unknown.join(", ")}; there are ${parts.map(({ name }) => name).join(", ")}.`,
    )
  return parts.filter(({ name }) => names === undefined || names.includes(name))
}

/** `10k`, `1m` or a plain number. */
function sizeOf(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+)(k|m?)$/i.exec(text.trim()) ?? []
  if (digits === "") throw new Error(`${text} is no size; write 10k, 100k or 1m.`)
  return Number(digits) * ({ k: 1_000, m: 1_000_000 }[unit.toLowerCase()] ?? 1)
}
