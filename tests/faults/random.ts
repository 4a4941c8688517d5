/** Chance that can be had again: the same seed gives the same numbers. */
export type Random = {
  /** From 0 up to, but not including, 1. */
  number(): number
  between(from: number, to: number): number
  chance(share: number): boolean
  pick<T>(list: readonly T[]): T
  /** Independent of how often this one is asked afterwards. */
  branch(): Random
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0

  // https://gist.github.com/tommyettinger/46a874533244883189143505d203312c (mulberry32, public domain)
  function number(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  return {
    number,
    between: (from, to) => from + number() * (to - from),
    chance: (share) => number() < share,
    pick(list) {
      const found = list[Math.floor(number() * list.length)]
      if (found === undefined) throw new Error("There is nothing to pick from.")
      return found
    },
    branch: () => createRandom(Math.floor(number() * 2 ** 32)),
  }
}
