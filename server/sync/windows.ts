import type { Presence as Shown } from "../../protocol/stream.ts"
import { isSame, type Statement } from "./statement.ts"

/**
 * What the windows in which one conversation is open said last. A list, not a map: of one conversation there are few
 * windows, and of conversations with a visitor thousands.
 */
export type Windows = readonly Said[]
type Said = { window: string; is: NonNullable<Statement["is"]>; until: number }

/** The windows after this was said, which holds until then; and whether it is news. */
export function hear(
  windows: Windows,
  { window, is }: Statement,
  until: number,
): { windows: Windows; isNews: boolean } {
  const said = windows.find((each) => each.window === window)
  const isNews = !isSame(said?.is, is)
  if (is === null) return { windows: windows.filter((each) => each !== said), isNews }
  if (said === undefined) return { windows: [...windows, { window, is, until }], isNews }
  // Nearly always only a sign of life: what is old already stays, and nothing is made to grow old.
  said.until = until
  if (isNews) said.is = is
  return { windows, isNews }
}

/** What an agent is shown of them: all but himself. */
export function shownTo(me: string, conversationId: string, windows: Windows): Shown {
  const viewers = new Map<string, Shown["viewers"][number]>()
  const customer = { isOnline: false, isTyping: false, page: null as string | null }
  for (const { is } of windows) {
    if (is.kind === "visitor") {
      customer.isOnline = true
      customer.isTyping ||= is.isTyping
      customer.page = is.page ?? customer.page
    } else if (is.agentId !== me) {
      const { agentId, isTyping, inNote } = is
      const other = viewers.get(agentId)
      if (other === undefined || (isTyping && !other.isTyping))
        viewers.set(agentId, { agentId, isTyping, inNote })
    }
  }
  return { kind: "presence", conversationId, viewers: [...viewers.values()], customer }
}

/** The agent who types an answer; a note is nothing the customer may know of. */
export function typistOf(windows: Windows): string | undefined {
  for (const { is } of windows) if (is.kind === "agent" && is.isTyping && !is.inNote) return is.agentId
  return undefined
}
