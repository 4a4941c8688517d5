import { sql } from "kysely"
import { newId, prepared, type Database, type Db } from "../db/db.ts"
import type { Log } from "../log/log.ts"
import type { Change } from "./change.ts"

/** Changes of a workspace kept in memory, for the many who come back at once after a cut. */
const MOST_RECENT = 2_000
/** Changes of one workspace read at a time. */
const MOST_READ = 1_000
const LOOK_EVERY = 1_000
/** How long a workspace that nobody follows any more is still read, in milliseconds. */
const LINGER = 60_000
const BELL = "parley_changes"

export type Follower = {
  /** Every change after the number `follow` answered, in order, each once. */
  onChanges(changes: readonly Change[], upTo: number): void
  /** Changes were missed that nobody can bring back (the log no longer has them, or is another): start anew. */
  onLost?: () => void
}

export type Following = {
  readonly from: number
  /** How far the log was read. */
  position(): number
  /** What came after `number`, or `undefined` where memory does not reach back so far. */
  since(number: number): readonly Change[] | undefined
  stop(): void
}

export type Tail = {
  /** Something was committed in the workspace: a hint. */
  ring(workspaceId: string): void
  follow(workspaceId: string, follower: Follower): Promise<Following>
  /**
   * Every change that is meant for one of the keys and has a higher number than the answer, in order, none missed.
   * This first, the state after: then nothing can fall in between.
   */
  followKeys(workspaceId: string, keys: readonly string[], follower: Follower): Promise<number>
  unfollowKeys(workspaceId: string, keys: readonly string[], follower: Follower): void
  stop(): Promise<void>
}

type Feed = {
  workspaceId: string
  number: number
  /** Without a gap up to `number`. */
  recent: Change[]
  followers: Set<Follower>
  /** Those who follow few keys, found by them: thousands of visitors, each with his own, so that a set for each is dear. */
  byKey: Map<string, readonly Follower[]>
  idleSince: number | undefined
}

/**
 * Reads the logs of all followed workspaces, for everybody in this process. Numbers are handed out under a lock
 * held until commit, so who sees n sees everything below n, and reading on from the last number misses nothing.
 * Rings of this process and of others only say when to look; a look each second makes up for those that got lost.
 */
