/**
 * The desk's stream: one websocket at /api/v1/stream, JSON texts both ways.
 *
 * The client says hello with the cursor it has (the number of the last change it applied) and the epoch it got
 * it in. The server resumes it from there or gives it a snapshot; never anything in between. Each frame carries
 * `after` (must equal the client's cursor, else it says hello again), `upTo` (the new cursor) and `asOf` (the
 * counter when the rows were read): a row replaces only one with a smaller or equal `asOf`.
 */
import { z } from "zod"
import { row, rowKind } from "./rows.ts"
import { id, inboxKey } from "./values.ts"

/** Raised when an old client could misread the stream; a client with another number reloads itself. */
export const PROTOCOL = 8

/** How long a viewer, a typist or a visitor on a page is believed without being heard of, in milliseconds. */
export const PRESENCE_LIFE = 15_000
/** How often a client says again what it is viewing, in milliseconds. */
export const PRESENCE_RENEWAL = 5_000
/** Conversations that the windows of one session show at once, as far as others are told. */
export const MOST_VIEWED = 8

export const counts = z.object({ badge: z.number().int(), inboxes: z.record(inboxKey, z.number().int()) })

export const frame = z.object({
  kind: z.literal("frame"),
  after: z.number().int(),
  upTo: z.number().int(),
  asOf: z.number().int(),
  rows: z.array(row),
  removed: z.array(z.object({ kind: rowKind, id })),
})
export type Frame = z.infer<typeof frame>

/** One part of a snapshot; all parts were read at the same `asOf`. What the client had and no part holds is gone. */
export const snapshotPart = z.object({
  kind: z.literal("snapshot"),
  part: z.number().int().min(0),
  isLast: z.boolean(),
  asOf: z.number().int(),
  rows: z.array(row),
  /** With part 0 only: right until all open rows are there and the client counts for itself. */
  counts: counts.optional(),
})

/** All that is known of one conversation's presence, replacing what was known. An empty one means nobody. */
export const presence = z.object({
  kind: z.literal("presence"),
  conversationId: id,
  /** Agents who have it open, the reader himself excepted. */
  viewers: z.array(z.object({ agentId: id, isTyping: z.boolean(), inNote: z.boolean() })),
  customer: z.object({ isOnline: z.boolean(), isTyping: z.boolean(), page: z.string().nullable() }),
})
export type Presence = z.infer<typeof presence>

export const toDesk = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("welcome"),
    epoch: z.string(),
    agentId: id,
    workspaceId: id,
    resumed: z.boolean(),
    now: z.string(),
  }),
  snapshotPart,
  frame,
  presence,
  z.object({ kind: z.literal("pong") }),
  /** The server ends the session: sign in again, reload the client, or come back at once. */
  z.object({
    kind: z.literal("bye"),
    why: z.enum(["signed-out", "protocol", "slow", "stopping", "access-changed"]),
  }),
])
export type ToDesk = z.infer<typeof toDesk>

export const fromDesk = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("hello"),
    protocol: z.number().int(),
    epoch: z.string().max(200).optional(),
    cursor: z.number().int().min(0).optional(),
  }),
  /** What the session's windows show, all of it each time, said again every PRESENCE_RENEWAL while they do. */
  z.object({
    kind: z.literal("viewing"),
    conversations: z
      .array(z.object({ conversationId: id, isTyping: z.boolean(), inNote: z.boolean() }))
      .max(MOST_VIEWED),
  }),
  z.object({ kind: z.literal("ping") }),
])
export type FromDesk = z.infer<typeof fromDesk>

/** A page of rows by HTTP (closed lists, timelines, one conversation): the same rows with the same `asOf` rule. */
export const page = z.object({ asOf: z.number().int(), rows: z.array(row), hasMore: z.boolean() })
export type Page = z.infer<typeof page>

/** All of the company's agents, teams or sources: what the stream's snapshot holds of them. */
export const rowsAnswer = z.object({ rows: z.array(row) })
