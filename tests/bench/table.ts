import type { Figure } from "./figure.ts"

const heads = ["figure", "value", "floor", "ratio", "aim", ""]

/** The figures as lines of text, in columns. */
export function tableOf(figures: readonly Figure[]): string[] {
  const rows = figures.map((figure) => [
    figure.name,
    `${valuesOf(figure)} ${figure.unit}`,
    figure.floor === undefined ? "–" : `${numberText(figure.floor)} ${figure.unit}`,
    ratioText(figure),
    figure.aim?.what ?? "–",
    figure.aim === undefined ? "" : figure.aim.isMet ? "met" : "MISSED",
  ])
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")
  const notes = figures.flatMap(({ name, note }) => (note === undefined ? [] : [`  ${name}: ${note}`]))
  return [line(heads), ...rows.map(line), ...notes].map((text) => text.trimEnd())
}

/** The value, or of one that was measured at growing sizes all of them. */
export function valuesOf({ value, growth }: Figure): string {
  return (growth?.points ?? [{ value }]).map((point) => numberText(point.value)).join(" → ")
}

export function ratioText({ ratio, ratioIs = "value/floor" }: Figure): string {
  return ratio === undefined ? "–" : `${ratio.toFixed(2)} (${ratioIs})`
}

/** Three digits that say something, thousands apart. */
export function numberText(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
