import { expect, test } from "vitest"
import { gather } from "./gather.ts"

test("goes on at once while few are busy, and takes all who waited together, in their order", async () => {
  const batches: number[][] = []
  const open: (() => void)[] = []
  const take = gather<number, number>({
    most: 2,
    mostOfAll: 3,
    atOnce: 3,
    async work(_, items) {
      batches.push(items)
      await new Promise<void>((resolve) => open.push(resolve))
      return items.map((item) => item * 10)
    },
  })
  const results = Promise.all([1, 2, 3, 4, 5, 6, 7].map((item) => take("a", item)))
  const elsewhere = take("b", 8)
  expect(batches).toEqual([[1], [2], [8]])
  while (batches.length < 5 || open.length > 0) {
    open.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(batches.slice(3)).toEqual([
    [3, 4, 5],
    [6, 7],
  ])
  expect(await results).toEqual([10, 20, 30, 40, 50, 60, 70])
  expect(await elsewhere).toBe(80)
})

test("a batch that fails fails for those in it and for nobody else", async () => {
  let runs = 0
  const take = gather<number, number>({
    most: 1,
    mostOfAll: 1,
    atOnce: 10,
    async work(_, items) {
      runs += 1
      if (runs === 2) throw new Error("broken")
      return items
    },
  })
  const outcomes = await Promise.allSettled([take("a", 1), take("a", 2), take("a", 3)])
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"])
  expect(await take("a", 4)).toBe(4)
})

test("while as many are busy as may be of all, those of a key wait together, and keys take turns", async () => {
  const batches: string[] = []
  const open: (() => void)[] = []
  const take = gather<number, number>({
    most: 2,
    mostOfAll: 1,
    atOnce: 3,
    async work(key, items) {
      batches.push(`${key} ${items.join()}`)
      await new Promise<void>((resolve) => open.push(resolve))
      return items
    },
  })
  const wanted = ["a 1", "a 2", "b 3", "a 4", "b 5", "a 6", "a 7"].map((each) => each.split(" "))
  const results = Promise.all(wanted.map(([key = "", item]) => take(key, Number(item))))
  for (let turns = 0; turns < 20; turns += 1) {
    open.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(batches).toEqual(["a 1", "a 2,4,6", "b 3,5", "a 7"])
  expect(await results).toEqual([1, 2, 3, 4, 5, 6, 7])
})
