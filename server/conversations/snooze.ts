import type { z } from "zod"
import type { conversationCommands } from "../../protocol/conversation-commands.ts"
import type { EventView } from "../../protocol/rows.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { act } from "./act.ts"
import { addEvent, addNotice, hold, save, type Held } from "./hold.ts"
import { accept, endOffer } from "./ownership.ts"

/**
 * Puts an open conversation off until a time or until the customer writes, or takes that back. It must come back to
 * somebody, so what is nobody's, or on offer to the author, becomes his. Refuses `conversation-closed`, and
 * `customer-wrote-meanwhile` when the author has not seen the latest: it would be hidden from everyone.
 */
export async function snooze(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: z.output<typeof conversationCommands.snooze.body>,
): Promise<{ number: number }> {
  return act(sync, { agent, conversationId, name: "snooze", commandId: body.id }, async (held, writing) => {
    const { agentId } = agent
    const { now } = held
    if (body.snooze === null) {
      wake(writing, held, { why: "by-hand", byAgentId: agentId })
      return {}
    }
    const { until } = body.snooze
    if (now.closedAt !== null) throw refuse("conversation-closed")
    if (now.lastCustomerEntryId !== body.lastCustomerEntryId) throw refuse("customer-wrote-meanwhile")
    // It was asked for offline, and the time has come.
    if (until !== null && until <= writing.at) return {}
    if (now.assigneeId === null || now.offer?.agentId === agentId) await accept(writing, held, agentId)
    else endOffer(held)
    now.snooze = { until }
    addEvent(held, writing.at, { what: "snoozed", until, byAgentId: agentId })
    if (until !== null)
      await writing.enqueue({
        name: "end-snooze",
        payload: { conversationId, until },
        runAt: until,
        key: `end-snooze:${conversationId}`,
      })
    return {}
  })
}

type Woke = Pick<Extract<EventView, { what: "woke" }>, "why" | "byAgentId">

export function wake(writing: Writing, held: Held, woke: Woke): void {
  const { snooze: standing, assigneeId } = held.now
  if (standing === null) return
  held.now.snooze = null
  const event = addEvent(held, writing.at, { what: "woke", ...woke })
  // What else wakes it is unread by itself.
  if (woke.why === "time" && assigneeId !== null) addNotice(held, assigneeId, "woke", event)
}

/** The time has come. Does nothing when it is over by now, or another time was chosen. */
export async function endSnooze(
  sync: Sync,
  workspaceId: Id,
  o: { conversationId: Id; until: Stamp },
): Promise<void> {
  await write(sync, { workspaceId }, async (writing) => {
    const [held] = await hold(writing, workspaceId, { ids: [o.conversationId] })
    if (held?.now.snooze?.until !== o.until) return {}
    wake(writing, held, { why: "time", byAgentId: null })
    await save(writing, [held])
    return {}
  })
}
