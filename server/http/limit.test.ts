import { expect, test } from "vitest"
import { createLimit, networkOf } from "./limit.ts"

test("a key that has used up its window waits for the next one, and no other key with it", () => {
  let now = 0
  const limit = createLimit({ most: 2, seconds: 10, now: () => now })
  expect([limit.take("ada"), limit.take("ada"), limit.take("ada")]).toEqual([true, true, false])
  expect(limit.take("bo")).toBe(true)
  now = 10_000
  expect(limit.take("ada")).toBe(true)
})

test("an endless number of keys does not fill the memory", () => {
  const limit = createLimit({ most: 1, seconds: 10, now: () => 0 })
  for (let number = 0; number < 60_000; number += 1) limit.take(`key ${number}`)
  expect(limit.take("key 0")).toBe(true)
  expect(limit.take("key 59999")).toBe(false)
})

test("an IPv6 subscriber is one place, an IPv4 address is one", () => {
  expect(networkOf("203.0.113.7")).toBe("203.0.113.7")
  expect(networkOf("::ffff:203.0.113.7")).toBe("203.0.113.7")
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2")
  expect(networkOf("2001:db8:1:2::9")).toBe("2001:db8:1:2")
  expect(networkOf("2001:db8::9")).toBe("2001:db8:0:0")
  expect(networkOf("::1")).toBe("0:0:0:0")
})
