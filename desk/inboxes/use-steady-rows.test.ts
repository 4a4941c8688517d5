import { expect, test } from "vitest"
import { keepPlaces } from "./use-steady-rows.ts"

const rows = (ids: string, text = "") => [...ids].map((id) => ({ id, text }))
const order = (kept: { id: string }[]) => kept.map(({ id }) => id).join("")

test("under a moving pointer rows keep their places, whatever moves, comes or leaves", () => {
  expect(order(keepPlaces(rows("abc"), rows("xcab")))).toBe("abc")
  expect(order(keepPlaces(rows("abc"), rows("ac")))).toBe("abc")
})

test("what they say goes on changing", () => {
  expect(keepPlaces(rows("ab"), rows("ba", "new")).map(({ text }) => text)).toEqual(["new", "new"])
})

test("what follows the last of them is added, since it moves nothing", () => {
  expect(order(keepPlaces(rows("abc"), rows("xabcde")))).toBe("abcde")
  expect(order(keepPlaces(rows("abc"), rows("cabde")))).toBe("abcde")
})
