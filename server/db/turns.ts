import { refuse } from "../../protocol/refusals.ts"

/**
 * For work so dear that one caller could take all of the machine: of one key only a little runs at the same time, of
 * all keys together not much more. What is beyond that waits; of what would wait too long `too-often` is refused.
 */
export function createTurns(o: {
  atOnce: number
  atOnceOfOne: number
  mostWaitingOfOne: number
}): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const all = createLine(o.atOnce)
  const lines = new Map<string, Line>()

  return async (key, work) => {
    const line = lines.get(key) ?? createLine(o.atOnceOfOne)
    if (line.waiting() >= o.mostWaitingOfOne) throw refuse("too-often")
    lines.set(key, line)
    try {
      return await line.run(() => all.run(work))
    } finally {
      if (line.isIdle()) lines.delete(key)
    }
  }
}

type Line = ReturnType<typeof createLine>

function createLine(atOnce: number) {
  const next: (() => void)[] = []
  let running = 0
  return {
    waiting: () => next.length,
    isIdle: () => running === 0,
    async run<T>(work: () => Promise<T>): Promise<T> {
      // Whoever ends hands his place on, so that nobody who comes later takes it.
      if (running < atOnce) running += 1
      else await new Promise<void>((resolve) => next.push(resolve))
      try {
        return await work()
      } finally {
        const waiting = next.shift()
        if (waiting === undefined) running -= 1
        else waiting()
      }
    },
  }
}
