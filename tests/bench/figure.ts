import type { Dataset, Series } from "./dataset.ts"
import type { Running, StartOptions } from "./parley.ts"

/** One measured number, beside its floor of the same run where it has one. */
export type Figure = {
  name: string
  value: number
  unit: string
  /** The same by the barest means, measured in the same run on the same machine. */
  floor?: number
  ratio?: number
  /** How the ratio is to be read. */
  ratioIs?: "value/floor" | "floor/value" | "largest/smallest" | "last/first page"
  aim?: { what: string; isMet: boolean }
  note?: string
  /** How it grows with the data, smallest first; `value` is the last of them. The plot is drawn from these. */
  growth?: { series: Series; points: { size: number; value: number }[] }
}

/** One thing that is measured: a file of its own, listed in `parts.ts`. */
export type Part = { name: string; run(bench: Bench): Promise<Figure[]> }

/** What a part finds when it runs. Everything it starts ends with it, whether it stops it or not. */
export type Bench = {
  /** The short version, for `npm test`: everything tiny, the figures mean nothing. */
  isShort: boolean
  /** A folder of this run, gone afterwards. */
  folder: string
  /** Conversations of the data sets to measure, smallest first. */
  sizes: readonly number[]
  say(line: string): void
  /** A fresh server, warm and answering: a process of its own on the database. */
  startParley(options: StartOptions): Promise<Running>
  /** Found as an earlier run left it, or made. */
  dataset(size: number, series: Series, more?: { hasManyWords: boolean }): Promise<Dataset>
  /** An empty database in the bench's PostgreSQL, dropped at the end of the part; Parley's tables are not made yet. */
  emptyDatabase(): Promise<string>
}
