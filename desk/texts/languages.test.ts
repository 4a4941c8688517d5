/** The catalogues as they are; the compiler holds them to the English keys and places, see the last test. */
import { describe, expect, test } from "vitest"
import { LANGUAGES, type Language } from "../../protocol/languages.ts"
import { catalogue as ar } from "./ar/ar.ts"
import { catalogue as de } from "./de/de.ts"
import { catalogue as en } from "./en/en.ts"
import { catalogue as es } from "./es/es.ts"
import { catalogue as fr } from "./fr/fr.ts"
import { pushTexts } from "./push.ts"
import { catalogue as sv } from "./sv/sv.ts"
import type { Catalogue, Fitting, Text } from "./translation.ts"

const catalogues: Record<Language, Catalogue> = { en, de, fr, es, sv, ar }

async function textsOf(language: Language): Promise<Record<string, Text>> {
  const { desk, later } = catalogues[language]
  const modules = await Promise.all(Object.values(later).map((load) => load()))
  return Object.assign({}, desk, ...modules.flatMap((records) => Object.values(records)), pushTexts[language])
}

const formsOf = (text: Text): string[] => (typeof text === "string" ? [text] : Object.values(text))
const placesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, place = ""]) => place)
const english = await textsOf("en")

describe.each(LANGUAGES)("%s", (language) => {
  test("has every text and no other, none of them empty", async () => {
    const texts = await textsOf(language)
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(english).toSorted())
    expect(Object.keys(texts).filter((key) => formsOf(texts[key] ?? "").includes(""))).toEqual([])
  })

  test("counts in exactly the forms of the language", async () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted()
    for (const [key, text] of Object.entries(await textsOf(language)))
      if (typeof text !== "string") expect(Object.keys(text).toSorted(), key).toEqual(forms)
  })

  test("fills the places of the English text; only the number may be left unsaid", async () => {
    for (const [key, text] of Object.entries(await textsOf(language))) {
      const wanted = new Set(formsOf(english[key] ?? "").flatMap(placesOf))
      for (const form of formsOf(text)) {
        const filled = new Set([...placesOf(form), ...(typeof text === "string" ? [] : ["count"])])
        expect([...filled].filter((place) => place !== "count").toSorted(), `${key}: ${form}`).toEqual(
          [...wanted].filter((place) => place !== "count").toSorted(),
        )
      }
    }
  })

  test("is its own: hardly any sentence is the English one", async () => {
    if (language === "en") return
    const texts = await textsOf(language)
    const sentences = Object.keys(texts).filter((key) => /\w \w+ \w/.test(formsOf(english[key] ?? "").join()))
    expect(
      sentences.filter((key) => formsOf(texts[key] ?? "")[0] === formsOf(english[key] ?? "")[0]),
    ).toEqual([])
  })
})

test("a text that is missing, superfluous or wrongly filled does not compile", () => {
  type English = { said: "{name} went"; counted: { one: "{count} of {name}"; other: "{count} of {name}" } }
  const counted = { one: "eine von {name}", other: "{count} von {name}" } as const
  const make = <const T>(texts: T & Fitting<English, T, "de">): T => texts
  make({ said: "{name} ging", counted })
  // @ts-expect-error: `counted` is missing.
  make({ said: "{name} ging" })
  // @ts-expect-error: there is no such text.
  make({ said: "{name} ging", counted, more: "mehr" })
  // @ts-expect-error: the place is missing.
  make({ said: "ging", counted })
  // @ts-expect-error: there is no such place.
  make({ said: "{name} ging nach {place}", counted })
  // @ts-expect-error: German has another form.
  make({ said: "{name} ging", counted: { other: "{count} von {name}" } })
  // @ts-expect-error: German has no such form.
  make({ said: "{name} ging", counted: { ...counted, few: "{count} von {name}" } })
})
