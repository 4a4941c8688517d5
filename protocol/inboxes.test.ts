import { expect, test } from "vitest"
import { belongsTo, compareRows, countAll, lists, needsAttention, type Reader } from "./inboxes.ts"
import type { ConversationRow } from "./rows.ts"

const ME = "018f0000-0000-7000-8000-00000000000a"
const BO = "018f0000-0000-7000-8000-00000000000b"
const TEAM = "018f0000-0000-7000-8000-0000000000aa"
const OTHER_TEAM = "018f0000-0000-7000-8000-0000000000bb"
const reader: Reader = { agentId: ME, isAdmin: false, isAvailableInATeam: true, teamIds: new Set([TEAM]) }

let made = 0
function conversation(
  fields: Partial<Omit<ConversationRow, "own">> = {},
  own: Partial<ConversationRow["own"]> = {},
): ConversationRow {
  made += 1
  return {
    kind: "conversation",
    id: `018f0000-0000-7000-8000-${String(made).padStart(12, "0")}`,
    customer: {
      id: ME,
      name: null,
      city: null,
      country: null,
      language: null,
      photoId: null,
      firstSeenAt: "2026-01-01T00:00:00.000000Z",
      isBlocked: false,
    },
    addresses: [],
    teamId: TEAM,
    assigneeId: null,
    isOpen: true,
    offer: null,
    snooze: null,
    lastAddressId: null,
    channel: "web-chat",
    waitingSince: null,
    updatedAt: "2026-01-01T00:00:00.000000Z",
    last: null,
    lastCustomerEntryId: null,
    lastAnswer: null,
    ...fields,
    own: { unread: 0, isMentioned: false, hasUnreadMention: false, isStarred: false, readUpTo: null, ...own },
  }
}
const offerTo = (agentId: string) => ({
  id: ME,
  agentId,
  byAgentId: null,
  endsAt: "2026-01-01T00:01:00.000000Z",
})

test("what is assigned or offered to me is under Me and not under Mentions or Unassigned", () => {
  for (const row of [
    conversation({ assigneeId: ME }, { isMentioned: true }),
    conversation({ offer: offerTo(ME) }, { isMentioned: true }),
  ]) {
    expect(belongsTo("me", row, reader)).toBe(true)
    expect(belongsTo("mentions", row, reader)).toBe(false)
    expect(belongsTo("unassigned", row, reader)).toBe(false)
  }
})

test("what is on offer to a colleague is not Unassigned, but in the team's inbox", () => {
  const row = conversation({ offer: offerTo(BO) })
  expect(belongsTo("unassigned", row, reader)).toBe(false)
  expect(belongsTo(`team:${TEAM}`, row, reader)).toBe(true)
})

test("another team's conversation is not in my Unassigned", () => {
  expect(belongsTo("unassigned", conversation({ teamId: OTHER_TEAM }), reader)).toBe(false)
  expect(belongsTo(`team:${OTHER_TEAM}`, conversation({ teamId: OTHER_TEAM }), reader)).toBe(false)
})

test("All is for admins", () => {
  expect(belongsTo("all", conversation(), reader)).toBe(false)
  expect(belongsTo("all", conversation(), { ...reader, isAdmin: true })).toBe(true)
})

test("Starred shows open and closed, the others one or the other", () => {
  const closed = conversation({ isOpen: false, assigneeId: ME }, { isStarred: true })
  expect(lists("starred", closed, reader)).toBe(true)
  expect(lists("me", closed, reader)).toBe(false)
  expect(lists("me", closed, reader, { showsClosed: true })).toBe(true)
})

test("filters of team and channel narrow a list", () => {
  const row = conversation({ assigneeId: ME, channel: "sms" })
  expect(lists("me", row, reader, { channels: ["web-chat"] })).toBe(false)
  expect(lists("me", row, reader, { channels: ["sms"], teamIds: [TEAM] })).toBe(true)
  expect(lists("me", row, reader, { teamIds: [OTHER_TEAM] })).toBe(false)
})

test("the badge counts mine unread, unread mentions, and Unassigned only while I am available somewhere", () => {
  expect(needsAttention(conversation({ assigneeId: ME }, { unread: 1 }), reader)).toBe(true)
  expect(needsAttention(conversation({ assigneeId: ME }), reader)).toBe(false)
  expect(needsAttention(conversation({ assigneeId: BO }, { unread: 3 }), reader)).toBe(false)
  expect(
    needsAttention(conversation({ assigneeId: BO }, { isMentioned: true, hasUnreadMention: true }), reader),
  ).toBe(true)
  expect(needsAttention(conversation({ isOpen: false, assigneeId: ME }, { unread: 1 }), reader)).toBe(false)
  expect(needsAttention(conversation(), reader)).toBe(true)
  expect(needsAttention(conversation(), { ...reader, isAvailableInATeam: false })).toBe(false)
})

test("a conversation that needs attention for two reasons counts once", () => {
  const counts = countAll(
    [conversation({}, { isMentioned: true, hasUnreadMention: true, isStarred: true })],
    reader,
  )
  expect(counts).toEqual({
    badge: 1,
    inboxes: { me: 0, mentions: 1, unassigned: 1, starred: 1, [`team:${TEAM}`]: 1 },
  })
})

test("orders are total and turn round; who waits for nothing stands last either way", () => {
  const early = conversation({
    waitingSince: "2026-01-01T00:00:01.000000Z",
    updatedAt: "2026-01-01T00:00:09.000000Z",
  })
  const late = conversation({
    waitingSince: "2026-01-01T00:00:02.000000Z",
    updatedAt: "2026-01-01T00:00:02.000000Z",
  })
  const none = conversation({ updatedAt: "2026-01-01T00:00:05.000000Z" })
  const sorted = (order: Parameters<typeof compareRows>[0]) =>
    [none, late, early].toSorted(compareRows(order))
  expect(sorted("latest")).toEqual([early, none, late])
  expect(sorted("oldest")).toEqual([late, none, early])
  expect(sorted("waiting-longest")).toEqual([early, late, none])
  expect(sorted("waiting-shortest")).toEqual([late, early, none])
})
