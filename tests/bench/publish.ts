import { readFile, writeFile } from "node:fs/promises"
import path from "node:path"
import type { Figure } from "./figure.ts"
import { drawGrowth } from "./growth.ts"
import type { Machine } from "./machine.ts"
import { numberText, ratioText, valuesOf } from "./table.ts"

const FROM = "<!-- bench: the figures of the last run; written by `npm run bench -- --publish` -->"
const TO = "<!-- /bench -->"

/** Puts the figures between the markers of docs/performance.md, and the picture of growth beside it. */
export async function publish(docs: string, machine: Machine, figures: readonly Figure[]): Promise<void> {
  const file = path.join(docs, "performance.md")
  const text = await readFile(file, "utf8").catch(() => `# Performance\n\n${FROM}\n${TO}\n`)
  await writeFile(file, between(text, figuresText(machine, figures)))
  const picture = drawGrowth(figures)
  if (picture !== undefined) await writeFile(path.join(docs, "growth.svg"), picture)
}

/** The text with what stands between its markers replaced. */
export function between(text: string, replacement: string): string {
  const from = text.indexOf(FROM)
  const to = text.indexOf(TO)
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no lines ${FROM} and ${TO}.`)
  return `${text.slice(0, from)}${FROM}\n\n${replacement}\n\n${text.slice(to)}`
}

/** What is measured once stands first; what grows with the number of conversations is many lines, and folded. */
export function figuresText(machine: Machine, figures: readonly Figure[]): string {
  const grown = figures.filter(({ growth }) => growth !== undefined)
  const others = figures.filter(({ growth }) => growth === undefined)
  const missed = grown.filter(({ aim }) => aim?.isMet === false)
  return [
    `Measured on ${machine.date.slice(0, 10)}: ${machine.cores} cores (${machine.processor}), ${machine.memory}, ${machine.system}, Node ${machine.node}, PostgreSQL ${machine.postgres}; load of the machine before: ${machine.loadBefore}.`,
    "",
    ...markdownTable(others),
    ...(grown.length === 0
      ? []
      : [
          "",
          "<details>",
          `<summary>Growth with the number of conversations: ${grown.length} figures, ${missed.length === 0 ? "all aims met" : `${missed.length} aims missed`}</summary>`,
          "",
          "The values are of growing sizes.",
          "",
          ...markdownTable(grown),
          "",
          "</details>",
        ]),
  ].join("\n")
}

function markdownTable(figures: readonly Figure[]): string[] {
  const rows = figures.map((figure) => {
    const floor = figure.floor === undefined ? "–" : `${numberText(figure.floor)} ${figure.unit}`
    const aim =
      figure.aim === undefined ? "–" : `${figure.aim.what}: ${figure.aim.isMet ? "met" : "**missed**"}`
    return `| ${figure.name} | ${valuesOf(figure)} ${figure.unit} | ${floor} | ${ratioText(figure)} | ${aim} |`
  })
  return ["| figure | value | floor | ratio | aim |", "| --- | --- | --- | --- | --- |", ...rows]
}
