/**
 * Brings what is typed here to the agent's other devices: a moment after the last keystroke, one request of a
 * conversation at a time. What was typed offline goes when there is a server again. What another device wrote unknown
 * to this one is never overwritten: the server refuses, and the agent chooses in the composer.
 */
import { z } from "zod"
import { conversationCommands } from "../../protocol/conversation-commands.ts"
import { fillPath, newId } from "./act.ts"
import { ask, openPatience, refusalOf, type Server } from "./ask.ts"
import { findElsewhere, placeOf, type Draft, type Synced } from "./draft.ts"
import type { Memory } from "./memory.ts"

/** Milliseconds after the last keystroke, and how long somebody who does not stop typing is waited for. */
const AFTER = 1_000
const AT_LATEST = 5_000
/** Milliseconds before a server that could not write is asked again: the first time, and at most. */
const FIRST_REST = 1_000
const LONGEST_REST = 15_000

const answer = z.object({ number: z.number().int() })

type Needs = {
  memory: Memory
  server: Server
  /** How far the draft is known to the server now. */
  synced(key: string, synced: Synced): void
}
type Waiting = { timer: ReturnType<typeof setTimeout>; since: number }

export type DraftSync = {
  /** Something was typed, or it may be possible now. */
  consider(key: string): void
  /** There is a server again. */
  wake(): void
  close(): void
}

export function syncDrafts({ memory, server, synced }: Needs): DraftSync {
  const waiting = new Map<string, Waiting>()
  const sending = new Set<string>()
  let isClosed = false

  function consider(key: string): void {
    if (isClosed || !memory.drafts.get(key)?.isUnsynced) return
    const earlier = waiting.get(key)
    clearTimeout(earlier?.timer)
    const since = earlier?.since ?? Date.now()
    // What was sent or emptied is at once nowhere to be sent again.
    const isEmpty = memory.drafts.get(key)?.text === ""
    const pause = isEmpty ? 0 : Math.min(AFTER, Math.max(0, since + AT_LATEST - Date.now()))
    waiting.set(key, { since, timer: setTimeout(() => void send(key), pause) })
  }

  async function send(key: string): Promise<void> {
    waiting.delete(key)
    const draft = memory.drafts.get(key)
    if (isClosed || sending.has(key) || memory.connection !== "online") return
    if (!draft?.isUnsynced) return
    const row = memory.kept.draft.get(placeOf(key).rowId)
    if (findElsewhere(draft, row, memory)?.kind === "changed") return
    sending.add(key)
    const { text, isNote } = draft
    const id = newId()
    const basedOn = knownOf(draft, key)
    synced(key, { base: basedOn, sent: id })
    const number = await put(key, { id, text, isNote, basedOn })
    sending.delete(key)
    if (isClosed) return
    if (number !== undefined)
      synced(key, {
        base: text === "" ? null : id,
        sent: null,
        asOf: number,
        has: { text, isNote },
      })
    // What was typed meanwhile has waited.
    if (number !== undefined || memory.drafts.get(key)?.text !== text) consider(key)
  }

  /** The answer to the write before may have been lost, or another device wrote the same: it is known all the same. */
  function knownOf({ base = null }: Draft, key: string): string | null {
    return memory.kept.draft.get(placeOf(key).rowId)?.writeId ?? base
  }

  /**
   * The change it became. The very same is repeated, for it may have been written though nobody heard. Undefined: the line
   * is cut, or another device was faster; its text is coming by the stream.
   */
  async function put(key: string, body: object): Promise<number | undefined> {
    const { method, path } = conversationCommands.draft
    const { conversationId, thread } = placeOf(key)
    const asked = { method, path: fillPath(path, { conversationId }), body: { ...body, thread }, answer }
    const isPassing = openPatience()
    for (let rest = FIRST_REST; !isClosed && memory.connection === "online"; rest *= 2) {
      try {
        return (await ask(server, asked)).number
      } catch (error) {
        if (!isPassing(refusalOf(error).refusal)) return undefined
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(rest, LONGEST_REST)))
    }
    return undefined
  }

  return {
    consider,
    wake() {
      for (const key of memory.drafts.keys()) consider(key)
    },
    close() {
      isClosed = true
      for (const { timer } of waiting.values()) clearTimeout(timer)
    },
  }
}
