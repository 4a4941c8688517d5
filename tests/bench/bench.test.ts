import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { countsFor } from "../../server/conversations/conversations.ts"
import { readConfig } from "../../server/config/config.ts"
import { openDatabase, snapshot } from "../../server/db/db.ts"
import { findReader } from "../../server/team/team.ts"
import { readTables, recount } from "../flows/recount.ts"
import { quietLog } from "../harness/harness.ts"
import { counts } from "./counts.ts"
import { findDataset } from "./dataset.ts"
import { desk } from "./desk.ts"
import type { Figure, Part } from "./figure.ts"
import { drawGrowth } from "./growth.ts"
import { describeMachine } from "./machine.ts"
import { runPart } from "./open.ts"
import { openPostgres, type Postgres } from "./postgres.ts"
import { between, figuresText } from "./publish.ts"
import { search } from "./search.ts"
import { median } from "./statistics.ts"
import { tableOf } from "./table.ts"
import { timeline } from "./timeline.ts"

const SIZES = [200, 400]
const say = (): void => undefined

let postgres: Postgres
beforeAll(async () => {
  postgres = await openPostgres({ serverUrl: inject("postgres").serverUrl })
})
afterAll(async () => {
  for (const name of await postgres.names()) if (name.startsWith("set_")) await postgres.drop(name)
})

const measure = (part: Part): Promise<Figure[]> =>
  runPart(part, postgres, { isShort: true, sizes: SIZES, say })

function expectSound(figures: readonly Figure[]): void {
  expect(figures.length).toBeGreaterThan(1)
  for (const figure of figures) {
    expect(figure.value, figure.name).toBeGreaterThan(0)
    for (const { value } of figure.growth?.points ?? []) expect(value, figure.name).toBeGreaterThan(0)
    expect(figure.growth?.points.at(-1)?.value ?? figure.value).toBe(figure.value)
  }
  expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length)
}

test("a data set is what the product's own rules would have made", { timeout: 120_000 }, async () => {
  const [size = 0] = SIZES
  const { databaseUrl, workspaceId } = await findDataset(postgres, { size, series: "5,000 open", say })
  const database = await openDatabase({ config: readConfig({ DATABASE_URL: databaseUrl }), log: quietLog })
  try {
    const tables = await readTables(database.db, workspaceId)
    expect(tables.conversations).toHaveLength(size)
    expect(tables.conversations.filter(({ isOpen }) => isOpen)).toHaveLength(size / 2)
    for (const { id } of tables.agents) {
      const counted = await snapshot(database.db, async (tx) => {
        const reader = await findReader(tx, workspaceId, id)
        return reader && countsFor(tx, reader)
      })
      expect(counted).toEqual(recount(tables, id))
    }
  } finally {
    await database.close()
  }
})

describe("the short version of", () => {
  test("desk measures every list at every size", { timeout: 120_000 }, async () => {
    const figures = await measure(desk)
    expectSound(figures)
    for (const { growth } of figures) expect(growth?.points.map(({ size }) => size)).toEqual(SIZES)
    const picture = drawGrowth(figures)
    const aimed = figures.filter(({ aim }) => aim !== undefined)
    expect(picture?.match(/<polyline/g)).toHaveLength(aimed.length)
  })

  test("counts ends with desk and server counting alike", { timeout: 120_000 }, async () => {
    expectSound(await measure(counts))
  })

  test("search finds while messages arrive", { timeout: 120_000 }, async () => {
    expectSound(await measure(search))
  })

  test("timeline reads full pages", { timeout: 60_000 }, async () => {
    expectSound(await measure(timeline))
  })
})

describe("what is said of figures", () => {
  const figure: Figure = {
    name: "speed",
    value: 1_234.5,
    unit: "a second",
    floor: 2_469,
    ratio: 0.5,
    aim: { what: "≥ 0.6", isMet: false },
  }

  test("names value, floor, ratio, and an aim that is missed", () => {
    expect(tableOf([figure])[1]?.replaceAll(/ +/g, " ")).toBe(
      "speed 1,235 a second 2,469 a second 0.50 (value/floor) ≥ 0.6 MISSED",
    )
  })

  test("replaces what stands between the markers, and nothing else", () => {
    const page = (middle: string) =>
      `# Performance\n\n<!-- bench: the figures of the last run; written by \`npm run bench -- --publish\` -->\n\n${middle}\n\n<!-- /bench -->\n\nAfterwards.\n`
    const text = figuresText(describeMachine("18.0"), [figure])
    expect(text).toContain(
      "| speed | 1,235 a second | 2,469 a second | 0.50 (value/floor) | ≥ 0.6: **missed** |",
    )
    expect(between(page("old"), text)).toBe(page(text))
    expect(() => between("nothing here", text)).toThrow("has no lines")
  })

  test("a median is the middle", () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([1, 2, 3, 100])).toBe(2.5)
  })
})
