import { existsSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"

const page = readFileSync(new URL("../../docs/architecture.md", import.meta.url), "utf8")
const journeys = page.split(/^## /m).slice(1)

test("the page fits one screen", () => {
  expect(page.split("\n").length).toBeLessThanOrEqual(60)
})

test("three journeys are told", () => {
  expect(journeys.map((journey) => journey.split("\n")[0])).toEqual([
    "A customer's message",
    "An agent's answer",
    "A client comes back",
  ])
})

test.each(journeys.map((journey) => [journey.split("\n")[0] ?? "", journey]))(
  "every step of “%s” is a file that exports what the page names",
  (_title, journey) => {
    const steps = [...journey.matchAll(/^\d\. `([^`]+)` · `([^`]+)`/gm)]
    expect(steps.length).toBeGreaterThanOrEqual(5)
    for (const [, file = "", name = ""] of steps) {
      const url = new URL(`../../${file}`, import.meta.url)
      expect(existsSync(url), file).toBe(true)
      expect(readFileSync(url, "utf8"), `${file} exports ${name}`).toMatch(
        new RegExp(`export (async )?(function\\*?|const) ${name}\\b`),
      )
    }
  },
)
