import { bringForward, type Batch } from "./frame.ts"
import type { Change } from "./change.ts"
import type { Sync } from "./open.ts"
import type { Session } from "./session.ts"
import type { Following } from "./tail.ts"

/** How many sessions are resumed or given a snapshot at once: writers need connections too. */
const MOST_AT_ONCE = 4
const MOST_IN_A_BATCH = 500
/** How soon a client learns that it has seen changes that were not for it, in milliseconds. */
const TELL_WITHIN = 100
const RENEW_EVERY = 60_000
const SESSIONS = "parley_sessions"

/** The sessions of one workspace in this process. */
export type Room = {
  isFollowing(): Promise<void>
  /** How far the log was read, and what came after `number` where memory reaches back so far. */
  since(number: number): { position: number; changes: readonly Change[] | undefined }
  /** Some client's cursor trails; it is told soon. */
  isBehind(): void
}

export type Streams = {
  enter(session: Session): Room
  leave(session: Session): void
  sessionsOf(workspaceId: string): Iterable<Session>
  /** Bounds how many join at the same time. */
  takeTurn<T>(work: () => Promise<T>): Promise<T>
  recheck(workspaceId: string, agentId: string): void
  stop(): Promise<void>
}

type OpenRoom = Room & { sessions: Set<Session>; close(): Promise<void> }

export function createStreams(getSync: () => Sync): Streams {
  const rooms = new Map<string, OpenRoom>()
  const takeTurn = turns(MOST_AT_ONCE)
  let ears: Promise<() => Promise<void>> | undefined
  let renewTimer: NodeJS.Timeout | undefined
  let isStopping = false

  function begin(): void {
    const { database, log } = getSync()
    ears ??= database.listen(SESSIONS, (payload) => {
      const [workspaceId = "", agentId = ""] = payload.split(" ")
      recheck(workspaceId, agentId)
    })
    ears.catch((error: unknown) => log.warn({ err: error }, "ends of sessions elsewhere are not heard"))
    renewTimer ??= setInterval(() => {
      for (const [workspaceId, room] of rooms) renew(workspaceId, [...agentsOf(room)])
    }, RENEW_EVERY)
  }

  function renew(workspaceId: string, agentIds: string[]): void {
    const sync = getSync()
    sync.sources
      .renewPresence(sync, workspaceId, agentIds)
      .catch((error: unknown) =>
        sync.log.error({ err: error, workspaceId }, "agents were not noted as connected"),
      )
  }

  function recheck(workspaceId: string, agentId: string): void {
    for (const session of rooms.get(workspaceId)?.sessions ?? [])
      if (session.agentId === agentId) void session.check()
  }

  return {
    takeTurn,
    recheck,
    sessionsOf: (workspaceId) => rooms.get(workspaceId)?.sessions ?? [],
    enter(session) {
      begin()
      const { workspaceId, agentId } = session
      const room = rooms.get(workspaceId) ?? openRoom(getSync(), workspaceId)
      rooms.set(workspaceId, room)
      const isFirst = !agentsOf(room).has(agentId)
      room.sessions.add(session)
      if (isFirst) renew(workspaceId, [agentId])
      if (isStopping) setImmediate(() => session.bye("stopping"))
      return room
    },
    leave(session) {
      const { workspaceId, agentId } = session
      const room = rooms.get(workspaceId)
      if (room === undefined || !room.sessions.delete(session)) return
      const sync = getSync()
      if (!agentsOf(room).has(agentId) && !isStopping)
        sync.sources
          .connectionClosed(sync, workspaceId, agentId)
          .catch((error: unknown) =>
            sync.log.error({ err: error, workspaceId, agentId }, "an agent's leaving was not noted"),
          )
      if (room.sessions.size > 0) return
      rooms.delete(workspaceId)
      void room.close()
    },
    async stop() {
      isStopping = true
      clearInterval(renewTimer)
      const closing = [...rooms.values()]
      for (const room of closing) for (const session of [...room.sessions]) session.bye("stopping")
      const deaf = await ears?.catch(() => undefined)
      await deaf?.()
      await Promise.all(closing.map((room) => room.close()))
    },
  }
}

function agentsOf(room: OpenRoom): Set<string> {
  return new Set([...room.sessions].map((session) => session.agentId))
}

function openRoom(sync: Sync, workspaceId: string): OpenRoom {
  const sessions = new Set<Session>()
  let following: Following | undefined
  let opening: Promise<void> | undefined
  let waiting: Change[] = []
  let working: Promise<void> | undefined
  let tellTimer: NodeJS.Timeout | undefined
  let isClosed = false

  async function open(): Promise<void> {
    const opened = await sync.tail.follow(workspaceId, {
      onChanges(changes) {
        waiting.push(...changes)
        work()
      },
      onLost() {
        // They come back at once and find their cursor or epoch refused, or the log whole after all.
        for (const session of [...sessions]) session.bye("stopping")
      },
    })
    if (isClosed) opened.stop()
    else following = opened
  }

  function work(): void {
    working ??= workThrough()
      .catch((error: unknown) => {
        // Whoever missed a batch must not be told a later one.
        sync.log.error({ err: error, workspaceId }, "changes could not be shown")
        for (const session of [...sessions]) if (session.isLive) session.bye("stopping")
        waiting = []
      })
      .finally(() => {
        working = undefined
        if (waiting.length > 0) work()
      })
  }

  async function workThrough(): Promise<void> {
    while (waiting.length > 0) {
      const changes = waiting.splice(0, MOST_IN_A_BATCH)
      const batch: Batch = { workspaceId, changes, upTo: changes.at(-1)?.number ?? 0 }
      // A session that becomes live during this has caught up with all that was read from the log, this included.
      await bringForward(
        sync,
        batch,
        [...sessions].filter((session) => session.isLive),
      )
      sync.told("agent", changes)
      sync.presence.refresh(workspaceId, changes)
    }
  }

  return {
    sessions,
    // What failed is tried again by whoever comes next, and not kept for all.
    isFollowing: () =>
      (opening ??= open().catch((error: unknown) => {
        opening = undefined
        throw error
      })),
    since(number) {
      if (following === undefined) throw new Error("Nobody reads the log of this workspace.")
      return { position: following.position(), changes: following.since(number) }
    },
    isBehind() {
      tellTimer ??= setTimeout(() => {
        tellTimer = undefined
        for (const session of sessions) session.tellPosition()
      }, TELL_WITHIN)
    },
    async close() {
      isClosed = true
      clearTimeout(tellTimer)
      following?.stop()
      await opening?.catch(() => undefined)
      await working
    },
  }
}

function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let taken = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (taken >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else taken += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) taken -= 1
      else next()
    }
  }
}

/** He was signed out somewhere or disabled: each of his sessions, in every process, looks at once whether it may go on. */
export function endSessions(sync: Sync, workspaceId: string, agentId: string): void {
  sync.streams.recheck(workspaceId, agentId)
  sync.database.notify(SESSIONS, `${workspaceId} ${agentId}`)
}
