import { findLanguage, LANGUAGES, type Language } from "../../protocol/languages.ts"

/** So that a device on which the agent has been opens in his language before anything else of him is known. */
const KEPT = "parley-language"

/** The agent's choice as this device knows it, else the browser's language. */
export function firstLanguage(): Language {
  const kept = localStorage.getItem(KEPT)
  return LANGUAGES.find((language) => language === kept) ?? findLanguage(navigator.languages) ?? "en"
}

/** null: he leaves it to his browsers. Answers what is spoken with this choice. */
export function keepLanguage(chosen: Language | null): Language {
  if (chosen === null) localStorage.removeItem(KEPT)
  else localStorage.setItem(KEPT, chosen)
  return firstLanguage()
}
