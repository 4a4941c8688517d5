import type { AgentRow, ConversationRow, EntryRow, TeamRow } from "../../../protocol/rows.ts"
import type { Snapshot } from "../apply.ts"

export const WORKSPACE = "018f0000-0000-7000-8000-00000000aaaa"
export const ME = "018f0000-0000-7000-8000-00000000000a"
export const BO = "018f0000-0000-7000-8000-00000000000b"
export const TEAM = "018f0000-0000-7000-8000-0000000000aa"
export const ADDRESS = "018f0000-0000-7000-8000-0000000000dd"
const SOURCE = "018f0000-0000-7000-8000-0000000000cc"

export function idOf(number: number): string {
  return `018f0000-0000-7000-8000-${String(number).padStart(12, "0")}`
}

/** The nth second of a made-up day. */
export function at(second: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString().replace("Z", "000Z")
}

export const me: AgentRow = {
  kind: "agent",
  id: ME,
  name: "Ada",
  email: "ada@example.org",
  photo: null,
  role: "agent",
  isAvailable: true,
  awayByHand: false,
  isDisabled: false,
  capacity: null,
  teamsOff: [],
}
export const team: TeamRow = {
  kind: "team",
  id: TEAM,
  name: "Everyone",
  isEveryone: true,
  deliveryMode: "queue",
  offerSeconds: 60,
  returnsWhenAway: true,
  hours: null,
  isOpen: true,
  memberIds: [ME, BO],
}

export function conversation(number: number, fields: Partial<ConversationRow> = {}): ConversationRow {
  return {
    kind: "conversation",
    id: idOf(number),
    customer: {
      id: idOf(number + 100_000),
      name: null,
      city: null,
      country: null,
      language: null,
      photoId: null,
      firstSeenAt: at(0),
      isBlocked: false,
    },
    addresses: [{ id: ADDRESS, sourceId: SOURCE, channel: "web-chat", display: "", optedOut: false }],
    teamId: TEAM,
    assigneeId: null,
    isOpen: true,
    offer: null,
    snooze: null,
    lastAddressId: ADDRESS,
    channel: "web-chat",
    waitingSince: at(number),
    updatedAt: at(number),
    last: null,
    lastCustomerEntryId: null,
    lastAnswer: null,
    own: { unread: 1, isMentioned: false, hasUnreadMention: false, isStarred: false, readUpTo: null },
    ...fields,
  }
}

export function message(number: number, conversationId: string, text = `message ${number}`): EntryRow {
  return {
    kind: "entry",
    id: idOf(number),
    conversationId,
    at: at(number),
    body: {
      type: "message",
      agentId: null,
      addressId: ADDRESS,
      channel: "web-chat",
      text,
      files: [],
      labelIds: [],
      preview: null,
      delivery: null,
    },
  }
}

export function snapshotOf(asOf: number, rows: Snapshot["rows"]): Snapshot {
  return {
    kind: "snapshot",
    part: 0,
    isLast: true,
    asOf,
    rows: [me, team, ...rows],
    counts: { badge: 0, inboxes: {} },
  }
}
