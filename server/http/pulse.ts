/**
 * One timer for all who want something done every so often, however many thousands they are: a timer each costs memory,
 * and all at the same moment would be a burst. They are spread over the time; the first beat comes within it.
 */
export type Pulse = {
  join(member: Member): void
  leave(member: Member): void
}
type Member = { beat(): void }

const SLOTS = 32

export function createPulse(every: number): Pulse {
  const slots = Array.from({ length: SLOTS }, () => new Set<Member>())
  let timer: NodeJS.Timeout | undefined
  let members = 0
  let joined = 0
  let now = 0

  function tick(): void {
    now += 1
    for (const member of slots[now % SLOTS] ?? []) member.beat()
  }

  return {
    join(member) {
      slots[(joined += 1) % SLOTS]?.add(member)
      members += 1
      timer ??= setInterval(tick, every / SLOTS)
    },
    leave(member) {
      // Where he was put is not kept: a place for each would cost more than looking everywhere once.
      if (!slots.some((slot) => slot.delete(member))) return
      members -= 1
      if (members > 0) return
      clearInterval(timer)
      timer = undefined
    },
  }
}
