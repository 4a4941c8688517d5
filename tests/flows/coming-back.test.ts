import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { connect as connectDesk } from "../../desk/replica/connection.ts"
import { connect as connectVisitor } from "../../widget/connection.ts"

type Try = { at: number; until: number | undefined }

const nothing = (): void => undefined
const clients: [string, () => unknown][] = [
  [
    "a desk",
    () =>
      connectDesk({
        url: "ws://parley.example/api/v1/stream",
        hello: () => ({}),
        onMessage: nothing,
        onState: nothing,
        onRefused: nothing,
        onOutdated: nothing,
      }),
  ],
  [
    "a visitor",
    () =>
      connectVisitor({
        address: "ws://parley.example/visitor/v1/stream",
        hello: () => ({ kind: "hello", key: "a key" }),
        onMessage: nothing,
        onState: nothing,
      }),
  ],
]

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal("addEventListener", nothing)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A network in which no socket ever opens. */
function cutOff(isRefused: boolean): Try[] {
  const tries: Try[] = []
  class Unopened extends EventTarget {
    static readonly OPEN = 1
    readyState = 0
    readonly #try: Try = { at: Date.now(), until: undefined }
    constructor() {
      super()
      tries.push(this.#try)
      if (isRefused) queueMicrotask(() => this.close())
    }
    close(): void {
      if (this.readyState === 3) return
      this.readyState = 3
      this.#try.until = Date.now()
      this.dispatchEvent(Object.assign(new Event("close"), { code: 1006 }))
    }
  }
  vi.stubGlobal("WebSocket", Unopened)
  return tries
}

test.each(clients)(
  "%s that is refused for an hour tries every three seconds at least",
  async (_, connect) => {
    const tries = cutOff(true)
    const from = Date.now()
    connect()
    await vi.advanceTimersByTimeAsync(3_600_000)
    const moments = [...tries.map(({ at }) => at), from + 3_600_000]
    const gaps = moments.slice(1).map((at, index) => at - (moments[index] ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(3_000)
    // Nor all at once: as many again are between two tries.
    expect(tries.length).toBeLessThan(3_600)
  },
)

test.each(clients)(
  "%s whose every packet is lost gives up most tries after four seconds",
  async (_, connect) => {
    const tries = cutOff(false)
    connect()
    await vi.advanceTimersByTimeAsync(600_000)
    const lengths = tries.slice(0, 30).map(({ at, until = Infinity }) => until - at)
    expect(lengths.filter((length) => length === 4_000)).toHaveLength(20)
    expect(lengths.filter((length) => length === 15_000)).toHaveLength(10)
  },
)

test.each(clients)("after a goodbye no two of %s come back at the same moment", async (_, connect) => {
  const tries = cutOff(true)
  const many = 200
  for (let count = 0; count < many; count += 1) connect()
  await vi.advanceTimersByTimeAsync(1_000)
  const pauses = tries.slice(many, 2 * many).map(({ at }) => at - (tries[0]?.at ?? 0))
  expect(Math.min(...pauses)).toBeLessThan(350)
  expect(Math.max(...pauses)).toBeGreaterThan(850)
  expect(new Set(pauses).size).toBeGreaterThan(many / 3)
})