export function createTail({ database, log }: { database: Database; log: Log }): Tail {
  const { db } = database
  const feeds = new Map<string, Feed>()
  const opening = new Map<string, Promise<Feed>>()
  const rung = new Set<string>()
  let reading: Promise<void> | undefined
  let looking: Promise<void> | undefined
  let isStopped = false
  // Says whose ring it is: a process need not look again when it hears its own come back.
  const ringer = newId()

  const ears = database.listen(BELL, (payload) => {
    const [workspaceId = "", by] = payload.split(" ")
    if (by !== ringer) hear(workspaceId)
  })
  ears.catch((error: unknown) => log.warn({ err: error }, "wake-ups of other processes are not heard"))
  // Before anything is read from the other history: nobody is shown a mixture of the two.
  database.onNewEpoch(() => {
    for (const feed of [...feeds.values()]) lose(feed, "the database was restored or another was promoted")
  })
  const lookTimer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => log.error({ err: error }, "the counters of changes were not read"))
      .finally(() => {
        looking = undefined
      })
  }, LOOK_EVERY)
  lookTimer.unref()

  function hear(workspaceId: string): void {
    if (isStopped || !feeds.has(workspaceId)) return
    rung.add(workspaceId)
    reading ??= readRung()
      // The look that follows rings again.
      .catch((error: unknown) => log.error({ err: error }, "changes were not read"))
      .finally(() => {
        reading = undefined
        const [left] = rung
        if (left !== undefined) hear(left)
      })
  }

  async function readRung(): Promise<void> {
    const wanted = [...rung].flatMap((id) => feeds.get(id) ?? [])
    rung.clear()
    const read = await readAfter(db, wanted)
    for (const feed of wanted) {
      const changes = read.get(feed.workspaceId)
      if (changes === undefined || feeds.get(feed.workspaceId) !== feed) continue
      take(feed, changes)
      if (changes.length === MOST_READ) rung.add(feed.workspaceId)
    }
  }

  function take(feed: Feed, changes: Change[]): void {
    const [first] = changes
    const upTo = changes.at(-1)?.number
    if (first === undefined || upTo === undefined) return
    if (first.number !== feed.number + 1) return lose(feed, "the log begins after what was read last")
    feed.number = upTo
    feed.recent.push(...changes)
    if (feed.recent.length > MOST_RECENT * 2) feed.recent.splice(0, feed.recent.length - MOST_RECENT)
    // Who waits for one thing first: what many read together is far more.
    for (const [follower, theirs] of sorted(feed, changes)) guard(() => follower.onChanges(theirs, upTo))
    for (const follower of [...feed.followers]) guard(() => follower.onChanges(changes, upTo))
  }

  /** What is meant for those who follow keys, in order. */
  function sorted(feed: Feed, changes: readonly Change[]): Map<Follower, Change[]> {
    const found = new Map<Follower, Change[]>()
    for (const change of changes) {
      const meant = new Set(change.audience.flatMap((key) => feed.byKey.get(key) ?? []))
      for (const follower of meant) found.set(follower, [...(found.get(follower) ?? []), change])
    }
    return found
  }

  function note(feed: Feed): void {
    const isFollowed = feed.followers.size > 0 || feed.byKey.size > 0
    feed.idleSince = isFollowed ? undefined : performance.now()
  }

  function lose(feed: Feed, why: string): void {
    log.warn({ workspaceId: feed.workspaceId, number: feed.number }, `sessions start anew: ${why}`)
    feeds.delete(feed.workspaceId)
    const ofKeys = [...feed.byKey.values()].flat()
    for (const follower of new Set([...feed.followers, ...ofKeys])) guard(() => follower.onLost?.())
  }

  /** One follower's bug is not another's. */
  function guard(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      log.error({ err: error }, "a follower of changes failed")
    }
  }

  async function look(): Promise<void> {
    const now = performance.now()
    for (const feed of [...feeds.values()])
      if (feed.idleSince !== undefined && now - feed.idleSince > LINGER) feeds.delete(feed.workspaceId)
    if (feeds.size === 0) return
    const numbers = await readCounters(db, [...feeds.keys()])
    for (const feed of feeds.values())
      if ((numbers.get(feed.workspaceId) ?? 0) > feed.number) hear(feed.workspaceId)
  }

  /** Reads where the log stands now. What is committed while that answer is on its way is rung for once more. */
  async function open(workspaceId: string): Promise<Feed> {
    const { epoch } = database
    const numbers = await readCounters(db, [workspaceId])
    // It may be the number of a history that ended while it was on its way.
    if (database.epoch !== epoch) return open(workspaceId)
    const number = numbers.get(workspaceId) ?? 0
    const feed: Feed = {
      workspaceId,
      number,
      recent: [],
      followers: new Set(),
      byKey: new Map(),
      idleSince: performance.now(),
    }
    feeds.set(workspaceId, feed)
    hear(workspaceId)
    return feed
  }

  async function getFeed(workspaceId: string): Promise<Feed> {
    const existing = feeds.get(workspaceId)
    if (existing !== undefined) return existing
    const being = opening.get(workspaceId) ?? open(workspaceId).finally(() => opening.delete(workspaceId))
    opening.set(workspaceId, being)
    return being
  }

  return {
    ring(workspaceId) {
      hear(workspaceId)
      database.notify(BELL, `${workspaceId} ${ringer}`)
    },
    async follow(workspaceId, follower) {
      const feed = await getFeed(workspaceId)
      feed.followers.add(follower)
      note(feed)
      const { number: from } = feed
      return {
        from,
        position: () => feed.number,
        since(number) {
          const oldest = feed.number - feed.recent.length
          return number < oldest ? undefined : feed.recent.slice(number - oldest)
        },
        stop() {
          feed.followers.delete(follower)
          note(feed)
        },
      }
    },
    async followKeys(workspaceId, keys, follower) {
      const feed = await getFeed(workspaceId)
      for (const key of keys) feed.byKey.set(key, [...(feed.byKey.get(key) ?? []), follower])
      note(feed)
      return feed.number
    },
    unfollowKeys(workspaceId, keys, follower) {
      // One that was lost has forgotten all its followers.
      const feed = feeds.get(workspaceId)
      if (feed === undefined) return
      for (const key of keys) {
        const others = feed.byKey.get(key)?.filter((each) => each !== follower) ?? []
        if (others.length > 0) feed.byKey.set(key, others)
        else feed.byKey.delete(key)
      }
      note(feed)
    },
    async stop() {
      isStopped = true
      clearInterval(lookTimer)
      const deaf = await ears.catch(() => undefined)
      await deaf?.()
      await Promise.all([looking, reading])
    },
  }
}

/** One query for all, however many workspaces were rung: 500 single ones take 89 ms, one lateral one 3. */
async function readAfter(db: Db, feeds: readonly Feed[]): Promise<Map<string, Change[]>> {
  if (feeds.length === 0) return new Map()
  const places = feeds.map(({ workspaceId, number }) => ({ id: workspaceId, number }))
  const { rows } = await sql<Change & { workspaceId: string }>`/* prepared */
    select feed.id as "workspaceId", change.number, change.audience, change.kind, change."entityId", change.at
      from ${prepared.rowsOf(places, sql`id uuid, number bigint`)} feed
     cross join lateral (
             select number, audience, kind, entity_id as "entityId", at from changes
              where workspace_id = feed.id and number > feed.number
              order by number limit ${MOST_READ}) as change
     order by feed.id, change.number`.execute(db)
  return Map.groupBy(rows, (row) => row.workspaceId)
}

async function readCounters(db: Db, workspaceIds: string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ workspaceId: string; number: number }>`/* prepared */
    select workspace_id as "workspaceId", number from counters
     where workspace_id = ${prepared.anyOf(workspaceIds)}`.execute(db)
  return new Map(rows.map((row) => [row.workspaceId, row.number]))
}
