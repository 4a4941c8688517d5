import { inLocale } from "./say.ts"

const countries = inLocale((locale) => new Intl.DisplayNames(locale, { type: "region" }))
const languages = inLocale((locale) => new Intl.DisplayNames(locale, { type: "language" }))

/** The country's name, or the code itself where nobody knows it. */
export function countryWords(code: string): string {
  try {
    return countries().of(code) ?? code
  } catch {
    // Not shaped like a region: show what was recorded rather than nothing.
    return code
  }
}

/** The language's name; browsers report codes such as `pt-BR` and sometimes nonsense, which is shown as it came. */
export function languageWords(code: string): string {
  try {
    return languages().of(code) ?? code
  } catch {
    return code
  }
}
