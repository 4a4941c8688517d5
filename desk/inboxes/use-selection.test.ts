import { expect, test } from "vitest"
import { withRange } from "./use-selection.ts"

const listed = [..."abcdef"].map((id) => ({ id }))
const range = (ids: string, from: string | undefined, to: string) =>
  [...withRange(new Set(ids), listed, from, to)].join("")

test("a range joins what is selected, in either direction", () => {
  expect(range("b", "b", "d")).toBe("bcd")
  expect(range("e", "e", "c")).toBe("ecd")
  expect(range("af", "f", "e")).toBe("afe")
})

test("without a beginning, or with one that has left the list, it is the one row", () => {
  expect(range("", undefined, "c")).toBe("c")
  expect(range("x", "x", "c")).toBe("xc")
})
