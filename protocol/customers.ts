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
