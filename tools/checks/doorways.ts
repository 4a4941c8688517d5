import { existsSync, readdirSync, readFileSync } from "node:fs"

const mostExports = 10

/** Each server module has a doorway: a header of 5 to 15 lines, then explicit exports, ten at most. */
export function doorways(): string[] {
  const modules = readdirSync("server", { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return modules.flatMap(({ name }) => {
    const file = `server/${name}/${name}.ts`
    if (!existsSync(file)) return [`server/${name} has no doorway ${file}.`]
    const text = readFileSync(file, "utf8")
    const problems: string[] = []
    const header = /^\/\*\*\n([\s\S]*?)\*\//.exec(text)?.[1]?.trimEnd().split("\n").length ?? 0
    if (header < 3 || header > 15)
      problems.push(`${file}: the header has ${header} lines; 3 to 15 say what is hidden and traded.`)
    if (/export \* from/.test(text)) problems.push(`${file}: exports are named one by one.`)
    const count = countExports(text)
    if (count > mostExports) problems.push(`${file}: ${count} exports; ${mostExports} at most.`)
    return problems
  })
}

function countExports(text: string): number {
  const lists = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = ""]) =>
    list.split(",").filter((name) => name.trim() !== ""),
  )
  const declarations =
    text.match(/^export (?:async )?(?:function|const|class|type|interface)\b(?! \{)/gm) ?? []
  return lists.length + declarations.length
}
