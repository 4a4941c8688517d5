import { useSyncExternalStore } from "react"
import { accountCommands, sessionAnswer, type SessionAnswer } from "../../protocol/commands.ts"
import type { Id } from "../../protocol/values.ts"
import { closeReplica, openReplica, request, RefusalError } from "../replica/replica.ts"

/** Where this browser was last: the workspace, who one is in it, and so which disk to open before asking. */
const WORKSPACE = "parley-workspace"
const AGENT = "parley-agent"

export type Place = { workspaceId: Id; agentId: Id }
export type Session = {
  /** Undefined until the server has answered for the first time. */
  answer: SessionAnswer | undefined
  /** Open already; also while offline. */
  place: Place | undefined
  isUnreachable: boolean
}

let session: Session = { answer: undefined, place: undefined, isUnreachable: false }
const watchers = new Set<() => void>()

function change(part: Partial<Session>) {
  session = { ...session, ...part }
  for (const watcher of watchers) watcher()
}

function watch(changed: () => void) {
  watchers.add(changed)
  return () => {
    watchers.delete(changed)
  }
}

export function useSession(): Session {
  return useSyncExternalStore(watch, () => session)
}

/** Opens what was open last, then asks the server whether that is still right. */
export function startSession() {
  const wanted = new URLSearchParams(location.search).get("workspace")
  const workspaceId = localStorage.getItem(WORKSPACE)
  const agentId = localStorage.getItem(AGENT)
  if (workspaceId !== null && agentId !== null && (wanted === null || wanted === workspaceId))
    enter({ workspaceId, agentId })
  void askSession(wanted ?? undefined)
}

/** Asks who is signed in; `wanted` is the workspace to be in afterwards, if he may. */
export async function askSession(wanted?: Id) {
  try {
    const answer = await request("GET", "/session", undefined, sessionAnswer)
    const places = answer.user ? answer.workspaces.filter((place) => !place.needsTwoFactors) : []
    const chosen =
      places.find(({ id }) => id === (wanted ?? session.place?.workspaceId)) ??
      places.find(({ id }) => id === session.place?.workspaceId) ??
      places[0]
    if (!chosen) await leave()
    else if (chosen.id !== session.place?.workspaceId || chosen.agentId !== session.place.agentId) {
      if (session.place) await closeReplica({ erase: false })
      enter({ workspaceId: chosen.id, agentId: chosen.agentId })
    }
    change({ answer, isUnreachable: false })
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error
    change({ isUnreachable: true })
  }
}

function enter(place: Place) {
  localStorage.setItem(WORKSPACE, place.workspaceId)
  localStorage.setItem(AGENT, place.agentId)
  openReplica({ ...place, onSignedOut: () => void askSession() })
  change({ place })
}

/** The server knows nobody here any more. What was written and not sent stays for the same agent's return. */
async function leave() {
  localStorage.removeItem(WORKSPACE)
  localStorage.removeItem(AGENT)
  if (!session.place) return
  change({ place: undefined })
  await closeReplica({ erase: false })
}

/** Signing out by hand: nothing of the workspace stays on this machine. */
export async function signOut() {
  await request("POST", accountCommands.signOut.path, {}, accountCommands.signOut.answer)
  localStorage.removeItem(WORKSPACE)
  localStorage.removeItem(AGENT)
  change({ place: undefined, answer: undefined })
  await closeReplica({ erase: true })
  await askSession()
}
