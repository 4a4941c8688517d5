/**
 * What a conversation looks like once the acts on their way have happened: the desk shows that at once. A guess
 * only, made of the row alone; the true row replaces it when the cursor reaches the act's number, or at once
 * when the server refuses.
 */
import type { ConversationRow, EntryRow, SelfRow } from "../../protocol/rows.ts"
import type { Act, Pending } from "./act.ts"

/** `pending`: the server has not taken it yet. Such entries stand at the end. */
export type TimelineEntry = EntryRow & { pending?: "waiting" | "sending" }

/** `me`: the agent of this replica. */
export function overlay(row: ConversationRow, pending: Pending, me: string): ConversationRow {
  const { act } = pending
  switch (act.command) {
    case "answer":
      return overlayAnswer(row, act, pending, me)
    case "note":
      if (row.last?.id === act.body.id) return row
      return written(row, { id: act.body.id, type: "note", agentId: me, text: act.body.text }, pending)
    case "assign":
      return overlayAssign(row, act.body.to)
    case "decline":
      return row.offer?.id === act.body.offerId ? { ...row, offer: null } : row
    case "close":
      return { ...row, isOpen: false, offer: null, snooze: null, waitingSince: null }
    case "reopen":
      return { ...row, isOpen: true }
    case "snooze":
      return overlaySnooze(row, act.body.snooze, me)
    case "star":
      return { ...row, own: { ...row.own, isStarred: act.body.isStarred } }
    case "read":
      return overlayRead(row, act.body.upTo)
    case "unread":
      return { ...row, own: { ...row.own, unread: Math.max(1, row.own.unread) } }
    case "mention":
      return {
        ...row,
        own: {
          ...row.own,
          isMentioned: !act.body.isDone,
          hasUnreadMention: row.own.hasUnreadMention && !act.body.isDone,
        },
      }
    case "label":
      return row.last?.id === act.params.entryId
        ? { ...row, last: { ...row.last, labelIds: overlayLabels(row.last.labelIds, act) } }
        : row
    case "renameCustomer":
      return { ...row, customer: { ...row.customer, name: act.body.name } }
    case "showCustomerPhoto":
      return { ...row, customer: { ...row.customer, photoId: act.body.photoId } }
    case "block": {
      const { isBlocked } = act.body
      const closed = isBlocked ? { isOpen: false, offer: null, waitingSince: null } : {}
      return { ...row, ...closed, customer: { ...row.customer, isBlocked } }
    }
    case "setField":
    case "remark":
    case "offer":
    case "resend":
    case "unsend":
    case "setInbox":
      return row
  }
}

function overlayAnswer(
  row: ConversationRow,
  act: Extract<Act, { command: "answer" }>,
  pending: Pending,
  me: string,
): ConversationRow {
  // The stream was faster than the answer to our request: the row already tells it.
  if (row.lastAnswer?.id === act.body.id) return row
  const accepts = row.assigneeId === null || !row.isOpen || row.offer?.agentId === me
  const next = written(row, { id: act.body.id, type: "message", agentId: me, text: act.body.text }, pending)
  return {
    ...next,
    isOpen: true,
    waitingSince: null,
    lastAnswer: { id: act.body.id, agentId: me },
    ...(accepts ? { assigneeId: me, offer: null } : {}),
  }
}

function overlayAssign(
  row: ConversationRow,
  to: Extract<Act, { command: "assign" }>["body"]["to"],
): ConversationRow {
  if (to.kind === "agent")
    return {
      ...row,
      assigneeId: to.agentId,
      offer: null,
      snooze: to.agentId === row.assigneeId ? row.snooze : null,
    }
  return {
    ...row,
    assigneeId: null,
    offer: null,
    snooze: null,
    teamId: to.kind === "team" ? to.teamId : row.teamId,
  }
}

