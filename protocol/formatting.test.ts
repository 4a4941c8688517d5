import { expect, test } from "vitest"
import { blocksOf, spansOf, type Block, type Span } from "./formatting.ts"

/** As a person would note it: what is bold in B(…), a link in L(…). */
function said(spans: readonly Span[]): string {
  return spans
    .map((span) =>
      "spans" in span
        ? `${span.kind === "bold" ? "B" : "I"}(${said(span.spans)})`
        : span.kind === "text"
          ? span.text
          : `${span.kind === "code" ? "C" : "L"}(${span.text})`,
    )
    .join("")
}

test.each([
  ["*yes* and **yes**", "B(yes) and B(yes)"],
  ["_well_, _maybe_.", "I(well), I(maybe)."],
  ["*all _of_ it*", "B(all I(of) it)"],
  ["`a * b` and `_x_`", "C(a * b) and C(_x_)"],
  ["(*in brackets*)", "(B(in brackets))"],
  ["*مهم جدا* اليوم", "B(مهم جدا) اليوم"],
  ["*🎉 party 🎉*", "B(🎉 party 🎉)"],
  ["see https://a.example/x_y_z?q=*1*, please", "see L(https://a.example/x_y_z?q=*1)*, please"],
  ["*https://a.example/x*", "B(L(https://a.example/x))"],
])("%j is shown as %j", (text = "", shown = "") => expect(said(spansOf(text))).toBe(shown))

test.each([
  "5*3*2 = 30",
  "5 * 3 * 2",
  "snake_case_name and __init__.py_",
  "Price* incl. VAT*",
  "*open only",
  "two\n*lines\nare* none",
  "javascript:alert(1) data:text/html,x ftp://a.example",
  "[click](javascript:alert(1))",
  "<b>no</b> <img src=x onerror=alert(1)>",
])("%j is shown as it is", (text) => expect(spansOf(text)).toEqual([{ kind: "text", text }]))

const kinds = (text: string) => blocksOf(text).map(({ kind }) => kind)
const block = (text: string): Block | undefined => blocksOf(text)[0]

test("lists, quotes and code stand in blocks of their own, between what is neither", () => {
  const text = "Hi,\n- one\n- *two*\n\n> you said\n> this\n```\n*raw* <b>\n```\nBye"
  expect(kinds(text)).toEqual(["text", "list", "quote", "code", "text"])
  expect(blocksOf(text)[1]).toMatchObject({ items: [{}, { spans: [{ kind: "bold" }] }] })
  expect(blocksOf(text)[3]).toEqual({ kind: "code", text: "*raw* <b>" })
})

test("a numbered list keeps its numbers, also where one is missing", () => {
  expect(block("1. a\n3) c")).toMatchObject({ items: [{ number: 1 }, { number: 3 }] })
})

test("a single line is no list, and code that is never closed is none", () => {
  expect(kinds("- 5 degrees")).toEqual(["text"])
  expect(kinds("2019. A good year")).toEqual(["text"])
  expect(kinds("```\nfirst\nsecond")).toEqual(["text"])
})

/** Everything that would be shown. */
function lettersOf(of: Block | Span): string {
  if ("text" in of) return of.text
  if ("items" in of) return of.items.flatMap(({ spans }) => spans.map(lettersOf)).join("")
  return of.spans.map(lettersOf).join("")
}

test.each([
  "*".repeat(10_000),
  "_a".repeat(5_000),
  "`".repeat(9_999),
  "*_".repeat(5_000),
  "> ".repeat(5_000),
  "> \n".repeat(3_000),
  "- a\n".repeat(2_500),
  `https://${",".repeat(9_900)}`,
  "https://a,".repeat(1_000),
  "```\n".repeat(2_501),
  "* a *".repeat(2_000),
])("%#: 10,000 letters of marks take no time and lose no word", (text) => {
  const began = performance.now()
  const shown = blocksOf(text).map(lettersOf).join("")
  expect(performance.now() - began).toBeLessThan(250)
  const words = (from: string) => from.replace(/[^a-z]/g, "")
  expect(words(shown)).toBe(words(text))
})
