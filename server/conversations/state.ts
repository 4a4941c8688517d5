import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { stamp } from "../db/db.ts"

/** A conversation as its table holds it. */
export type State = {
  readonly id: Id
  readonly customerId: Id
  teamId: Id
  assigneeId: Id | null
  lastAssigneeId: Id | null
  closedAt: Stamp | null
  /** Set while the customer is blocked. */
  blockedAt: Stamp | null
  /** When the customer was last seen; null where that was before it was kept. */
  seenAt: Stamp | null
  offer: { id: Id; agentId: Id; byAgentId: Id | null; endsAt: Stamp } | null
  /** Out of the inboxes until then; without a time until the customer writes. */
  snooze: { until: Stamp | null } | null
  lastAt: Stamp
  updatedAt: Stamp
  waitingSince: Stamp | null
  lastSourceId: Id | null
  lastAddressId: Id | null
  lastEntryId: Id | null
  lastCustomerEntryId: Id | null
  lastAnswerId: Id | null
  lastAnswerAgentId: Id | null
  lastAnswerAt: Stamp | null
}

/** Columns of `conversations c` as a `State`. */
export const stateColumns = sql`
  c.id, c.customer_id as "customerId", c.team_id as "teamId", c.assignee_id as "assigneeId",
  c.last_assignee_id as "lastAssigneeId", c.closed_at as "closedAt",
  c.blocked_at as "blockedAt", c.seen_at as "seenAt",
  c.offer_id as "offerId", c.offer_agent_id as "offerAgentId", c.offer_by_agent_id as "offerByAgentId",
  c.offer_ends_at as "offerEndsAt", c.is_snoozed as "isSnoozed", c.snoozed_until as "snoozedUntil",
  c.last_at as "lastAt", c.updated_at as "updatedAt",
  c.waiting_since as "waitingSince", c.last_source_id as "lastSourceId", c.last_address_id as "lastAddressId",
  c.last_entry_id as "lastEntryId", c.last_customer_entry_id as "lastCustomerEntryId",
  c.last_answer_id as "lastAnswerId", c.last_answer_agent_id as "lastAnswerAgentId",
  c.last_answer_at as "lastAnswerAt"`

export type StateRecord = Omit<State, "offer" | "snooze"> & {
  offerId: Id | null
  offerAgentId: Id | null
  offerByAgentId: Id | null
  offerEndsAt: Stamp | null
  isSnoozed: boolean
  snoozedUntil: Stamp | null
}

export function stateOf(record: StateRecord): State {
  const { offerId, offerAgentId, offerByAgentId, offerEndsAt, isSnoozed, snoozedUntil, ...rest } = record
  const isOffered = offerId !== null && offerAgentId !== null && offerEndsAt !== null
  const offer = isOffered
    ? { id: offerId, agentId: offerAgentId, byAgentId: offerByAgentId, endsAt: offerEndsAt }
    : null
  return { ...rest, offer, snooze: isSnoozed ? { until: snoozedUntil } : null }
}

/** Who may see a conversation by where it stands now; those a note mentioned come on top. */
export function keysOf(
  state: Pick<State, "teamId" | "assigneeId"> & { offer: { agentId: Id } | null },
): string[] {
  const keys = [`team:${state.teamId}`, "admins"]
  if (state.assigneeId !== null) keys.push(`agent:${state.assigneeId}`)
  if (state.offer !== null) keys.push(`agent:${state.offer.agentId}`)
  return keys
}

/** The time of the next entry: now, and always later than the entry before it. */
export function nextAt(now: Stamp, lastAt: Stamp): Stamp {
  const earliest = byMicroseconds(lastAt, 1)
  return now > earliest ? now : earliest
}

/** The last moment before this one. */
export function justBefore(at: Stamp): Stamp {
  return byMicroseconds(at, -1)
}

function byMicroseconds(at: Stamp, step: 1 | -1): Stamp {
  const micros = Number(at.slice(23, 26)) + step
  const millis = Date.parse(`${at.slice(0, 23)}Z`) + Math.floor(micros / 1000)
  return `${stamp(new Date(millis)).slice(0, 23)}${String((micros + 1000) % 1000).padStart(3, "0")}Z`
}
