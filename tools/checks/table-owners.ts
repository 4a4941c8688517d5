import { readFileSync } from "node:fs"
import { filesUnder } from "../files.ts"

const writes =
  /\b(?:insert\s+into|update|delete\s+from|truncate(?:\s+table)?|merge\s+into)\s+(?:only\s+)?([a-z_][a-z_.]*)/gi

/** Only the module that owns a table writes it. The owner stands in the first line of the table's migration. */
export function tableOwners(): string[] {
  const problems: string[] = []
  const owners = new Map<string, string>()
  for (const file of filesUnder("server/db/migrations")) {
    const text = readFileSync(file, "utf8")
    const header = /^-- owner: (.+)\n/.exec(text)?.[1]
    if (header === undefined) {
      problems.push(`${file}: the first line must say "-- owner: <module>".`)
      continue
    }
    for (const [, table = ""] of text.matchAll(
      /create (?:unlogged )?table (?:if not exists )?"?([a-z_.]+)"?/gi,
    ))
      owners.set(table, ownerOf(table, header))
  }
  for (const file of filesUnder("server")) {
    if (!file.endsWith(".ts") || file.includes(".test.")) continue
    const module = /^server\/([^/.]+)/.exec(file)?.[1]
    for (const [, table = ""] of readFileSync(file, "utf8").matchAll(writes)) {
      const owner = owners.get(table.toLowerCase())
      if (owner !== undefined && owner !== module)
        problems.push(`${file} writes ${table}, which belongs to ${owner}.`)
    }
  }
  return problems
}

/** `-- owner: team`, or where a migration makes tables of several: `-- owner: db (installation), jobs (jobs)`. */
function ownerOf(table: string, header: string): string {
  for (const [, module = "", tables = ""] of header.matchAll(/([a-z]+) \(([^)]*)\)/g))
    if (tables.split(/,\s*/).includes(table)) return module
  return header.split(/[\s,(]/)[0] ?? header
}
