import type { RefusalBody } from "../../protocol/refusals.ts"
import type { conversation } from "./en/conversation.ts"
import { desk } from "./en/desk.ts"
import { refusals } from "./en/refusals.ts"
import type { account } from "./en/account.ts"
import type { actions } from "./en/actions.ts"
import type { customers } from "./en/customers.ts"
import type { search } from "./en/search.ts"
import type { settings } from "./en/settings.ts"

const atOnce = { ...desk, ...refusals }

type Texts = typeof atOnce &
  typeof account &
  typeof actions &
  typeof conversation &
  typeof customers &
  typeof search &
  typeof settings
/** Those of pages that come later are there before anybody asks for them, since such a page waits for `loadTexts`. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const texts = atOnce as Texts
export type TextKey = keyof Texts
type Plural = { one: string; other: string }
type Form<K extends TextKey> = Texts[K] extends Plural ? Texts[K]["other"] : Texts[K]
type Places<S> = S extends `${string}{${infer Place}}${infer Rest}` ? Place | Places<Rest> : never
type Values<K extends TextKey> = { [P in Places<Form<K>>]: P extends "count" ? number : string | number }
type Filling<K extends TextKey> = [Places<Form<K>>] extends [never] ? [] : [values: Values<K>]

const plurals = new Intl.PluralRules("en")
const numbers = new Intl.NumberFormat("en")

const later = {
  account: async () => (await import("./en/account.ts")).account,
  actions: async () => (await import("./en/actions.ts")).actions,
  conversation: async () => (await import("./en/conversation.ts")).conversation,
  customers: async () => (await import("./en/customers.ts")).customers,
  search: async () => (await import("./en/search.ts")).search,
  settings: async () => (await import("./en/settings.ts")).settings,
}

/** What the first list does not need is not loaded with it. */
export async function loadTexts(page: keyof typeof later): Promise<void> {
  Object.assign(texts, await later[page]())
}

/** A page's code, once its words are there as well: they are asked for together. */
export async function withTexts<Code>(page: keyof typeof later, code: Promise<Code>): Promise<Code> {
  const [loaded] = await Promise.all([code, loadTexts(page)])
  return loaded
}

/** The text of a key with its places filled. */
export function t<K extends TextKey>(key: K, ...[values]: Filling<K>): string {
  return fill(texts[key], values ?? {})
}

function fill(text: string | Plural, values: Record<string, string | number>): string {
  const form =
    typeof text === "string"
      ? text
      : text[plurals.select(Number(values["count"])) === "one" ? "one" : "other"]
  return form.replace(/\{(\w+)\}/g, (_, place: string) => {
    const value = values[place] ?? ""
    return typeof value === "number" ? numbers.format(value) : value
  })
}

/** Words for whatever was refused, also for a code younger than this desk. `nameOf` says who a colleague in the details is. */
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
