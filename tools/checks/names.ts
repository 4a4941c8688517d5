import { filesUnder } from "../files.ts"

/** Words that say nothing about what is inside. */
const empty = new Set(
  "util utils helper helpers common shared lib libs core base manager service services impl handler handlers types constants index misc".split(
    " ",
  ),
)

/** Names that tools and browsers prescribe. */
const prescribed = new Set(["desk/index.html"])

/** Paths are kebab-case and made of the domain's words. */
export function names(): string[] {
  const problems: string[] = []
  for (const file of filesUnder("protocol", "server", "desk", "widget", "tests", "tools")) {
    if (prescribed.has(file)) continue
    for (const part of file.split("/")) {
      const [stem = ""] = part.split(".")
      if (!/^\.?[a-z0-9]+(-[a-z0-9]+)*$/.test(stem)) problems.push(`${file}: “${part}” is not kebab-case.`)
      const word = stem.split("-").find((one) => empty.has(one))
      if (word !== undefined) problems.push(`${file}: “${word}” says nothing about what is inside.`)
    }
  }
  return problems
}
