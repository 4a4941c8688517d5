/**
 * The message catalogue: every word the desk shows, and how times, places and languages are said.
 *
 * A text is named by a key and may hold `{places}`, which the compiler asks for; one that counts has the forms
 * of `Intl.PluralRules` and needs `count`. Another language is another record with the same keys. What is
 * traded: no library, so no gender or nested forms until a language needs them.
 */
export { push as pushTexts } from "./en/push.ts"
export { loadTexts, refusalWords, reasonWords, t, withTexts, type TextKey } from "./say.ts"
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
export { sizeWords } from "./sizes.ts"
export { countryWords, languageWords } from "./places.ts"
