import type { RefusalBody } from "../../protocol/refusals.ts"
import { account } from "./en/account.ts"
import { conversation } from "./en/conversation.ts"
import { desk } from "./en/desk.ts"
import { refusals } from "./en/refusals.ts"
import type { actions } from "./en/actions.ts"
import type { settings } from "./en/settings.ts"

const texts = { ...account, ...conversation, ...desk, ...refusals }

type Texts = typeof texts
/** With those that come later. */
type AllTexts = Texts & typeof actions & typeof settings
export type TextKey = keyof AllTexts
type Plural = { one: string; other: string }
type Form<K extends TextKey> = AllTexts[K] extends Plural ? AllTexts[K]["other"] : AllTexts[K]
type Places<S> = S extends `${string}{${infer Place}}${infer Rest}` ? Place | Places<Rest> : never
type Values<K extends TextKey> = { [P in Places<Form<K>>]: P extends "count" ? number : string | number }
type Filling<K extends TextKey> = [Places<Form<K>>] extends [never] ? [] : [values: Values<K>]

const plurals = new Intl.PluralRules("en")
const numbers = new Intl.NumberFormat("en")

/** The text of a key with its places filled. */
export function t<K extends keyof Texts>(key: K, ...[values]: Filling<K>): string {
  return fill(texts[key], values ?? {})
}

let all: AllTexts | undefined

/** To be waited for by what says them, beside its own code: no list and no conversation waits for them. */
export async function loadFurtherTexts(): Promise<void> {
  const [{ actions }, { settings }] = await Promise.all([
    import("./en/actions.ts"),
    import("./en/settings.ts"),
  ])
  all = { ...texts, ...actions, ...settings }
}

/** `t` in Settings, palette and list of keys. */
export function tFurther<K extends TextKey>(key: K, ...[values]: Filling<K>): string {
  if (all === undefined) throw new Error("The further texts are not loaded.")
  return fill(all[key], values ?? {})
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

function isKey(key: string): key is keyof Texts {
  return Object.hasOwn(texts, key)
}
