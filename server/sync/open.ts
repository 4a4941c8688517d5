import type { Counts } from "../../protocol/inboxes.ts"
import type { Clock, Database, Db, Tx } from "../db/db.ts"
import type { Log } from "../log/log.ts"
import type { Metrics } from "../metrics/metrics.ts"
import type { Change, Loader, Reader } from "./change.ts"
import { createPresence, type Presence } from "./presence.ts"
import { trimChanges } from "./retention.ts"
import { createStreams, type Streams } from "./stream.ts"
import { createTail, type Tail } from "./tail.ts"

/** What the modules to the right know and sync does not: who may see what, and how it looks. */
export type Sources = {
  /** In the order in which a fresh replica wants them. */
  loaders: () => Loader[]
  /** `undefined`: no such agent, or disabled. */
  findReader(tx: Tx, workspaceId: string, agentId: string): Promise<Reader | undefined>
  /** The keys of those who may see each conversation now; unknown ids are absent. */
  keysOfConversations(
    tx: Tx,
    workspaceId: string,
    ids: readonly string[],
  ): Promise<Map<string, readonly string[]>>
  countsFor(tx: Tx, reader: Reader): Promise<Counts>
  /** Called when an agent's first session here begins, and each minute for all who have one. */
  renewPresence(sync: Sync, workspaceId: string, agentIds: string[]): Promise<void>
  /** Called when an agent's last session in this process ended. */
  connectionClosed(sync: Sync, workspaceId: string, agentId: string): Promise<void>
}

export type Sync = {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly database: Database
  readonly sources: Sources
  readonly tail: Tail
  readonly streams: Streams
  readonly presence: Presence
  /** Tells readers here and in other processes that something was committed. */
  ring(workspaceId: string): void
  wakeJobs(): void
  /** These changes have just been written to the sockets they concern: notes how long that took. */
  told(kind: "agent" | "visitor", changes: readonly Change[]): void
  /** The part of the `trim` job that is ours: old changes and old commands. */
  trim(limits: { changesKeptDays: number; changesKeptMost: number }): Promise<void>
  /** Ends all sessions, so that browsers come back to another process. */
  stop(): Promise<void>
}

export function createSync(
  options: {
    database: Database
    clock: Clock
    log: Log
    metrics: Metrics
    wakeJobs: () => void
  } & Sources,
): Sync {
  const { database, clock, log, metrics, wakeJobs, ...sources } = options
  const tail = createTail({ database, log })
  const sync: Sync = {
    db: database.db,
    clock,
    log,
    metrics,
    database,
    sources,
    tail,
    streams: createStreams(() => sync),
    presence: createPresence(() => sync),
    ring: tail.ring,
    wakeJobs,
    told(kind, [first]) {
      if (first === undefined || !metrics.isWanted) return
      metrics.took("told", { kind }, (clock.now().getTime() - Date.parse(first.at)) / 1_000)
    },
    trim: (limits) => trimChanges(sync, limits),
    async stop() {
      await sync.streams.stop()
      await sync.presence.stop()
      await tail.stop()
    },
  }
  return sync
}
