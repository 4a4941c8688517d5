import { isRightToLeft, localeOf, type Language } from "../../protocol/languages.ts"
import type { RefusalBody } from "../../protocol/refusals.ts"
import { catalogue as en } from "./en/en.ts"
import type { Catalogue, Page, Places, Plural, Text, Texts } from "./translation.ts"

export type TextKey = keyof Texts
type Form<K extends TextKey> = Texts[K] extends Plural ? Texts[K]["other"] : Texts[K]
type Values<K extends TextKey> = { [P in Places<Form<K>>]: P extends "count" ? number : string | number }
type Filling<K extends TextKey> = [Places<Form<K>>] extends [never] ? [] : [values: Values<K>]

type Load = () => Promise<{ catalogue: Catalogue }>
/** With each its first words come, and the way to those of pages that come later. */
const others: Record<Exclude<Language, "en">, Load> = {
  de: () => import("./de/de.ts"),
  fr: () => import("./fr/fr.ts"),
  es: () => import("./es/es.ts"),
  sv: () => import("./sv/sv.ts"),
  ar: () => import("./ar/ar.ts"),
}

let spoken: Language = "en"
let catalogue: Catalogue = en
/** The latest that somebody asked for; its words may still be on their way. */
let wanted: Language = "en"
/** Those of pages that come later are there before anybody asks for them, since such a page waits for `loadTexts`. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const texts = { ...en.desk } as Record<TextKey, Text>
const asked = new Set<Page>()
const watchers = new Set<() => void>()

/** What the first list does not need is not loaded with it; what can be refused is known to every page. */
export async function loadTexts(page: Page): Promise<void> {
  asked.add(page).add("refusals")
  const { later } = catalogue
  const words = await Promise.all([later[page](), later.refusals()])
  if (later !== catalogue.later) return loadTexts(page)
  for (const records of words) Object.assign(texts, ...Object.values(records))
}

/** A page's code, once its words are there as well: they are asked for together. */
export async function withTexts<Code>(page: Page, code: Promise<Code>): Promise<Code> {
  const [loaded] = await Promise.all([code, loadTexts(page)])
  return loaded
}

/** Speaks it from when all its words are there that this page has asked for so far. */
export async function speak(language: Language): Promise<void> {
  wanted = language
  if (language === spoken) return
  const next = language === "en" ? en : (await others[language]()).catalogue
  const words: object[] = []
  // Another page may have been asked for meanwhile.
  while (words.length < asked.size)
    words.splice(0, asked.size, ...(await Promise.all([...asked].map((page) => next.later[page]()))))
  if (wanted !== language) return
  Object.assign(texts, next.desk, ...words.flatMap((records) => Object.values(records)))
  catalogue = next
  spoken = language
  document.documentElement.lang = language
  document.documentElement.dir = isRightToLeft(language) ? "rtl" : "ltr"
  for (const tell of watchers) tell()
}

export function spokenLanguage(): Language {
  return spoken
}

export function watchLanguage(tell: () => void): () => void {
  watchers.add(tell)
  return () => void watchers.delete(tell)
}

/** Something of `Intl`, made when it is first needed and again for another language. English is British everywhere. */
export function inLocale<Made>(make: (locale: string) => Made): () => Made {
  let kept: { language: Language; made: Made } | undefined
  return () => {
    if (kept?.language !== spoken) kept = { language: spoken, made: make(locale()) }
    return kept.made
  }
}

function locale(): string {
  return spoken === "en" ? "en-GB" : localeOf(spoken, navigator.languages)
}

const plurals = inLocale((locale) => new Intl.PluralRules(locale))
const numbers = inLocale((locale) => new Intl.NumberFormat(locale))

/** The text of a key with its places filled. */
export function t<K extends TextKey>(key: K, ...[values]: Filling<K>): string {
  return fill(texts[key], values ?? {})
}

/** A number by itself: "1,204". */
export function numberWords(value: number): string {
  return numbers().format(value)
}

function fill(text: Text, values: Record<string, string | number>): string {
  const form =
    typeof text === "string" ? text : (text[plurals().select(Number(values["count"]))] ?? text.other)
  return form.replace(/\{(\w+)\}/g, (_, place: string) => {
    const value = values[place] ?? ""
    return typeof value === "number" ? numbers().format(value) : isolated(value)
  })
}

/** Any letter of a script that runs to the left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/

/** What runs the other way than the text around it must not turn that round: between FSI and PDI of Unicode it cannot. */
function isolated(value: string): string {
  if (value === "" || (!isRightToLeft(spoken) && !RIGHT_TO_LEFT.test(value))) return value
  return `\u2068${value}\u2069`
}

/** "Sweden · +46 70 123 45 67", where no part turns another round. */
export function inOneLine(parts: readonly string[]): string {
  return parts.map(isolated).join(" · ")
}

/** Words for whatever was refused; the server's own for a code younger than this desk, or before ours are here. `nameOf` says who a colleague in the details is. */
export function refusalWords(
  body: RefusalBody,
  nameOf: (agentId: string) => string | undefined = () => undefined,
): string {
  const agentId = body.details?.["agentId"] ?? body.details?.["assigneeId"]
  const who = typeof agentId === "string" ? nameOf(agentId) : undefined
  const named = `refusal.${body.refusal}.named`
  if (who !== undefined && isKey(named)) return fill(texts[named], { name: who })
  const key = `refusal.${body.refusal}`
  return isKey(key) ? fill(texts[key], {}) : body.message
}

/** Why an answer could not be delivered; an unknown code is said as such rather than hidden. */
export function reasonWords(reason: string | null): string {
  const key = `reason.${reason ?? "unknown"}`
  return isKey(key) ? fill(texts[key], {}) : fill(texts["reason.other"], { code: reason ?? "" })
}

function isKey(key: string): key is TextKey {
  return Object.hasOwn(texts, key)
}
