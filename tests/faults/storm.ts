import { setTimeout as wait } from "node:timers/promises"
import type { Cable } from "./cable.ts"
import type { Desk } from "./desk.ts"
import type { ParleyProcess } from "./parley-process.ts"
import type { Phone } from "./phone.ts"
import type { Random } from "./random.ts"
import type { Visitor } from "./visitor.ts"

export type People = { visitors: Visitor[]; phones: Phone[]; desks: Desk[] }

/** Milliseconds from one disaster to the next. */
const KILL = [3_500, 6_500] as const
const CUT = [150, 450] as const
const RELOAD = [1_000, 3_000] as const
/** Somebody turns to his window, which ends a long pause between two attempts. */
const WAKE = [50, 150] as const

/**
 * Until everybody has written all he has to write the server is killed every few seconds, PostgreSQL with it every third time; lines are cut, and
 * tabs die and are opened again. Answers how often the server was killed; it runs, and the lines are whole.
 */
export async function storm(o: {
  parley: ParleyProcess
  cables: Cable[]
  people: People
  random: Random
  /** Where starting takes long, nobody would ever have written everything. */
  mostKills: number
  /** Ends it early. */
  signal: AbortSignal
}): Promise<number> {
  const { parley, cables, people, random } = o
  const everybody = [...people.visitors, ...people.phones, ...people.desks]
  const ending = new AbortController()
  const end = AbortSignal.any([ending.signal, o.signal])
  const looking = setInterval(() => {
    if (everybody.every((one) => one.hasWritten())) ending.abort()
  }, 100)
  let kills = 0

  async function again([least, most]: readonly [number, number], disaster: () => unknown): Promise<void> {
    const own = random.branch()
    for (;;) {
      await wait(own.between(least, most), undefined, { signal: end }).catch(() => undefined)
      if (end.aborted) return
      await disaster()
    }
  }

  const killing = again(KILL, async () => {
    if (kills >= o.mostKills) return
    kills += 1
    await parley.kill({ withDatabase: kills % 3 === 0 })
    const url = await parley.start()
    for (const cable of cables) cable.lead(url)
  })
  const cutting = again(CUT, () => {
    const links = cables.flatMap((cable) => cable.links().map((link) => ({ cable, link })))
    if (links.length === 0) return
    const { cable, link } = random.pick(links)
    cable.harm(link, random)
  })
  const clients = [...people.visitors, ...people.desks]
  const reloading = again(RELOAD, () => random.pick(clients).reload())
  const waking = again(WAKE, () => random.pick(clients).wake())
  try {
    await Promise.all([killing, cutting, reloading, waking])
  } finally {
    ending.abort()
    clearInterval(looking)
  }
  o.signal.throwIfAborted()
  for (const cable of cables) cable.mend()
  return kills
}
