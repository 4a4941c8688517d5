import type { Db } from "../db/db.ts"
import { leaseSeconds, readLeases } from "./queue.ts"

/** How often a lease is looked at. */
const lookEvery = 5_000

export type LeaseWatch = {
  /** Leases of others whose holder has given no sign for as long as a lease lasts. */
  dead(mine: ReadonlySet<string>): Promise<string[]>
}

/**
 * Tells which workers are dead by watching their leases for as long as one lasts, with a clock that nobody sets: by
 * the times in the table a database's clock put forward would end every lease while its job runs, and one put back
 * would keep a dead worker's for hours. Only what is found at the start is judged by those times, so that a process
 * that never lives long can take over from the one before.
 */
export function watchLeases(db: Db): LeaseWatch {
  const watched = new Map<string, { leasedUntil: string; deadAt: number }>()
  let lookedAt: number | undefined

  async function look(now: number): Promise<void> {
    const leases = await readLeases(db)
    const isFirst = lookedAt === undefined
    lookedAt = now
    const gone = new Set(watched.keys())
    for (const { leaseId, leasedUntil, secondsLeft } of leases) {
      gone.delete(leaseId)
      if (watched.get(leaseId)?.leasedUntil === leasedUntil) continue
      const lasts = isFirst ? Math.min(Math.max(secondsLeft, 0), leaseSeconds) : leaseSeconds
      watched.set(leaseId, { leasedUntil, deadAt: now + lasts * 1_000 })
    }
    for (const leaseId of gone) watched.delete(leaseId)
  }

  return {
    async dead(mine) {
      const now = performance.now()
      if (lookedAt === undefined || now - lookedAt >= lookEvery) await look(now)
      return [...watched].flatMap(([leaseId, { deadAt }]) =>
        deadAt <= now && !mine.has(leaseId) ? [leaseId] : [],
      )
    },
  }
}
