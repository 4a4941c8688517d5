import { useSyncExternalStore } from "react"
import type { Language } from "../../protocol/languages.ts"
import { spokenLanguage, watchLanguage } from "../texts/texts.ts"

/**
 * Says all of a component, and of what it shows, anew in another language: for pages, and for what is kept from being
 * shown anew with them. Nothing is made anew, so what is typed stays.
 */
export function useLanguage(): Language {
  return useSyncExternalStore(watchLanguage, spokenLanguage)
}
