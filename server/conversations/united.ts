/** What two conversations are as one. */
import { sql } from "kysely"
import type { z } from "zod"
import type { mergePreview } from "../../protocol/conversation-commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { merging } from "../customers/customers.ts"
import { snapshot, type Tx } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { accessConversation } from "./act.ts"
import { conversationLoader } from "./loading.ts"
import type { State } from "./state.ts"

/** Whether the customer of the one wrote later than the other's; who never wrote, never did. */
export async function isLater(tx: Tx, workspaceId: Id, one: State, other: State): Promise<boolean> {
  const { rows } = await sql<{ id: Id }>`
    select id from entries
     where workspace_id = ${workspaceId} and id in (${one.lastCustomerEntryId}, ${other.lastCustomerEntryId})
     order by at desc, conversation_id = ${other.id} desc limit 1`.execute(tx)
  return rows[0] !== undefined && rows[0].id === one.lastCustomerEntryId
}

/**
 * Open beats closed; assignee and team are those of the latest message of the customer. What was put off or on offer is
 * not any more: somebody looks at it. A blocked person is blocked wherever he writes.
 */
export function united(
  into: State,
  other: State,
  { at, isHisLater }: { at: Stamp; isHisLater: boolean },
): State {
  const lead = isHisLater ? other : into
  const latest = other.updatedAt > into.updatedAt ? other : into
  const answered = (other.lastAnswerAt ?? "") > (into.lastAnswerAt ?? "") ? other : into
  const later = (one: Stamp | null, two: Stamp | null) => ((one ?? "") > (two ?? "") ? one : two)
  const blockedAt = later(into.blockedAt, other.blockedAt)
  const isClosed = into.closedAt !== null && other.closedAt !== null
  const isBlockedNow = (into.blockedAt === null) !== (other.blockedAt === null)
  const closedAt = isClosed ? later(into.closedAt, other.closedAt) : isBlockedNow ? at : null
  const waits = [into.waitingSince, other.waitingSince].filter((since) => since !== null)
  return {
    ...into,
    teamId: lead.teamId,
    assigneeId: lead.assigneeId,
    lastAssigneeId: lead.lastAssigneeId ?? into.lastAssigneeId ?? other.lastAssigneeId,
    closedAt,
    blockedAt,
    seenAt: later(into.seenAt, other.seenAt),
    offer: null,
    snooze: null,
    lastAt: other.lastAt > into.lastAt ? other.lastAt : into.lastAt,
    updatedAt: latest.updatedAt,
    waitingSince: closedAt === null ? (waits.toSorted()[0] ?? null) : null,
    lastSourceId: lead.lastSourceId ?? other.lastSourceId,
    lastAddressId: lead.lastAddressId ?? other.lastAddressId,
    lastEntryId: latest.lastEntryId,
    lastCustomerEntryId: lead.lastCustomerEntryId,
    lastAnswerId: answered.lastAnswerId,
    lastAnswerAgentId: answered.lastAnswerAgentId,
    lastAnswerAt: answered.lastAnswerAt,
  }
}

/** Both as they are, and what they would be as one. */
export async function previewMerge(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  otherId: Id,
): Promise<z.input<typeof mergePreview>> {
  if (otherId === conversationId) throw refuse("invalid-input")
  const { workspaceId } = agent
  return snapshot(sync.db, async (tx) => {
    const before = await accessConversation(tx, agent, conversationId)
    const his = await accessConversation(tx, agent, otherId)
    const loaded = await conversationLoader.load(tx, workspaceId, [conversationId, otherId], [agent])
    const [into, other] = [conversationId, otherId].map((id) => loaded.get(agent.agentId)?.get(id))
    if (into?.kind !== "conversation" || other?.kind !== "conversation") throw refuse("not-found")
    const [mine, theirs] = [
      await merging.readKnown(tx, workspaceId, before.customerId),
      await merging.readKnown(tx, workspaceId, his.customerId),
    ]
    const isHisLater = await isLater(tx, workspaceId, his, before)
    const state = united(before, his, { at: before.lastAt, isHisLater })
    const { facts, fields } = merging.unite(mine, theirs)
    return {
      into,
      other,
      after: {
        name: facts.name,
        fields: [...fields],
        otherFields: merging.differing(mine, theirs),
        isOpen: state.closedAt === null,
        isBlocked: state.blockedAt !== null,
        teamId: state.teamId,
        assigneeId: state.assigneeId,
        isOfferEnding: before.offer !== null || his.offer !== null,
        isWaking: before.snooze !== null || his.snooze !== null,
      },
    }
  })
}
