import { readFileSync } from "node:fs"
import { filesUnder } from "../files.ts"

const wall = 400
const written = /\.(ts|tsx|css|cjs|html)$/

export function fileLengths(): string[] {
  return filesUnder("protocol", "server", "desk", "widget", "tests", "tools").flatMap((file) => {
    if (!written.test(file)) return []
    const lines = readFileSync(file, "utf8").split("\n").length - 1
    return lines > wall ? [`${file} has ${lines} lines; the wall is ${wall}.`] : []
  })
}
