import { useMemo } from "react"
import {
  draftKey,
  findElsewhere,
  joinReturned,
  placeOf,
  withElsewhere,
  type Draft,
  type Elsewhere,
} from "./draft.ts"
import { useReplica, useWatched } from "./hooks.ts"
import type { Memory } from "./memory.ts"

type DraftView = {
  draft: Draft
  /** Replaces the whole, by what it is at that moment; pass `reason` on while it should stay to be seen. */
  setDraft: (change: (now: Draft) => Draft) => void
  /** What another device of the agent did to it. */
  elsewhere: Elsewhere | undefined
  /** Takes that over: instead of what is here, or after it where something was typed here since. */
  follow: () => void
  /** What is here is what counts. */
  keep: () => void
}

/** Of a conversation, or of the thread of one of its notes. */
export function useDraft(conversationId: string, thread?: string): DraftView {
  const replica = useReplica()
  const key = draftKey(conversationId, thread)
  const { rowId } = placeOf(key)
  const seen = useWatched(replica, [`draft:${key}`, `draft:${rowId}`, "generation"], (memory) => ({
    draft: joinedDraft(memory, key).draft,
    elsewhere: elsewhereOf(memory, key),
  }))
  // The same at every keystroke, so that what is handed them is not painted anew with each.
  const acts = useMemo(() => {
    const { memory } = replica
    const set = (change: (now: Draft) => Draft) => {
      const { draft, absorbs } = joinedDraft(memory, key)
      replica.setDraft(key, change(draft), absorbs)
    }
    const find = () => elsewhereOf(memory, key)
    return {
      setDraft: (change: (now: Draft) => Draft) =>
        set((now) => {
          const { text, isNote, files, reason } = change(now)
          // What answers a note is one, too; nothing is left behind of an empty one.
          const isNoteNow = thread === undefined ? isNote : text !== "" || files.length > 0
          return { text, isNote: isNoteNow, files, reason }
        }),
      follow() {
        const elsewhere = find()
        if (elsewhere) set((now) => withElsewhere(now, elsewhere))
      },
      keep() {
        const elsewhere = find()
        if (elsewhere?.kind === "changed")
          set((now) => ({ ...now, base: elsewhere.row.writeId, isUnsynced: true }))
      },
    }
  }, [replica, key, thread])
  return { ...seen, ...acts }
}

function elsewhereOf(memory: Memory, key: string): Elsewhere | undefined {
  const { rowId } = placeOf(key)
  return findElsewhere(memory.drafts.get(key), memory.kept.draft.get(rowId), memory)
}

function joinedDraft({ drafts, returned }: Memory, key: string) {
  const back = returned.filter((one) => draftKey(one.conversationId, one.thread) === key)
  return joinReturned(drafts.get(key), back)
}
