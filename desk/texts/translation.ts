/**
 * What makes a record of texts the translation of an English one, for the compiler: the same keys, the same places,
 * and where something is counted exactly the forms that `Intl.PluralRules` has for the language.
 */
import type { Language } from "../../protocol/languages.ts"
import type { catalogue } from "./en/en.ts"

type Forms = {
  en: "one" | "other"
  de: "one" | "other"
  fr: "one" | "many" | "other"
  es: "one" | "many" | "other"
  sv: "one" | "other"
  ar: "zero" | "one" | "two" | "few" | "many" | "other"
}

export type Plural = { [Form in Intl.LDMLPluralRule]?: string } & { other: string }
export type Text = string | Plural

type English = typeof catalogue
type Later = English["later"]
export type Page = keyof Later
type Loaded<Load> = Load extends () => Promise<infer Module> ? Module : never
/** Every text by its key, those of later pages, too. */
export type Texts = English["desk"] &
  Loaded<Later["account"]>["account"] &
  Loaded<Later["actions"]>["actions"] &
  Loaded<Later["conversation"]>["conversation"] &
  Loaded<Later["customers"]>["customers"] &
  Loaded<Later["refusals"]>["refusals"] &
  Loaded<Later["search"]>["search"] &
  Loaded<Later["settings"]>["settings"] &
  Loaded<Later["signIn"]>["signIn"]

type Words = Record<string, Text>
/** A page's module exports records of texts. */
export type Catalogue = { desk: Words; later: Record<Page, () => Promise<Record<string, Words>>> }

/** The `{places}` of a text. */
export type Places<S> = S extends `${string}{${infer Place}}${infer Rest}` ? Place | Places<Rest> : never

/** The same keys, counted in the language's forms. Places are looked at where a language comes together (`Speaks`). */
export type Translation<English, L extends Language> = {
  [Key in keyof English]: English[Key] extends string ? string : { [Form in Forms[L]]: string }
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type Fit<E extends string, S, IsSame> = IsSame extends true ? S : `Not the places of: ${E}`

/** What counts may be said without the number in forms of one number, as Arabic has one for two. */
type FitForm<E extends string, S, Form> = Form extends "other"
  ? Fit<E, S, Same<Places<E>, Places<S>>>
  : Fit<E, S, Same<Places<E>, Places<S> | Extract<Places<E>, "count">>>

type FitText<E, T, L extends Language> = E extends string
  ? T extends string
    ? Fit<E, T, Same<Places<E>, Places<T>>>
    : string
  : E extends { other: infer Other extends string }
    ? {
        [Form in Forms[L] | keyof T]: Form extends Forms[L]
          ? FitForm<Other, Form extends keyof T ? T[Form] : string, Form>
          : never
      }
    : never

/** `T` itself where it says all that the English texts say, with the same places; else what it should have been. */
export type Fitting<E, T, L extends Language> = {
  [Key in keyof E | keyof T]: Key extends keyof E
    ? FitText<E[Key], Key extends keyof T ? T[Key] : string, L>
    : never
}

type FittingModule<E, T, L extends Language> = {
  [Name in keyof E]: Fitting<E[Name], Name extends keyof T ? T[Name] : unknown, L>
}

/** All of a language, and nothing else. */
export type Speaks<L extends Language, C extends Catalogue> = {
  desk: Fitting<English["desk"], C["desk"], L>
  later: { [P in Page]: () => Promise<FittingModule<Loaded<Later[P]>, Loaded<C["later"][P]>, L>> }
}
