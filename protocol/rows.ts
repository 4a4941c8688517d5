/**
 * The rows an agent's desk keeps: what snapshots, pages, live frames and the API show, in one shape each.
 * A row is loaded for one reader: `own` holds what is his alone (unread, star, mention).
 */
import { z } from "zod"
import { keptHours } from "./hours.ts"
import { labelColor } from "./labels.ts"
import { notificationPreference } from "./notifications.ts"
import { voice } from "./uploads.ts"
import { channel, deliveryMode, deliveryState, id, inboxKey, language, role, stamp } from "./values.ts"

export const workspaceRow = z.object({
  kind: z.literal("workspace"),
  id,
  name: z.string(),
  /** Its owners want two factors of everybody who signs in. */
  needsTwoFactors: z.boolean(),
  /** The pages that messages name are asked what they are. */
  showsPreviews: z.boolean(),
})

export const agentRow = z.object({
  kind: z.literal("agent"),
  id,
  name: z.string(),
  email: z.string(),
  /** The path of a picture of him, another one with every other photo. */
  photo: z.string().nullable(),
  role,
  /** Not available: Away by hand, no app connected for five minutes, none of his teams open, or disabled. */
  isAvailable: z.boolean(),
  awayByHand: z.boolean(),
  isDisabled: z.boolean(),
  /** Open conversations, assigned or offered, at which he is offered no more; null: no limit. */
  capacity: z.number().int().nullable(),
  /** Teams he is in but has switched off for himself. */
  teamsOff: z.array(id),
})

export const teamRow = z.object({
  kind: z.literal("team"),
  id,
  name: z.string(),
  isEveryone: z.boolean(),
  deliveryMode,
  /** How long an offer stands, and how long an Away assignee's conversation waits for him, in seconds. */
  offerSeconds: z.number().int(),
  /** Whether the conversation of an Away assignee goes back to Unassigned when his customer writes. */
  returnsWhenAway: z.boolean(),
  /** null: always. */
  hours: keptHours.nullable(),
  /** What its hours say of now: nobody is available in a team that is not open. */
  isOpen: z.boolean(),
  memberIds: z.array(id),
})

export const proactiveMessage = z.object({
  text: z.string().max(300),
  afterSeconds: z.number().int().min(0).max(600),
  /** Paths of the pages that show it, see `isOnPage`. */
  pages: z.array(z.string()).default([]),
})

/** Whether the chat is light or dark: as the page is, or always. */
export const chatTheme = z.enum(["page", "light", "dark"])

/** The side of the page's text direction on which the launcher stands. */
export const launcherSide = z.enum(["start", "end"])

export const sourceRow = z.object({
  kind: z.literal("source"),
  id,
  channel,
  name: z.string(),
  teamId: id,
  /** Website: what the loader needs. SMS: the number and how to reach the provider; secrets are never in a row. */
  settings: z.discriminatedUnion("channel", [
    z.object({
      channel: z.literal("web-chat"),
      greeting: z.string(),
      /** What visitors read instead of the workspace's name and of the measured reply time; empty: those. */
      title: z.string().default(""),
      replyLine: z.string().default(""),
      theme: chatTheme.default("page"),
      /** Names a picture under /logos/. */
      logo: id.nullable().default(null),
      accent: z.string(),
      proactive: proactiveMessage.nullable(),
      side: launcherSide.default("end"),
      /** Hosts whose pages show the chat, see `isAmong`. */
      domains: z.array(z.string()).default([]),
      /** The secret with which the website signs who its visitors are; null: none was made. */
      identity: z.object({ madeAt: stamp, hasEarlier: z.boolean() }).nullable().default(null),
    }),
    z.object({
      channel: z.literal("sms"),
      number: z.string(),
      accountId: z.string(),
      apiBase: z.string(),
      problem: z.string().nullable(),
    }),
  ]),
})

export const labelRow = z.object({
  kind: z.literal("label"),
  id,
  name: z.string(),
  color: labelColor,
  /** The label that is shown instead of this one. */
  mergedInto: id.nullable(),
})

/** A text for answers; `replies.ts` says what its variables stand for. */
export const replyRow = z.object({
  kind: z.literal("reply"),
  id,
  name: z.string(),
  text: z.string(),
  /** null: for the whole workspace. */
  teamId: id.nullable(),
})

/**
 * What the reading agent is writing, as the last of his devices told it; `id` is the conversation's, or that of the note
 * in whose thread it is to be an answer.
 */
export const draftRow = z.object({
  kind: z.literal("draft"),
  id,
  text: z.string(),
  isNote: z.boolean(),
  /** The command that wrote it. */
  writeId: id,
})

/**
 * What agents have noted about a conversation's customer. A fresh replica holds none: it is asked for when somebody
 * looks at one, and comes live from then on.
 */
