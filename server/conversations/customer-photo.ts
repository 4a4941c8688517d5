/** The photo that agents put on a customer, seen by whoever sees his conversation and by nobody else. */
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import { photos } from "../customers/customers.ts"
import type { Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { accessConversation } from "./act.ts"
import { note } from "./customer.ts"

type Done = { number: number }

/** `picture`: as `makeSmall` made it. */
export async function setCustomerPhoto(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  { id, picture }: { id: Id; picture: Buffer },
): Promise<Done> {
  const asked = { agent, conversationId, name: "set the photo of the customer of", commandId: id }
  return note(sync, asked, "conversation", async ({ tx }, of) => {
    await photos.setPhoto(tx, of, picture)
    return true
  })
}

/** Shows none (null), or again one that was his. Refuses `not-found` for any other. */
export async function showCustomerPhoto(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  { id, photoId }: { id: Id; photoId: Id | null },
): Promise<Done> {
  const asked = { agent, conversationId, name: "show a photo of the customer of", commandId: id }
  return note(sync, asked, "conversation", ({ tx }, of) => photos.showPhoto(tx, of, photoId))
}

/** Refuses `not-found`, also for one that is not shown any more. */
export async function findCustomerPhoto(
  sync: Sync,
  agent: Agent,
  { conversationId, photoId }: { conversationId: Id; photoId: Id },
): Promise<Buffer> {
  const { workspaceId } = agent
  const { customerId } = await accessConversation(sync.db, agent, conversationId)
  const picture = await photos.findPhoto(sync.db, { workspaceId, customerId, photoId })
  if (picture === undefined) throw refuse("not-found")
  return picture
}
