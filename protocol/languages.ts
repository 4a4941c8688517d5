/** What desk, chat and mails are written in, by the codes of BCP 47. The first is the one that stands in for all others. */
export const LANGUAGES = ["en", "de", "fr", "es", "sv", "ar"] as const
export type Language = (typeof LANGUAGES)[number]

/** The first of these tags whose language we speak, such as "de" for "de-AT"; undefined where we speak none of them. */
export function findLanguage(tags: readonly string[]): Language | undefined {
  for (const tag of tags) {
    const wanted = tag.toLowerCase().split("-")[0]
    const found = LANGUAGES.find((language) => language === wanted)
    if (found) return found
  }
  return undefined
}

/**
 * For `Intl`: the language as it is written where the reader is, such as de-AT. Arabic has the digits of phone numbers
 * and the calendar of everybody else.
 */
export function localeOf(language: Language, tags: readonly string[]): string {
  const own = tags.find((tag) => findLanguage([tag]) === language) ?? language
  return language === "ar" ? `${own.split("-u-")[0]}-u-ca-gregory-nu-latn` : own
}

export function isRightToLeft(language: Language): boolean {
  return language === "ar"
}
