/** What agents note about a customer, as both sides bound it, and what is known of where he has been. */
import { z } from "zod"
import { messageText, name } from "./text.ts"
import { id, stamp } from "./values.ts"

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
