/**
 * What was being written, or came back refused, to a customer who was merged into another meanwhile. Nobody would see it
 * under a conversation that is gone: it goes on where that did, as a text that came back.
 */
import { newId } from "./act.ts"
import type { Server } from "./ask.ts"
import { isEmpty, placeOf, type Draft, type Returned } from "./draft.ts"
import type { Memory } from "./memory.ts"
import { loadConversation } from "./pages.ts"

type Needs = {
  memory: Memory
  server: Server
  /** Empties the drafts of these keys, and puts these texts where they say. */
  move(keys: readonly string[], texts: readonly Returned[]): void
}

/** Milliseconds before a server that could not say is asked again. */
const PAUSE = 2_000

/** `look` looks for such texts; where there are none it asks for nothing. */
export function followTexts({ memory, server, move }: Needs): { look(): void; close(): void } {
  let isClosed = false
  const asking = new Set<string>()
  /** Of these the server has said that they are in nothing he may see. */
  const nowhere = new Set<string>()

  async function follow(id: string): Promise<void> {
    asking.add(id)
    const isSaid = await loadConversation(memory, server, id)
    if (!isSaid) await new Promise((resolve) => setTimeout(resolve, PAUSE))
    asking.delete(id)
    // What is left then is the next tab's, or the next person's, who must not be asked for it.
    if (isClosed) return
    if (!isSaid) return look()
    if (memory.kept.conversation.has(id)) return
    const intoId = memory.mergedInto.get(id)
    if (intoId === undefined) return void nowhere.add(id)
    const found = [...memory.drafts.keys()].filter((key) => placeOf(key).conversationId === id)
    const keys = [...new Set([id, ...found])]
    move(keys, textsOf(memory, { id, intoId, keys }))
  }

  function look(): void {
    if (isClosed || memory.connection !== "online" || !memory.isComplete) return
    const drafted = [...memory.drafts].flatMap(([key, one]) =>
      isOnlyHere(one) ? [placeOf(key).conversationId] : [],
    )
    const ids = new Set([...drafted, ...memory.returned.map(({ conversationId }) => conversationId)])
    for (const id of ids) {
      if (memory.kept.conversation.has(id)) nowhere.delete(id)
      else if (!nowhere.has(id) && !asking.has(id)) void follow(id)
    }
  }

  return {
    look,
    close() {
      isClosed = true
    },
  }
}

/** What the server has of a draft, it has put where it belongs itself. */
function isOnlyHere(one: Draft): boolean {
  return !isEmpty(one) && (one.isUnsynced === true || one.files.length > 0)
}

function textsOf(
  { returned, drafts }: Memory,
  { id, intoId, keys }: { id: string; intoId: string; keys: readonly string[] },
): Returned[] {
  const back = returned.filter((one) => one.conversationId === id)
  const typed = keys.flatMap((key) => {
    const draft = drafts.get(key)
    return draft && isOnlyHere(draft) ? [{ ...draft, key, text: draft.isUnsynced ? draft.text : "" }] : []
  })
  return [
    ...back.map((one) => ({ ...one, conversationId: intoId })),
    ...typed.map(({ key, text, isNote, files, reason }) => ({
      ...{ id: newId(), conversationId: intoId, thread: placeOf(key).thread, text, isNote, files },
      ...(reason && { reason }),
    })),
  ]
}
