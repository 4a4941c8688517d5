/** What agents note about a customer, as both sides bound it, and what is known of where he has been. */
import { z } from "zod"
import { mendText, messageText, name } from "./text.ts"
import { channel, id, stamp } from "./values.ts"

export const MOST_FIELDS = 50
export const LONGEST_FIELD_NAME = 40
export const LONGEST_FIELD = 500
export const MOST_REMARKS = 200
export const LONGEST_REMARK = 5_000

export const fieldName = name(LONGEST_FIELD_NAME)
export const fieldValue = name(LONGEST_FIELD)
export const remarkText = messageText.refine((text) => text.length <= LONGEST_REMARK, "text-too-long")

/** GET /api/v1/customers/fields: the names of fields that customers of the workspace have. */
export const fieldNamesAnswer = z.object({ names: z.array(z.string()) })

/** GET /api/v1/conversations/:conversationId/customer/history: what nobody wrote. It is asked for, not streamed. */
export const customerHistory = z.object({
  /** IANA, such as `Europe/Paris`: of the browser he used last. */
  timeZone: z.string().nullable(),
  /** What his addresses' browsers say they are. */
  devices: z.array(z.object({ addressId: id, browser: z.string(), system: z.string() })),
  /** Pages of our websites without what stands behind `?` and `#`, the latest first. */
  visits: z.array(z.object({ addressId: id, path: z.string(), at: stamp })),
  /** The times in which the conversation was open, the latest first. */
  stretches: z.array(z.object({ entryId: id, from: stamp, until: stamp.nullable() })),
})
export type CustomerHistory = z.infer<typeof customerHistory>

/** GET /api/v1/customers: those whose conversations the agent may see. */
export const customersQuery = z.object({
  /** The latest seen first, or by name. */
  sort: z.enum(["seen", "name"]).default("seen"),
  /** Beginnings of words of the name or of a field, or a part of a phone number. */
  find: z
    .string()
    .max(200)
    .transform((text) => mendText(text) ?? "")
    .optional(),
  channels: z.union([z.array(channel).max(20), channel.transform((only) => [only])]).optional(),
  isOpen: z.stringbool().optional(),
  isBlocked: z.stringbool().optional(),
  /** `next` of the page before. */
  afterKey: z
    .string()
    .max(1_000)
    .transform((text) => text.toWellFormed().replaceAll("\0", ""))
    .optional(),
  afterId: id.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
export const customersAnswer = z.object({
  customers: z.array(
    z.object({
      id,
      conversationId: id,
      name: z.string().nullable(),
      city: z.string().nullable(),
      country: z.string().nullable(),
      language: z.string().nullable(),
      photoId: id.nullable(),
      isOpen: z.boolean(),
      isBlocked: z.boolean(),
      seenAt: stamp,
      /** The latest used first. */
      addresses: z.array(z.object({ channel, display: z.string() })),
    }),
  ),
  next: z.object({ key: z.string(), id }).nullable(),
})
export type CustomerLine = z.infer<typeof customersAnswer>["customers"][number]

/**
 * Columns of an exported file, in their order. Brought in again, the first three say who is meant and what he is called;
 * the others are left alone, because they are no agent's to say. Every further column is a field of its own, one that is
 * called like a column of ours with `OWN_FIELD` before its name.
 */
export const CSV_COLUMNS = [
  "Id",
  "Name",
  "Phone",
  "Other phones",
  "City",
  "Country",
  "Language",
  "First seen",
  "Last seen",
  "Blocked",
] as const
export const OWN_FIELD = "Field: "

/** Rows of one request. */
export const MOST_IMPORTED = 200

export const importProblem = z.enum([
  /** Neither the id of a customer nor a phone number. */
  "no-address",
  "bad-phone",
  /** A new customer, and no SMS number was chosen over which he is written to. */
  "no-source",
  "name-too-long",
  "field-too-long",
  "too-many-fields",
  /** The same phone number stands on an earlier line. */
  "twice",
])
export type ImportProblem = z.infer<typeof importProblem>

/**
 * POST /api/v1/customers/import, admins. A customer is known by his id or a phone number; an unknown phone number makes
 * one, who can be written to through the source. Empty cells change nothing, and neither does asking twice.
 */
export const importBody = z.object({
  /** An SMS number. */
  sourceId: id.nullable(),
  /** Says what would happen and writes nothing. */
  isPreview: z.boolean(),
  rows: z
    .array(
      z.object({
        /** Told with its problem. */
        line: z.number().int(),
        id: z.string().max(100).default(""),
        name: z.string().max(1_000).default(""),
        phone: z.string().max(200).default(""),
        fields: z.array(z.object({ name: z.string().max(1_000), value: z.string().max(20_000) })).max(300),
      }),
    )
    .min(1)
    .max(MOST_IMPORTED),
})
export const importAnswer = z.object({
  made: z.number().int(),
  changed: z.number().int(),
  same: z.number().int(),
  problems: z.array(z.object({ line: z.number().int(), problem: importProblem })),
})
export type ImportAnswer = z.infer<typeof importAnswer>