export const customerRow = z.object({
  kind: z.literal("customer"),
  /** The conversation's: there is one for each customer, and who sees the one sees the other. */
  id,
  /** By name. */
  fields: z.array(z.object({ name: z.string(), value: z.string() })),
  /** The latest first. */
  remarks: z.array(z.object({ id, agentId: id, text: z.string(), at: stamp, editedAt: stamp.nullable() })),
})

/** What is the reading agent's own and nobody else's: his remembered filter and order of each inbox. */
export const inboxPreference = z.object({
  order: z.enum(["latest", "oldest", "waiting-longest", "waiting-shortest"]).optional(),
  teamIds: z.array(id).max(100).optional(),
  channels: z.array(channel).max(20).optional(),
  showsClosed: z.boolean().optional(),
  showsSnoozed: z.boolean().optional(),
})
export type InboxPreference = z.infer<typeof inboxPreference>

export const selfRow = z.object({
  kind: z.literal("self"),
  id,
  preferences: z.record(inboxKey, inboxPreference),
  /** His answers can be taken back for a moment. */
  undoesSend: z.boolean(),
  /** What he has chosen to read; null: what each of his browsers asks for. */
  language: language.nullable(),
  notifications: notificationPreference,
})

export const addressView = z.object({
  id,
  sourceId: id,
  channel,
  /** A phone number in international form; empty for a browser session. */
  display: z.string(),
  optedOut: z.boolean(),
})

export const offerView = z.object({ id, agentId: id, byAgentId: id.nullable(), endsAt: stamp })

export const conversationRow = z.object({
  kind: z.literal("conversation"),
  id,
  customer: z.object({
    id,
    /** null: a lead. */
    name: z.string().nullable(),
    city: z.string().nullable(),
    /** ISO 3166-1 alpha-2, upper case. */
    country: z.string().nullable(),
    language: z.string().nullable(),
    /** GET /conversations/:conversationId/customer/photo/:photoId; null: his initials stand for him. */
    photoId: id.nullable(),
    firstSeenAt: stamp,
    /** What he writes is kept and concerns nobody. */
    isBlocked: z.boolean(),
  }),
  /** The customer's addresses, the latest used first. */
  addresses: z.array(addressView),
  teamId: id,
  assigneeId: id.nullable(),
  isOpen: z.boolean(),
  offer: offerView.nullable(),
  /** Put off until then, or (null) until the customer writes; open and assigned all the while. */
  snooze: z.object({ until: stamp.nullable() }).nullable(),
  /** Where the customer's latest message came through: an answer goes back there unless the agent picks another. */
  lastAddressId: id.nullable(),
  channel,
  waitingSince: stamp.nullable(),
  /** Time of the latest message or note. */
  updatedAt: stamp,
  /** The latest message or note; its text is at most 200 characters, on one line. */
  last: z
    .object({
      id,
      type: z.enum(["message", "note"]),
      agentId: id.nullable(),
      text: z.string(),
      hasFiles: z.boolean(),
      /** How long its voice message is, in milliseconds; null: it has none. */
      voiceMs: z.number().int().nullable(),
      labelIds: z.array(id),
    })
    .nullable(),
  lastCustomerEntryId: id.nullable(),
  lastAnswer: z.object({ id, agentId: id }).nullable(),
  own: z.object({
    /** Counted to 100 and no further. */
    unread: z.number().int(),
    isMentioned: z.boolean(),
    hasUnreadMention: z.boolean(),
    isStarred: z.boolean(),
    /** Everything up to here is read; null: nothing is. */
    readUpTo: stamp.nullable(),
  }),
})

export const fileView = z.object({
  id,
  name: z.string(),
  type: z.string(),
  size: z.number().int(),
  /** Of a picture that can be shown, in pixels; null for everything else. */
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  /** Of a voice message; null for everything else. */
  voice: voice.nullable(),
  /** `waiting`: not fetched from the provider yet. */
  state: z.enum(["waiting", "stored", "failed"]),
})

