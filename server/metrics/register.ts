import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client"
import type { Config } from "../config/config.ts"
import { counters, durations, gauges, type Figure } from "./figures.ts"

type LabelsOf<F extends Figure> = Record<F["labels"][number], string>
type Counters = typeof counters
type Durations = typeof durations
type Gauges = typeof gauges
export type Readings = {
  [Name in keyof Gauges]?: readonly { labels: LabelsOf<Gauges[Name]>; value: number }[]
}

export type Metrics = {
  /** False: nobody may ask, and counting does nothing. */
  readonly isWanted: boolean
  count<Name extends keyof Counters>(name: Name, labels: LabelsOf<Counters[Name]>): void
  took<Name extends keyof Durations>(name: Name, labels: LabelsOf<Durations[Name]>, seconds: number): void
  /** One more, or one less. */
  add<Name extends keyof Gauges>(name: Name, labels: LabelsOf<Gauges[Name]>, difference: 1 | -1): void
  /** Everything as text. Of a gauge that was read just now, only the readings are told. */
  text(readings: Readings): Promise<{ type: string; body: string }>
}

export function createMetrics({ metricsToken }: Pick<Config, "metricsToken">): Metrics {
  if (metricsToken === undefined) return silent
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counted = register(counters, (figure) => new Counter(settingsOf(figure, registry)))
  const timed = register(durations, ({ buckets, ...figure }) => {
    return new Histogram({ ...settingsOf(figure, registry), buckets: [...buckets] })
  })
  const measured = register(gauges, (figure) => new Gauge(settingsOf(figure, registry)))
  return {
    isWanted: true,
    count: (name, labels) => counted.get(name)?.inc(labels),
    // Clocks of two machines differ; nothing was told before it happened.
    took: (name, labels, seconds) => timed.get(name)?.observe(labels, Math.max(0, seconds)),
    add: (name, labels, difference) => measured.get(name)?.inc(labels, difference),
    async text(readings) {
      for (const [name, values] of Object.entries(readings)) {
        const gauge = measured.get(name)
        gauge?.reset()
        for (const { labels, value } of values) gauge?.set(labels, value)
      }
      return { type: registry.contentType, body: await registry.metrics() }
    },
  }
}

const silent: Metrics = {
  isWanted: false,
  count: () => undefined,
  took: () => undefined,
  add: () => undefined,
  text: async () => ({ type: "text/plain", body: "" }),
}

function register<F extends Figure, Made>(
  figures: Readonly<Record<string, F>>,
  make: (figure: F) => Made,
): Map<string, Made> {
  return new Map(Object.entries(figures).map(([name, figure]) => [name, make(figure)]))
}

function settingsOf({ name, help, labels }: Figure, registry: Registry) {
  return { name, help, labelNames: [...labels], registers: [registry] }
}
