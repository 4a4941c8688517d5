import { describe, expect, test } from "vitest"
import { mentionOf } from "./text.ts"
import { isEmptySearch, parseSearch } from "./search.ts"
import { askedWords, markHits, MOST_WORDS, snippetOf, wordsOf, wordsOfNote } from "./words.ts"

/** Whether a message holds what was typed, as the index will answer it. */
function finds(typed: string, text: string): boolean {
  const words = wordsOf(text)
  const { words: asked } = parseSearch(typed)
  return (
    asked.length > 0 &&
    asked.every((each) =>
      words.some((word) => (each.isPrefix ? word.startsWith(each.text) : word === each.text)),
    )
  )
}

describe("words", () => {
  test.each([
    ["straße", "Die STRASSE ist gesperrt"],
    ["cafe", "Le café à côté"],
    ["café", "cafe"],
    ["Łódź", "lodz"],
    ["don't", "dont do it"],
    ["dont", "don’t do it"],
    ["order A-1234", "about my order, A-1234!"],
    ["a1234", "order A-1234"],
    ["1234", "order A-1234"],
    ["ada@example.com", "write to Ada@Example.com please"],
    ["example.com", "write to ada@example.com"],
    ["+33 6 12 34 56 78", "call +33612345678"],
    ["+33612345678", "call +33 6 12 34 56 78."],
    ["0612", "06 12 34 56 78"],
    ["東京", "明日東京都へ行きます"],
    ["都", "明日東京都"],
    ["充電器", "iPhone充電器はありますか"],
    ["iphone", "iPhone充電器"],
    ["مرحبا", "مَرْحَبًا بك"],
    ["الطلب", "الطـــلب"],
    ["١٢٣", "123"],
    ["🎉", "thanks 🎉🎉"],
    ["שלום", "שָׁלוֹם"],
    ["किताब", "मेरी किताब"],
    ["deliv ord", "order of delivery"],
  ])("%s finds %s", (typed, text) => expect(finds(typed, text)).toBe(true))

  test.each([
    ["order", "reorder"],
    ["京東", "東京"],
    ["a-1234", "a box, 1234 of them"],
    ["order missing", "only the order"],
    ["!!", "what!!"],
  ])("%s does not find %s", (typed, text) => expect(finds(typed, text)).toBe(false))

  test("a mention is no text of its note", () => {
    const id = "0198c0de-0000-7000-8000-00000000cafe"
    expect(wordsOfNote(`Ask ${mentionOf("agent", id)} about it`)).toEqual(["ask", "about", "it"])
  })

  test("a pasted key is one word of a bounded length", () => {
    const [word = ""] = wordsOf("x".repeat(9_000))
    expect(word.length).toBeLessThan(100)
    expect(finds("x".repeat(200), "x".repeat(9_000))).toBe(true)
  })

  test.each([
    ["many words", Array.from({ length: 5_000 }, (_, place) => place.toString(36)).join(" ")],
    ["a sign between all letters", "a-".repeat(5_000)],
    [
      "no spaces",
      "東".repeat(5_000) + String.fromCodePoint(...Array.from({ length: 5_000 }, (_, n) => 0x4e00 + n)),
    ],
    ["digits and signs", "1(".repeat(5_000)],
    ["marks upon marks", "a" + "\u0301".repeat(9_999)],
  ])("a text made to be costly has so many words and no more, and is cut in no time: %s", (_, text) => {
    const from = performance.now()
    expect(wordsOf(text).length).toBeLessThanOrEqual(MOST_WORDS)
    snippetOf(text, askedWords("zebra"))
    snippetOf(text, askedWords("1"))
    // Some ten milliseconds where nothing else runs.
    expect(performance.now() - from).toBeLessThan(1_000)
  })

  test("what such a text begins with is found", () => {
    const text = `order A-1234 ${Array.from({ length: 9_000 }, (_, place) => place.toString(36)).join(" ")} end`
    expect(finds("a-1234", text)).toBe(true)
    expect(finds("end", text)).toBe(false)
  })
})