/** Lines of the timeline that nobody wrote. `byAgentId` null: Parley did it by its rules. */
export const eventView = z.discriminatedUnion("what", [
  z.object({ what: z.literal("assigned"), toAgentId: id, byAgentId: id.nullable() }),
  z.object({
    what: z.literal("unassigned"),
    fromAgentId: id,
    byAgentId: id.nullable(),
    why: z.enum(["by-hand", "away", "disabled", "left-team"]),
  }),
  z.object({ what: z.literal("moved"), toTeamId: id, byAgentId: id.nullable() }),
  z.object({ what: z.literal("offered"), toAgentId: id, byAgentId: id.nullable() }),
  z.object({
    what: z.literal("offer-ended"),
    agentId: id,
    why: z.enum(["declined", "timed-out", "away", "disabled", "left-team"]),
  }),
  z.object({ what: z.literal("closed"), byAgentId: id.nullable() }),
  z.object({ what: z.literal("reopened"), byAgentId: id.nullable() }),
  z.object({ what: z.literal("snoozed"), until: stamp.nullable(), byAgentId: id }),
  z.object({
    what: z.literal("woke"),
    why: z.enum(["time", "customer-wrote", "by-hand"]),
    byAgentId: id.nullable(),
  }),
  z.object({ what: z.literal("wrote-elsewhere"), sourceId: id, teamId: id }),
  /** What the website said of itself before the customer wrote. */
  z.object({ what: z.literal("spoke-first"), text: z.string() }),
  z.object({ what: z.literal("opted-out"), addressId: id }),
  z.object({ what: z.literal("opted-in"), addressId: id }),
  z.object({ what: z.literal("blocked"), byAgentId: id }),
  /** Another customer was found to be the same person: what stood in his conversation stands in this one. */
  z.object({
    what: z.literal("merged"),
    /** Null: by the product, on proof. */
    byAgentId: id.nullable(),
    /** What he was called, and where he was. */
    customer: z.object({
      name: z.string().nullable(),
      city: z.string().nullable(),
      country: z.string().nullable(),
    }),
    /** His fields for which this customer has another value. */
    fields: z.array(z.object({ name: z.string(), value: z.string() })),
  }),
  z.object({ what: z.literal("unblocked"), byAgentId: id }),
  /** What a blocked customer wrote: kept, and no message, so that it opens, notifies and counts nothing. */
  z.object({
    what: z.literal("wrote-while-blocked"),
    addressId: id,
    text: z.string(),
    files: z.array(fileView),
  }),
])
export type FileView = z.infer<typeof fileView>
export type EventView = z.infer<typeof eventView>

/** What the page says of itself that a message names first; `address` is where that leads. */
export const linkPreview = z.object({
  address: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  hasPicture: z.boolean(),
})
export type LinkPreview = z.infer<typeof linkPreview>

export const entryRow = z.object({
  kind: z.literal("entry"),
  id,
  conversationId: id,
  at: stamp,
  body: z.discriminatedUnion("type", [
    z.object({
      type: z.literal("message"),
      /** null: the customer wrote it. */
      agentId: id.nullable(),
      addressId: id,
      channel,
      text: z.string(),
      files: z.array(fileView),
      /** As they were put on it, the oldest first; `shownLabels` says what they are now. */
      labelIds: z.array(id),
      /** Comes some time after the message; null where nothing could be had. */
      preview: linkPreview.nullable(),
      /** null for what the customer wrote. */
      delivery: z.object({ state: deliveryState, reason: z.string().nullable() }).nullable(),
    }),
    z.object({
      type: z.literal("note"),
      agentId: id,
      text: z.string(),
      files: z.array(fileView),
      preview: linkPreview.nullable(),
      /** The note it answers; null: it answers none, and may have a thread of its own. */
      thread: z.object({ id, agentId: id, text: z.string() }).nullable(),
      /** What answers it, in its thread; texts of others than the note itself are short and on one line. */
      answers: z.object({
        count: z.number().int(),
        /** Who answered, the latest first, three at most. */
        agentIds: z.array(id),
        last: z.object({ id, agentId: id, at: stamp, text: z.string(), hasFiles: z.boolean() }).nullable(),
      }),
    }),
    z.object({ type: z.literal("event"), event: eventView }),
  ]),
})

export const row = z.discriminatedUnion("kind", [
  workspaceRow,
  agentRow,
  teamRow,
  sourceRow,
  labelRow,
  replyRow,
  selfRow,
  draftRow,
  conversationRow,
  customerRow,
  entryRow,
])
export type Row = z.infer<typeof row>
export type RowKind = Row["kind"]
export type RowOf<K extends RowKind> = Extract<Row, { kind: K }>
export type WorkspaceRow = RowOf<"workspace">
export type AgentRow = RowOf<"agent">
export type TeamRow = RowOf<"team">
export type SourceRow = RowOf<"source">
export type LabelRow = RowOf<"label">
export type ReplyRow = RowOf<"reply">
export type DraftRow = RowOf<"draft">
export type SelfRow = RowOf<"self">
export type ConversationRow = RowOf<"conversation">
export type CustomerRow = RowOf<"customer">
export type EntryRow = RowOf<"entry">
export const rowKind = z.enum([
  "workspace",
  "agent",
  "team",
  "source",
  "label",
  "reply",
  "self",
  "draft",
  "conversation",
  "customer",
  "entry",
])
