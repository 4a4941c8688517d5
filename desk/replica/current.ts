/** The one replica this tab has open, if any. */
import { loadNewest } from "../offline/offline.ts"
import { openDisk, diskName } from "./disk.ts"
import { openReplica as open, type Replica } from "./open.ts"

let current: Replica | undefined
/** Also when it is closed: signing out may hear from the server first, and erases all the same. */
let latest: Replica | undefined
let stopListening: (() => void) | undefined
const watching = new Set<() => void>()

export function findReplica(): Replica | undefined {
  return current
}

export function watchReplica(tell: () => void): () => void {
  watching.add(tell)
  return () => watching.delete(tell)
}

/**
 * `onSignedOut`: the server does not know this agent here any more (signed out elsewhere, disabled, another agent
 * signed in). May be called more than once; the replica stays, so that a mistake costs nothing, until it is closed.
 */
export function openReplica(o: { workspaceId: string; agentId: string; onSignedOut: () => void }): void {
  if (current) void closeReplica({ erase: false })
  const replica = open({
    workspaceId: o.workspaceId,
    agentId: o.agentId,
    base: location.origin,
    openDisk: (onLost) => openDisk(diskName(o.workspaceId, o.agentId), onLost),
    onSignedOut() {
      if (current === replica) o.onSignedOut()
    },
    onOutdated: () => void loadNewest(),
  })
  current = latest = replica
  stopListening = listen(replica)
  tell()
}

/** `erase` on signing out: nothing of the workspace stays on this machine, in no tab. */
export async function closeReplica(o: { erase: boolean }): Promise<void> {
  const closing = current ?? (o.erase ? latest : undefined)
  current = undefined
  stopListening?.()
  stopListening = undefined
  tell()
  await closing?.close(o)
}

function tell(): void {
  for (const one of watching) one()
}

function listen(replica: Replica): () => void {
  const stopping = new AbortController()
  const { signal } = stopping
  const wake = (): void => replica.wake()
  addEventListener("online", wake, { signal })
  addEventListener("offline", wake, { signal })
  addEventListener("pageshow", wake, { signal })
  addEventListener("pagehide", () => replica.saveNow(), { signal })
  document.addEventListener(
    "visibilitychange",
    () => (document.visibilityState === "visible" ? replica.wake() : replica.saveNow()),
    { signal },
  )
  return () => stopping.abort()
}
