import { inLocale } from "./say.ts"

const kilobytes = inLocale(
  (locale) => new Intl.NumberFormat(locale, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 }),
)
const megabytes = inLocale(
  (locale) => new Intl.NumberFormat(locale, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }),
)

/** Of bytes. */
export function sizeWords(size: number): string {
  return size < 1_000_000
    ? kilobytes().format(Math.max(1, size / 1_000))
    : megabytes().format(size / 1_000_000)
}
