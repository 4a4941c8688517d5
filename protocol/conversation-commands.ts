/**
 * What agents do in a conversation, by REST under /api/v1: what the desk's outbox holds and repeats, too. See
 * `commands.ts` for what all commands have in common.
 */
import { z } from "zod"
import { command, done } from "./command.ts"
import { fieldName, fieldValue, remarkText } from "./customers.ts"
import { newLabel } from "./labels.ts"
import { conversationRow, fileView } from "./rows.ts"
import { captionText, MOST_DRAFT, MOST_FILES, MOST_REPLIES, name, saysSomething, storable } from "./text.ts"
import { id, stamp } from "./values.ts"

/** How long an answer that can be taken back is held. */
export const UNDO_SECONDS = 5

/** What the author of an answer saw; if it is different at commit nothing is sent. */
export const expects = z.object({
  assigneeId: id.nullable(),
  isOpen: z.boolean(),
  /** The latest answer by anyone; one by a colleague that the author had not seen refuses `answered-meanwhile`. */
  lastAnswerId: id.nullable(),
})

/** Files that the author has uploaded; none can be sent twice. */
const fileIds = z.array(id).max(MOST_FILES).optional()

/** GET /api/v1/conversations/:conversationId/merges/preview: both as they are, and what merging would make of them. */
export const mergePreview = z.object({
  into: conversationRow,
  other: conversationRow,
  after: z.object({
    name: z.string().nullable(),
    fields: z.array(z.object({ name: z.string(), value: z.string() })),
    /** Of the other: values that give way and are kept in the event. */
    otherFields: z.array(z.object({ name: z.string(), value: z.string() })),
    isOpen: z.boolean(),
    isBlocked: z.boolean(),
    teamId: id,
    assigneeId: id.nullable(),
    isOfferEnding: z.boolean(),
    isWaking: z.boolean(),
  }),
})
export type MergePreview = z.infer<typeof mergePreview>

