/** What a customer says of himself without writing a message. */
import { Refusal } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import { notes } from "../customers/customers.ts"
import type { Writing } from "../sync/sync.ts"
import { audienceOf, hold } from "./hold.ts"

type Said = { name?: string | null; fields: readonly { name: string; value: string }[] }

/**
 * Takes it into what agents have noted about him, and tells those who see it. Fields beyond the most he may have are left
 * out: he could do nothing about it, and must not be kept from writing by it.
 */
export async function note(
  writing: Writing,
  of: { workspaceId: Id; customerId: Id },
  { name, fields }: Said,
): Promise<void> {
  const { tx } = writing
  const [held] = await hold(writing, of.workspaceId, { customerIds: [of.customerId] })
  if (held === undefined) return
  if (name && (await notes.nameUnnamed(tx, of, name)))
    writing.changed("conversation", held.now.id, audienceOf(held))
  let isNoted = false
  for (const field of fields)
    try {
      isNoted = (await notes.setField(tx, of, field)) || isNoted
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "too-many-fields") throw error
      await notes.setField(tx, of, { ...field, value: null })
    }
  if (isNoted) writing.changed("customer", held.now.id, audienceOf(held))
}
