/**
 * One timer for all who want something done every so often, however many thousands they are: a timer each costs memory,
 * and all at the same moment would be a burst. They are spread over the time; the first beat comes within it.
 */
export type Pulse = {
  /** The answer ends it. */
  join(beat: () => void): () => void
}

const SLOTS = 32

export function createPulse(every: number): Pulse {
  const slots = Array.from({ length: SLOTS }, () => new Set<() => void>())
  let timer: NodeJS.Timeout | undefined
  let members = 0
  let joined = 0
  let now = 0

  function tick(): void {
    now += 1
    for (const beat of slots[now % SLOTS] ?? []) beat()
  }

  return {
    join(beat) {
      const slot = slots[(joined += 1) % SLOTS]
      slot?.add(beat)
      members += 1
      timer ??= setInterval(tick, every / SLOTS)
      return () => {
        if (slot?.delete(beat) !== true) return
        members -= 1
        if (members > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
