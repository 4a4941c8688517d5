/**
 * The tabs of one agent on one machine: whoever holds the Web Lock leads; the others follow what he says on a
 * channel. When the leader dies the browser gives the lock to the next. Where there are no locks (a plain http
 * address in the office) every tab leads itself and none may write rows to the common disk.
 */
import type { Row } from "../../protocol/rows.ts"
import type { Frame, Presence } from "../../protocol/stream.ts"
import type { Pending } from "./act.ts"
import type { Snapshot } from "./apply.ts"
import type { TimelineRecord } from "./disk.ts"
import type { Draft, Returned, Synced } from "./draft.ts"
import type { ConnectionState } from "./memory.ts"
import type { Outcome } from "./outbox.ts"

/** What a window shows. */
export type Viewing = { conversationId: string; isTyping: boolean; inNote: boolean }

/** A state the server once told, from the leader's memory to that of a tab which joins. */
export type TabState = {
  rows: readonly Row[]
  cursor: number
  epoch: string
  drafts: readonly (readonly [string, Draft])[]
  returned: readonly Returned[]
  presences: readonly Presence[]
}

export type Said =
  // by the leader
  | { kind: "leading" }
  | { kind: "state"; to: string; state: TabState }
  | { kind: "server"; message: Frame | Snapshot | Presence }
  | { kind: "line"; connection: ConnectionState; skew: number; epoch: string | undefined }
  | { kind: "outbox"; pendings: readonly Pending[] }
  | { kind: "outcome"; id: string; outcome: Outcome }
  | { kind: "returned"; returned: Returned }
  | { kind: "synced"; key: string; synced: Synced }
  // by those who follow
  | { kind: "join"; tab: string }
  | { kind: "issue"; pending: Pending }
  /** The network or a window is back. A leader in the background would notice late: its timers are slowed down. */
  | { kind: "wake" }
  | { kind: "viewing"; tab: string; viewing: Viewing | null }
  | { kind: "timeline"; record: TimelineRecord; cursor: number | undefined }
  // by anyone
  | { kind: "draft"; key: string; draft: Draft; absorbs: readonly string[] }
  | { kind: "erase" }

export type Tabs = { isAlone: boolean; say(said: Said): void; close(): void }

/** `name`: of lock and channel. `onLead` is called when this tab leads from now on. */
export function joinTabs(o: { name: string; hear(said: Said): void; onLead(): void }): Tabs {
  const locks: LockManager | undefined = navigator.locks
  if (locks === undefined) {
    queueMicrotask(o.onLead)
    return { isAlone: true, say: () => undefined, close: () => undefined }
  }
  const channel = new BroadcastChannel(o.name)
  channel.addEventListener("message", (event: MessageEvent<Said>) => o.hear(event.data))
  const leaving = new AbortController()
  let leave: (() => void) | undefined
  void locks
    .request(o.name, { signal: leaving.signal }, () => {
      o.onLead()
      return new Promise<void>((resolve) => {
        leave = resolve
      })
    })
    .catch((error: unknown) => {
      // Leaving while still waiting for the lock.
      if (!leaving.signal.aborted) throw error
    })
  return {
    isAlone: false,
    say(said) {
      // What was under way when the tab was closed may still want to tell.
      if (!leaving.signal.aborted) channel.postMessage(said)
    },
    close() {
      leaving.abort()
      leave?.()
      channel.close()
    },
  }
}