/** Who puts off what is nobody's takes it. */
function overlaySnooze(row: ConversationRow, snooze: ConversationRow["snooze"], me: string): ConversationRow {
  if (snooze === null) return { ...row, snooze }
  const takes = row.assigneeId === null || row.offer?.agentId === me
  return { ...row, snooze, offer: null, assigneeId: takes ? me : row.assigneeId }
}

function overlayRead(row: ConversationRow, upTo: string): ConversationRow {
  const { own } = row
  if (own.readUpTo !== null && own.readUpTo >= upTo) return row
  const isAll = upTo >= row.updatedAt
  return {
    ...row,
    own: {
      ...own,
      readUpTo: upTo,
      unread: isAll ? 0 : own.unread,
      hasUnreadMention: isAll ? false : own.hasUnreadMention,
    },
  }
}

type LabelAct = Extract<Act, { command: "label" }>

function overlayLabels(labelIds: readonly string[], { params, body }: LabelAct): string[] {
  const others = labelIds.filter((id) => id !== params.labelId)
  return body.isOn ? [...others, params.labelId] : others
}

/** The entry under the labels on their way to it. */
export function overlayEntry(entry: EntryRow, acts: readonly Act[]): EntryRow {
  const own = acts.filter((act) => act.command === "label").filter((act) => act.params.entryId === entry.id)
  if (own.length === 0 || entry.body.type !== "message") return entry
  return { ...entry, body: { ...entry.body, labelIds: own.reduce(overlayLabels, entry.body.labelIds) } }
}

type Written = Omit<NonNullable<ConversationRow["last"]>, "hasFiles" | "voiceMs" | "labelIds">

function written(row: ConversationRow, last: Written, { at, files }: Pending): ConversationRow {
  const voiceMs = files.find((file) => file.voice)?.voice?.ms ?? null
  return {
    ...row,
    updatedAt: at > row.updatedAt ? at : row.updatedAt,
    last: { ...last, text: firstLine(last.text), hasFiles: files.length > 0, voiceMs, labelIds: [] },
  }
}

function firstLine(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, 200).toWellFormed()
}

const ON_ITS_WAY = { width: null, height: null, state: "waiting" } as const

/** The entry an answer or a note will become. */
export function entryOf(
  pending: Pending,
  {
    row,
    me,
    noteOf,
  }: { row: ConversationRow | undefined; me: string; noteOf: (id: string) => EntryRow | undefined },
): TimelineEntry | undefined {
  const { act, at, state } = pending
  const files = pending.files.map((file) => ({ ...file, voice: file.voice ?? null, ...ON_ITS_WAY }))
  if (act.command !== "answer" && act.command !== "note") return undefined
  const { conversationId } = act.params
  const { id, text } = act.body
  const head = {
    kind: "entry",
    id,
    conversationId,
    at,
    pending: state === "waiting" ? "waiting" : "sending",
  } as const
  if (act.command === "note") {
    const asked = act.body.thread === undefined ? undefined : noteOf(act.body.thread)
    const thread =
      act.body.thread === undefined
        ? null
        : asked?.body.type === "note"
          ? { id: asked.id, agentId: asked.body.agentId, text: firstLine(asked.body.text) }
          : { id: act.body.thread, agentId: me, text: "" }
    const answers = { count: 0, agentIds: [], last: null }
    return { ...head, body: { type: "note", agentId: me, text, files, preview: null, thread, answers } }
  }
  const { addressId } = act.body
  const channel =
    row?.addresses.find((address) => address.id === addressId)?.channel ?? row?.channel ?? "web-chat"
  return {
    ...head,
    body: {
      type: "message",
      agentId: me,
      addressId,
      channel,
      text,
      files,
      labelIds: [],
      preview: null,
      delivery: { state: "sending", reason: null },
    },
  }
}

export function overlaySelf(self: SelfRow, pending: Pending): SelfRow {
  const { act } = pending
  if (act.command !== "setInbox") return self
  return { ...self, preferences: { ...self.preferences, [act.params.inbox]: act.body.preference } }
}
