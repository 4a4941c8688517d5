/** The growth of what was measured at growing sizes, as a picture that is readable on white and on black. */
import type { Series } from "./dataset.ts"
import type { Figure } from "./figure.ts"
import { sizeText } from "./rounds.ts"

type Grown = Figure & { growth: NonNullable<Figure["growth"]> }
type Panel = { title: string; figures: Grown[]; aim: number }

const WIDTH = 300
const HEIGHT = 200
const GAP = 40
const LEFT = 44
const TOP = 64
const BOTTOM = 60
const classes: Record<Series, string> = { "5,000 open": "fixed", "1 % open": "share" }

const style = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .small { font-size: 11px; fill: #57606a }
  .title { font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .aim { stroke: #bc4c00; stroke-width: 1.5; stroke-dasharray: 5 4 }
  .aimed { fill: #bc4c00; font-size: 11px }
  .line { fill: none; stroke-width: 2; stroke-opacity: 0.75 }
  .fixed { stroke: #0969da }
  .share { stroke: #8250df; stroke-dasharray: 2 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .small { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .aim { stroke: #f0883e }
    .aimed { fill: #f0883e }
    .fixed { stroke: #58a6ff }
    .share { stroke: #bc8cff }
  }`

/** Of what has an aim: the others show more where there is more. Undefined where none was measured at two sizes. */
export function drawGrowth(figures: readonly Figure[]): string | undefined {
  const grown = figures.filter(
    (figure): figure is Grown => figure.aim !== undefined && (figure.growth?.points.length ?? 0) > 1,
  )
  const panels = [
    { title: "Opening the desk", aim: 1.5, figures: grown.filter(({ name }) => name.startsWith("open")) },
    { title: "Lists", aim: 1.5, figures: grown.filter(({ name }) => name.startsWith("list")) },
    { title: "Badge and counts", aim: 1.2, figures: grown.filter(({ name }) => name.startsWith("from a")) },
  ].filter((panel) => panel.figures.length > 0)
  if (panels.length === 0) return undefined
  const width = LEFT + panels.length * (WIDTH + GAP)
  const height = TOP + HEIGHT + BOTTOM
  // One scale for all: a panel that is worse than the others must look worse.
  const most = Math.max(2, ...panels.flatMap((panel) => panel.figures.flatMap(ratiosOf)))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label(panels)}">
<style>${style}
</style>
<text class="title" x="${LEFT}" y="20">Time with a growing number of conversations, as a multiple of the time with the fewest</text>
${panels.map((panel, place) => drawPanel(panel, LEFT + place * (WIDTH + GAP), most)).join("\n")}
${drawLegend(height - 12)}
</svg>
`
}

function label(panels: readonly Panel[]): string {
  const worst = panels.map(
    ({ title, figures }) => `${title} at most ${Math.max(...figures.flatMap(ratiosOf)).toFixed(2)} times`,
  )
  return `Growth with the number of conversations: ${worst.join(", ")}`
}

function ratiosOf({ growth: { points } }: Grown): number[] {
  const first = points[0]?.value ?? 1
  return points.map(({ value }) => value / first)
}

function drawPanel({ title, figures, aim }: Panel, left: number, most: number): string {
  const yOf = (ratio: number) => round(TOP + HEIGHT - (ratio / most) * HEIGHT)
  const sizes = [...new Set(figures.flatMap(({ growth }) => growth.points.map(({ size }) => size)))]
  const xOf = (place: number) => round(left + (place * WIDTH) / (sizes.length - 1))
  const grid = Array.from({ length: Math.floor(most) + 1 }, (_, ratio) => [
    `<line class="grid" x1="${left}" x2="${left + WIDTH}" y1="${yOf(ratio)}" y2="${yOf(ratio)}"/>`,
    `<text class="small" x="${left - 6}" y="${yOf(ratio) + 4}" text-anchor="end">${ratio}×</text>`,
  ])
  const names = sizes.map((size, place) => {
    const anchor = place === 0 ? "start" : place === sizes.length - 1 ? "end" : "middle"
    return `<text class="small" x="${xOf(place)}" y="${TOP + HEIGHT + 16}" text-anchor="${anchor}">${sizeText(size)}</text>`
  })
  const lines = figures.map((figure) => {
    const points = ratiosOf(figure).map((ratio, place) => `${xOf(place)},${yOf(ratio)}`)
    return `<polyline class="line ${classes[figure.growth.series]}" points="${points.join(" ")}"><title>${escape(figure.name)}</title></polyline>`
  })
  return [
    `<text x="${left}" y="${TOP - 18}">${title}</text>`,
    ...grid.flat(),
    ...names,
    `<line class="aim" x1="${left}" x2="${left + WIDTH}" y1="${yOf(aim)}" y2="${yOf(aim)}"/>`,
    `<text class="aimed" x="${left + 4}" y="${yOf(aim) - 5}">aim: at most ${aim}×</text>`,
    ...lines,
  ].join("\n")
}

function drawLegend(y: number): string {
  return Object.entries(classes)
    .map(([series, name], place) => {
      const x = LEFT + place * 220
      return `<line class="line ${name}" x1="${x}" x2="${x + 28}" y1="${y - 4}" y2="${y - 4}"/><text class="small" x="${x + 34}" y="${y}">${escape(series)} conversations</text>`
    })
    .join("\n")
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
