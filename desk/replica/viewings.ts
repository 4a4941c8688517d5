/**
 * What the windows of one agent show. They share one session, which tells the server of all of them; of too many,
 * of those that were turned to last. Saying the same again, as windows do to be believed, is no turning.
 */
import { MOST_VIEWED, PRESENCE_LIFE, type FromDesk } from "../../protocol/stream.ts"
import type { Viewing } from "./tabs.ts"

export type Viewings = {
  set(tab: string, viewing: Viewing | null): void
  all(): Extract<FromDesk, { kind: "viewing" }>
}

export function createViewings(): Viewings {
  const shown = new Map<string, { viewing: Viewing; heardAt: number; turn: number }>()
  let turns = 0
  return {
    set(tab, viewing) {
      const known = shown.get(tab)
      if (viewing === null) return void shown.delete(tab)
      const isSame =
        known?.viewing.conversationId === viewing.conversationId &&
        known.viewing.isTyping === viewing.isTyping
      shown.set(tab, { viewing, heardAt: Date.now(), turn: isSame ? known.turn : (turns += 1) })
    },
    all() {
      const believed = [...shown.values()]
        .filter((one) => one.heardAt > Date.now() - PRESENCE_LIFE)
        .toSorted((one, other) => other.turn - one.turn)
      const conversations = new Map<string, Viewing>()
      for (const { viewing } of believed) {
        const known = conversations.get(viewing.conversationId)
        if (known === undefined || (viewing.isTyping && !known.isTyping))
          conversations.set(viewing.conversationId, viewing)
      }
      return { kind: "viewing", conversations: [...conversations.values()].slice(0, MOST_VIEWED) }
    },
  }
}
