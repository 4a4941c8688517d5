/**
 * The message catalogue: every word the desk shows, and how times, places and languages are said.
 *
 * A text is named by a key and may hold `{places}`, which the compiler asks for; one that counts has the forms
 * of `Intl.PluralRules` and needs `count`. A language is a folder of records with the keys of `en`, which the compiler
 * holds to them (`translation.ts`); its words are loaded instead of the English ones, page by page. What is traded: no
 * library, so no gender or nested forms until a language needs them (decision 044).
 */
export { firstLanguage, keepLanguage } from "./choice.ts"
export { pushTexts } from "./push.ts"
export {
  inOneLine,
  loadTexts,
  numberWords,
  refusalWords,
  reasonWords,
  speak,
  spokenLanguage,
  t,
  watchLanguage,
  withTexts,
  type TextKey,
} from "./say.ts"
export {
  agoWords,
  clockWords,
  countdownWords,
  dateWords,
  dayWords,
  momentWords,
  monthWords,
  soonWords,
  timeWordsIn,
  weekdayWords,
  wholeDateWords,
} from "./times.ts"
export { byName, byTeam } from "./order.ts"
export { sizeWords } from "./sizes.ts"
export { countryWords, languageWords } from "./places.ts"
