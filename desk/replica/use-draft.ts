import { useMemo } from "react"
import { findElsewhere, joinReturned, withElsewhere, type Draft, type Elsewhere } from "./draft.ts"
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

export function useDraft(conversationId: string): DraftView {
  const replica = useReplica()
  const seen = useWatched(replica, [`draft:${conversationId}`, "generation"], (memory) => ({
    ...joinedDraft(memory, conversationId),
    elsewhere: findElsewhere(
      memory.drafts.get(conversationId),
      memory.kept.draft.get(conversationId),
      memory,
    ),
  }))
  return useMemo(() => {
    const { draft, absorbs, elsewhere } = seen
    const set = (next: Draft) => replica.setDraft(conversationId, next, absorbs)
    return {
      draft,
      elsewhere,
      setDraft(change) {
        const now = joinedDraft(replica.memory, conversationId)
        const { text, isNote, files, reason } = change(now.draft)
        replica.setDraft(conversationId, { text, isNote, files, reason }, now.absorbs)
      },
      follow: () => elsewhere && set(withElsewhere(draft, elsewhere)),
      keep() {
        if (elsewhere?.kind === "changed") set({ ...draft, base: elsewhere.row.writeId, isUnsynced: true })
      },
    }
  }, [replica, conversationId, seen])
}

function joinedDraft({ drafts, returned }: Memory, conversationId: string) {
  const back = returned.filter((one) => one.conversationId === conversationId)
  return joinReturned(drafts.get(conversationId), back)
}
