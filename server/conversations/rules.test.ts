import { describe, expect, test } from "vitest"
import { isFurther } from "./deliver.ts"
import { excerpt } from "./loading.ts"
import { chooseAgent, type Candidate } from "./offers.ts"
import { justBefore, nextAt } from "./state.ts"

function candidate(agentId: string, o: Partial<Candidate> = {}): Candidate {
  return { agentId, capacity: null, load: 0, lastAcceptedAt: null, ...o }
}

describe("whom a conversation is offered", () => {
  test("the one who had this customer last, however much he has to do", () => {
    expect(chooseAgent([candidate("a"), candidate("b", { load: 9 })], "b")).toBe("b")
  })

  test("not the one who had him last when he is at his capacity", () => {
    expect(chooseAgent([candidate("a", { load: 5 }), candidate("b", { load: 2, capacity: 2 })], "b")).toBe(
      "a",
    )
  })

  test("the one with the fewest", () => {
    expect(chooseAgent([candidate("a", { load: 2 }), candidate("b", { load: 1 })], null)).toBe("b")
  })

  test("of equals who has not accepted for longest, first who never did, then by id", () => {
    const early = "2026-03-01T09:00:00.000000Z"
    const late = "2026-03-01T09:00:00.000001Z"
    const two = [candidate("a", { lastAcceptedAt: late }), candidate("b", { lastAcceptedAt: early })]
    expect(chooseAgent(two, null)).toBe("b")
    expect(chooseAgent([...two, candidate("c")], null)).toBe("c")
    expect(chooseAgent([candidate("e"), candidate("d")], null)).toBe("d")
  })

  test("nobody when all are at their capacity; one of none never gets anything", () => {
    expect(
      chooseAgent([candidate("a", { capacity: 0 }), candidate("b", { capacity: 1, load: 1 })], "a"),
    ).toBeUndefined()
  })
})

describe("the time of an entry", () => {
  test("is now, and later than the entry before it where the clock stands still or goes back", () => {
    const now = "2026-03-01T09:00:00.500000Z"
    expect(nextAt(now, "2026-03-01T09:00:00.499999Z")).toBe(now)
    expect(nextAt(now, now)).toBe("2026-03-01T09:00:00.500001Z")
    expect(nextAt(now, "2026-03-01T23:59:59.999999Z")).toBe("2026-03-02T00:00:00.000000Z")
  })

  test("has a moment just before it", () => {
    expect(justBefore("2026-03-01T09:00:00.500000Z")).toBe("2026-03-01T09:00:00.499999Z")
    expect(justBefore("2026-03-01T00:00:00.000000Z")).toBe("2026-02-28T23:59:59.999999Z")
  })
})

describe("the first line of a message in a list", () => {
  test("is one line of at most 200 characters", () => {
    expect(excerpt("  one\n\ttwo ")).toBe("one two")
    expect(excerpt("x".repeat(300))).toHaveLength(200)
  })

  test("ends neither within a mention nor within a character", () => {
    const mention = "@{agent:01a202eb-1f20-74c9-81f6-ae09ddc5bd3e}"
    for (let length = 150; length <= 201; length++) {
      const cut = excerpt("x".repeat(length) + mention + "rest of a long note".repeat(9))
      expect(cut.replace(mention, "")).not.toMatch(/[@{:]/)
    }
    expect(excerpt("x".repeat(199) + "😀😀").isWellFormed()).toBe(true)
  })
})

test("a delivery's state never goes back, and that it arrived counts more than that it failed", () => {
  const inOrder = ["sending", "unsure", "sent", "failed", "delivered", "read"] as const
  for (const [position, state] of inOrder.entries())
    for (const [other, than] of inOrder.entries()) expect(isFurther(state, than)).toBe(position > other)
})