/** Conversation commands: what the outbox holds and repeats. The path's `:conversationId` is filled in from `params`. */
export const conversationCommands = {
  /** The command's id becomes the message's id. Accepts the conversation where it is nobody's or offered. */
  answer: command(
    "POST",
    "/conversations/:conversationId/answers",
    z
      .object({
        id,
        text: captionText,
        addressId: id,
        expects,
        fileIds,
        /** Saved replies that are in the text: their uses are counted. */
        replyIds: z.array(id).max(MOST_REPLIES).optional(),
        /** It is held for UNDO_SECONDS, and goes out then unless its author takes it back. */
        isUndoable: z.boolean().optional(),
      })
      .refine(saysSomething, "text-empty"),
    z.object({ number: z.number().int(), at: stamp, assigneeId: id }),
  ),
  note: command(
    "POST",
    "/conversations/:conversationId/notes",
    z
      .object({
        id,
        text: captionText,
        fileIds,
        /** The note that it answers: everybody in that note's thread is mentioned. */
        thread: id.optional(),
      })
      .refine(saysSomething, "text-empty"),
    z.object({ number: z.number().int(), at: stamp }),
  ),
  assign: command(
    "POST",
    "/conversations/:conversationId/assign",
    z.object({
      id,
      to: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("agent"), agentId: id }),
        z.object({ kind: z.literal("team"), teamId: id }),
        z.object({ kind: z.literal("nobody") }),
      ]),
      expects: z.object({ assigneeId: id.nullable() }),
    }),
    done,
  ),
  /** Suggests the conversation to a colleague. */
  offer: command("POST", "/conversations/:conversationId/offer", z.object({ id, agentId: id }), done),
  decline: command("POST", "/conversations/:conversationId/decline", z.object({ id, offerId: id }), done),
  /** `lastCustomerEntryId`: the customer's latest message the agent saw; a later one refuses `customer-wrote-meanwhile`. */
  close: command(
    "POST",
    "/conversations/:conversationId/close",
    z.object({ id, lastCustomerEntryId: id.nullable() }),
    done,
  ),
  /** With `undo` the waiting time goes on as if it had never been closed. */
  reopen: command(
    "POST",
    "/conversations/:conversationId/reopen",
    z.object({ id, undo: z.boolean().default(false) }),
    done,
  ),
  /**
   * Puts it off: out of the inboxes until then, or (null) until the customer writes, who always brings it back. Without
   * `snooze` it is back at once. `lastCustomerEntryId` as in `close`.
   */
  snooze: command(
    "PUT",
    "/conversations/:conversationId/snooze",
    z.object({
      id,
      snooze: z.object({ until: stamp.nullable() }).nullable(),
      lastCustomerEntryId: id.nullable(),
    }),
    done,
  ),
  star: command("PUT", "/conversations/:conversationId/star", z.object({ id, isStarred: z.boolean() }), done),
  /** Everything up to the stamp is read; never moves back. */
  read: command("POST", "/conversations/:conversationId/read", z.object({ id, upTo: stamp }), done),
  /** "Mark unread from here": this entry and all after it. */
  unread: command("POST", "/conversations/:conversationId/unread", z.object({ id, fromEntryId: id }), done),
  /** "Done" in Mentions: out of it until a note mentions the agent again. */
  mention: command(
    "PUT",
    "/conversations/:conversationId/mention",
    z.object({
      id,
      isDone: z.boolean(),
      /** The latest its author has seen: a note that mentions him after that is not done with. */
      upTo: stamp.optional(),
    }),
    done,
  ),
  /**
   * What the agent is writing, for his other devices; nothing: it is sent or dropped. `basedOn`: the write that this
   * device knew; another one refuses `draft-elsewhere`, and nothing is overwritten.
   */
  draft: command(
    "PUT",
    "/conversations/:conversationId/draft",
    z.object({
      id,
      text: z.string().max(MOST_DRAFT).transform(storable),
      isNote: z.boolean(),
      basedOn: id.nullable(),
      /** The note in whose thread it is to be an answer; without one it is the conversation's own draft. */
      thread: id.optional(),
    }),
    done,
  ),
  /** Takes an answer back that is still held; refuses `already-sent`. Its text is answered, so that it is not lost. */
  unsend: command(
    "POST",
    "/conversations/:conversationId/entries/:entryId/unsend",
    z.object({ id }),
    z.object({
      number: z.number().int(),
      text: z.string(),
      /** They can be sent once more. */
      files: z.array(fileView.pick({ id: true, name: true, size: true, type: true, voice: true })),
    }),
  ),
  /** Sends a failed or possibly unsent answer once more. */
  resend: command("POST", "/conversations/:conversationId/entries/:entryId/resend", z.object({ id }), done),
  /**
   * Puts a label on a message or takes it off. `make`: one of this id is made if there is none; where another has
   * that name already, that one is taken.
   */
  label: command(
    "PUT",
    "/conversations/:conversationId/entries/:entryId/labels/:labelId",
    z.object({ id, isOn: z.boolean(), make: newLabel.optional() }),
    done,
  ),
  /** null: a lead again. */
  renameCustomer: command(
    "PATCH",
    "/conversations/:conversationId/customer",
    z.object({ id, name: name().nullable() }),
    done,
  ),
  /**
   * null: no photo; else the one that was shown before. PUT /conversations/:conversationId/customer/photo?id= puts on a
   * new one: its body is a picture, of whatever size and kind.
   */
  showCustomerPhoto: command(
    "PATCH",
    "/conversations/:conversationId/customer/photo",
    z.object({ id, photoId: id.nullable() }),
    done,
  ),
  /** A field of any name, whatever its letters' case; null takes it away. */
  setField: command(
    "PUT",
    "/conversations/:conversationId/customer/fields",
    z.object({ id, name: fieldName, value: fieldValue.nullable() }),
    done,
  ),
  /**
   * Makes the remark or changes its text; null takes it away until it is given a text again. `basedOn`: the text that its
   * author knew; where it is another by now, what he wrote becomes a remark of its own, with the command's id.
   */
  remark: command(
    "PUT",
    "/conversations/:conversationId/customer/remarks/:remarkId",
    z.object({ id, text: remarkText.nullable(), basedOn: remarkText.optional() }),
    done,
  ),
  /**
   * Another customer is the same person: what is his becomes this one's, and both conversations are one. The event that
   * says so has the merge's id. Refuses `not-found` where one of the two is not for the agent's eyes.
   */
  merge: command(
    "POST",
    "/conversations/:conversationId/merges",
    z.object({ id, otherId: id }),
    z.object({ number: z.number().int(), mergeId: id }),
  ),
  /** Two customers again; refuses `merged-since` while a later merge stands in this conversation. */
  unmerge: command("POST", "/conversations/:conversationId/merges/:mergeId/undo", z.object({ id }), done),
  /** Everything of the customer, for good; admins. Nothing brings it back. */
  eraseCustomer: command("POST", "/conversations/:conversationId/customer/erase", z.object({ id }), done),
  /** Blocking closes the conversation. */
  block: command(
    "PUT",
    "/conversations/:conversationId/customer/block",
    z.object({ id, isBlocked: z.boolean() }),
    done,
  ),
} as const
export type ConversationCommand = keyof typeof conversationCommands
