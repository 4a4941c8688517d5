/**
 * What the windows of one agent show. A session tells the server of one conversation, so it is the one that a
 * window turned to last; saying the same again, as windows do to be believed, is no turning.
 */
import { PRESENCE_LIFE, type FromDesk } from "../../protocol/stream.ts"
import type { Viewing } from "./tabs.ts"

export type Viewings = {
  set(tab: string, viewing: Viewing | null): void
  latest(): Extract<FromDesk, { kind: "viewing" }>
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
    latest() {
      const believed = [...shown.values()].filter((one) => one.heardAt > Date.now() - PRESENCE_LIFE)
      const last = believed.toSorted((one, other) => one.turn - other.turn).at(-1)
      return { kind: "viewing", conversationId: null, isTyping: false, inNote: false, ...last?.viewing }
    },
  }
}
