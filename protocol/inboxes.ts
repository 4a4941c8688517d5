/**
 * Which conversations stand in which inbox, in what order, and the badge: the words of the product as one
 * function each. The desk runs them over its replica; the server's SQL says the same and a test compares them.
 */
import type { AgentRow, ConversationRow, InboxPreference, TeamRow } from "./rows.ts"
import type { InboxKey } from "./values.ts"

/** Who is looking: his own agent row and the teams he is in. */
export type Reader = {
  agentId: string
  isAdmin: boolean
  isAvailableInATeam: boolean
  teamIds: ReadonlySet<string>
}

export function readerOf(agent: AgentRow, teams: Iterable<TeamRow>): Reader {
  const mine = [...teams].filter((team) => team.memberIds.includes(agent.id))
  return {
    agentId: agent.id,
    isAdmin: agent.role !== "agent",
    isAvailableInATeam:
      agent.isAvailable && mine.some(({ id, isOpen }) => isOpen && !agent.teamsOff.includes(id)),
    teamIds: new Set(mine.map(({ id }) => id)),
  }
}

/** As much of a row as says under which inboxes it belongs, and where in them it stands. */
type Standing = Pick<ConversationRow, "teamId" | "assigneeId"> & {
  offer: { agentId: string } | null
  own: Pick<ConversationRow["own"], "isMentioned" | "isStarred">
}
type Timed = Pick<ConversationRow, "id" | "updatedAt" | "waitingSince">

/** Whether the conversation belongs under the inbox, open, snoozed or closed alike; `shows` says which of them it shows. */
export function belongsTo(inbox: InboxKey, row: Standing, reader: Reader): boolean {
  const isMine = row.assigneeId === reader.agentId || row.offer?.agentId === reader.agentId
  if (inbox === "me") return isMine
  if (inbox === "mentions") return row.own.isMentioned && !isMine
  if (inbox === "unassigned")
    return row.assigneeId === null && row.offer === null && reader.teamIds.has(row.teamId)
  if (inbox === "starred") return row.own.isStarred
  if (inbox === "all") return reader.isAdmin
  return inbox === `team:${row.teamId}` && reader.teamIds.has(row.teamId)
}

/**
 * Starred shows open, snoozed and closed, the others one of the three. Only a mention is nothing that its assignee can
 * put off: under Mentions what is snoozed stands with what is not.
 */
export function shows(
  inbox: InboxKey,
  row: Pick<ConversationRow, "isOpen" | "snooze">,
  preference: InboxPreference = {},
): boolean {
  if (inbox === "starred") return true
  if (row.isOpen === (preference.showsClosed ?? false)) return false
  return !row.isOpen || inbox === "mentions" || (row.snooze !== null) === (preference.showsSnoozed ?? false)
}

/** Whether the inbox lists the conversation. */
export function lists(
  inbox: InboxKey,
  row: ConversationRow,
  reader: Reader,
  preference: InboxPreference = {},
): boolean {
  if (!shows(inbox, row, preference)) return false
  if (preference.teamIds?.length && !preference.teamIds.includes(row.teamId)) return false
  if (preference.channels?.length && !preference.channels.includes(row.channel)) return false
  return belongsTo(inbox, row, reader)
}

export function needsAttention(row: ConversationRow, reader: Reader): boolean {
  if (!row.isOpen) return false
  if (belongsTo("me", row, reader)) return row.snooze === null && row.own.unread > 0
  if (belongsTo("mentions", row, reader) && row.own.hasUnreadMention) return true
  return belongsTo("unassigned", row, reader) && reader.isAvailableInATeam
}

/** How many conversations each inbox holds by default (Starred: open and closed), and the badge. */
export type Counts = { badge: number; inboxes: Record<InboxKey, number> }

export function countAll(rows: Iterable<ConversationRow>, reader: Reader): Counts {
  const inboxes: Record<InboxKey, number> = { me: 0, mentions: 0, unassigned: 0, starred: 0 }
  if (reader.isAdmin) inboxes["all"] = 0
  for (const id of reader.teamIds) inboxes[`team:${id}`] = 0
  const keys = Object.keys(inboxes)
  let badge = 0
  for (const row of rows) {
    if (needsAttention(row, reader)) badge += 1
    for (const key of keys) if (lists(key, row, reader)) inboxes[key] = (inboxes[key] ?? 0) + 1
  }
  return { badge, inboxes }
}

export type Order = NonNullable<InboxPreference["order"]>

export function defaultOrder(inbox: InboxKey): Order {
  return inbox === "unassigned" ? "waiting-longest" : "latest"
}

/** The inbox's other orders turned round: latest ↔ oldest, longest ↔ shortest waiting. Ties go by id, so the order is total. */
export function compareRows(order: Order): (one: Timed, other: Timed) => number {
  const turned = order === "oldest" || order === "waiting-shortest" ? -1 : 1
  // Who waits for nothing stands last however the order is turned.
  if (order === "latest" || order === "oldest")
    return (one, other) => turned * (compare(other.updatedAt, one.updatedAt) || compare(other.id, one.id))
  return (one, other) => {
    if (one.waitingSince === null || other.waitingSince === null)
      return (
        compare(one.waitingSince === null ? 1 : 0, other.waitingSince === null ? 1 : 0) ||
        compare(other.updatedAt, one.updatedAt)
      )
    return turned * (compare(one.waitingSince, other.waitingSince) || compare(one.id, other.id))
  }
}

function compare<T extends string | number>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0
}