describe("hits", () => {
  const marked = (text: string, typed: string) =>
    markHits(text, parseSearch(typed).words)
      .map(({ text: part, isHit }) => (isHit ? `[${part}]` : part))
      .join("")

  test.each([
    ["Orders of ORDER, reorder", "order", "[Order]s of [ORDER], reorder"],
    ["un café noir", "cafe", "un [café] noir"],
    ["un cafe\u0301 noir", "cafe", "un [cafe\u0301] noir"],
    ["Große Straße", "strass", "Große [Straß]e"],
    ["order A-1234 now", "a-1234", "order [A-1234] now"],
    ["call +33 6 12 34 56 78 now", "+33612345678", "call [+33 6 12 34 56 78] now"],
    ["明日東京都へ", "東京都", "明日[東京都]へ"],
    ["<b>bold</b>", "bold", "<b>[bold]</b>"],
    ["🎉 and", "🎉", "[🎉] and"],
    ["nothing here", "zebra", "nothing here"],
  ])("in %s for %s", (text, typed, expected) => expect(marked(text, typed)).toBe(expected))

  test("nothing of the text is lost or changed by marking", () => {
    const text = "Ein İstanbul ﬁn ½ 👩‍👩‍👧 e\u0301\u0301 ok"
    for (const typed of ["istanbul", "fin", "1", "👩", "e", "ok"])
      expect(
        markHits(text, askedWords(typed))
          .map((part) => part.text)
          .join(""),
      ).toBe(text)
  })

  test("a long text is cut around its first hit", () => {
    const text = `${"before ".repeat(100)}needle ${"after ".repeat(100)}`
    const parts = snippetOf(text, askedWords("needle"))
    expect(parts.at(0)?.text).toBe("…")
    expect(parts.at(-1)?.text).toBe("…")
    expect(parts.find(({ isHit }) => isHit)?.text).toBe("needle")
    expect(parts.map((part) => part.text).join("").length).toBeLessThan(200)
  })
})

describe("operators", () => {
  test("narrow, in any order and case, with quoted values", () => {
    expect(
      parseSearch('refund Label:"to pay" from:bo channel:chat team:Sales has:file is:closed late'),
    ).toMatchObject({
      words: [{ text: "refund" }, { text: "late" }],
      labels: ["to pay"],
      from: ["bo"],
      channels: ["web-chat"],
      teams: ["Sales"],
      hasFile: true,
      isOpen: false,
      problems: [],
    })
  })

  test("a day begins where the person is; a month and a year are days, too", () => {
    expect(parseSearch("after:2026-03-01 before:2026-04", 60)).toMatchObject({
      after: "2026-02-28T23:00:00.000000Z",
      before: "2026-03-31T23:00:00.000000Z",
    })
    expect(parseSearch("after:2026").after).toBe("2026-01-01T00:00:00.000000Z")
  })

  test.each(["before:yesterday", "after:2026-02-30", "before:2026-13", "after:0000-01-01"])(
    "%s is no date",
    (typed) => {
      expect(parseSearch(typed).problems).toMatchObject([{ problem: "not-a-date" }])
    },
  )

  test("a value that an operator does not know is said to be so", () => {
    expect(
      parseSearch("is:banana has:wings channel:pigeon").problems.map(({ operator }) => operator),
    ).toEqual(["is", "has", "channel"])
  })

  test("an unknown operator is words, and one without a value is nothing yet", () => {
    expect(parseSearch("price:high").words.map(({ text }) => text)).toEqual(["price", "high"])
    expect(isEmptySearch(parseSearch("label: "))).toBe(true)
    expect(isEmptySearch(parseSearch("  !! "))).toBe(true)
    expect(isEmptySearch(parseSearch("is:open"))).toBe(false)
  })
})
