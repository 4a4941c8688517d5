import type { Series } from "./dataset.ts"
import type { Figure } from "./figure.ts"
import { median } from "./statistics.ts"

/** How long things took in one round, by name, in milliseconds. */
export type Times = Record<string, number>

/**
 * Measures the same on several subjects, each round all of them one after another in turning order: what disturbs
 * the machine for a while disturbs them alike. The first rounds warm everything up and do not count. The answer
 * holds each time's median.
 */
export async function takeRounds<Subject>(
  subjects: readonly Subject[],
  o: { rounds: number; warmUp: number },
  measure: (subject: Subject) => Promise<Times>,
): Promise<Map<Subject, Times>> {
  const taken = new Map<Subject, Times[]>(subjects.map((subject) => [subject, []]))
  for (let round = 0; round < o.rounds + o.warmUp; round++) {
    const shift = round % subjects.length
    for (const subject of [...subjects.slice(shift), ...subjects.slice(0, shift)]) {
      const times = await measure(subject)
      if (round >= o.warmUp) taken.get(subject)?.push(times)
    }
  }
  return new Map([...taken].map(([subject, all]) => [subject, mediansOf(all)]))
}

function mediansOf(all: readonly Times[]): Times {
  const names = new Set(all.flatMap(Object.keys))
  return Object.fromEntries(
    [...names].map((name) => [name, median(all.flatMap((times) => times[name] ?? []))]),
  )
}

/** Milliseconds that it takes. */
export async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await act()
  return performance.now() - begun
}

/** Of each series and each name one figure: how the time grows from the smallest set to the largest. */
export function growthFigures(
  measured: ReadonlyMap<{ size: number; series: Series }, Times>,
  aimOf: (name: string, series: Series) => number | undefined,
): Figure[] {
  const sets = [...measured].toSorted(([one], [other]) => one.size - other.size)
  const bySeries = Map.groupBy(sets, ([{ series }]) => series)
  return [...bySeries].flatMap(([series, members]) => {
    const names = Object.keys(members[0]?.[1] ?? {})
    return names.map((name) => {
      const points = members.map(([{ size }, times]) => ({ size, value: times[name] ?? Number.NaN }))
      return growthFigure(`${name}, ${series}`, { series, points }, aimOf(name, series))
    })
  })
}

function growthFigure(name: string, growth: NonNullable<Figure["growth"]>, most: number | undefined): Figure {
  const [first] = growth.points
  const last = growth.points.at(-1)
  if (first === undefined || last === undefined) throw new Error(`${name} was not measured.`)
  const figure = { name, value: last.value, unit: "ms", growth }
  if (growth.points.length === 1) return figure
  const ratio = last.value / first.value
  const aim = most === undefined ? {} : { aim: { what: `growth ≤ ${most}`, isMet: ratio <= most } }
  return { ...figure, ratio, ratioIs: "largest/smallest", ...aim }
}

/** `10k`, `1M`. */
export function sizeText(size: number): string {
  if (size >= 1_000_000) return `${size / 1_000_000}M`
  return size >= 1_000 ? `${size / 1_000}k` : String(size)
}
