/** docs/features.md names a test for each thing that people can do; here the page is held to it. */
import { readdirSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"

/** One row of a table, and in its last cell a file and a part of a test's name. */
const ROW = /^\| (.+?) +\| (.+?) +\|$/
const SHOWN_BY = /^`(tests\/[\w/.-]+\.test\.ts)` › (.+)$/
/** The name of a test, on the line of `test(`, after the table of `test.each`, or on a line of its own. */
const TITLE = /^\s*(?:(?:test|it)\b[^"`]*\(|\]\)\()?["`](.+)["`],/gm

const rows = readFileSync("docs/features.md", "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, what = "", shownBy = ""] = ROW.exec(line) ?? []
    return what === "" || what === "what" || what.startsWith("---") ? [] : [{ what, shownBy }]
  })

test.each(rows)("$what", ({ shownBy }) => {
  const [, file = "", name = ""] = SHOWN_BY.exec(shownBy) ?? []
  expect(file, `"${shownBy}" names no test`).not.toBe("")
  const titles = [...readFileSync(file, "utf8").matchAll(TITLE)].map(([, title = ""]) => title)
  expect(titles.filter((title) => title.includes(name)).length, `${file} has no such test`).toBeGreaterThan(0)
})

test("every test in a browser shows something that people can do", () => {
  const files = readdirSync("tests/browser").filter((name) => name.endsWith(".test.ts"))
  const named = rows.map(({ shownBy }) => SHOWN_BY.exec(shownBy)?.[1])
  expect(files.filter((name) => !named.includes(`tests/browser/${name}`))).toEqual([])
})
