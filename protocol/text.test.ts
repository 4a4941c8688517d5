import { expect, test } from "vitest"
import { mendText, mentionOf, mentionsIn, messageText, MOST_TEXT, name, partsOfNote } from "./text.ts"

test("control characters are dropped, words and line breaks stay", () => {
  expect(mendText("a\u0000b\u0007c\r\nd\te")).toBe("abc\nd\te")
  expect(mendText("one\u2028two")).toBe("one\ntwo")
})

test("a lone surrogate becomes a replacement character, a pair stays an emoji", () => {
  expect(mendText("x\ud83d")).toBe("x\ufffd")
  expect(mendText("x😀")).toBe("x😀")
})

test("overrides that make text read backwards are dropped, marks of right-to-left languages stay", () => {
  expect(mendText("exe\u202egnp.jpg")).toBe("exegnp.jpg")
  expect(mendText("שלום\u200f!")).toBe("שלום\u200f!")
})

test("only spaces, invisible or not, are nothing", () => {
  for (const text of ["", "   \n\t", "\u200b\u200d", "\u2066\u2069", "\u0000"])
    expect(mendText(text)).toBeUndefined()
})

test("a message at the limit passes, one more is refused with its own word", () => {
  expect(messageText.parse("x".repeat(MOST_TEXT))).toHaveLength(MOST_TEXT)
  expect(messageText.safeParse("x".repeat(MOST_TEXT + 1)).error?.issues[0]?.message).toBe("text-too-long")
  expect(messageText.safeParse(" ").error?.issues[0]?.message).toBe("text-empty")
})

test("a name is one line", () => {
  expect(name().parse("  Ada\n  Lovelace ")).toBe("Ada Lovelace")
  expect(name(5).safeParse("longer").success).toBe(false)
})

test("mentions are found once each, and parts put together again are the note", () => {
  const ada = "018f0000-0000-7000-8000-000000000001"
  const sales = "018f0000-0000-7000-8000-000000000002"
  const text = `${mentionOf("agent", ada)} and ${mentionOf("team", sales)}, ${mentionOf("agent", ada)}!`
  expect(mentionsIn(text)).toEqual({ agentIds: [ada], teamIds: [sales] })
  expect(
    partsOfNote(text)
      .map((part) => (part.kind === "text" ? part.text : mentionOf(part.kind, part.id)))
      .join(""),
  ).toBe(text)
})
