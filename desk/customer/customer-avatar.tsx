import type { ConversationRow } from "../../protocol/rows.ts"
import { apiUrl } from "../replica/replica.ts"
import { Avatar } from "../ui/ui.ts"
import { customerName } from "./customer-name.ts"

/** The customer's photo, or the initials of what he is called. */
export function CustomerAvatar({
  conversationId,
  customer,
  size,
  isOnline,
}: {
  conversationId: string
  customer: Pick<ConversationRow["customer"], "id" | "name" | "city" | "country" | "photoId">
  size?: 20 | 32 | 48
  isOnline?: boolean
}) {
  const { id, photoId } = customer
  const photo = photoId && apiUrl(`/conversations/${conversationId}/customer/photo/${photoId}`)
  return <Avatar {...{ id, photo, size, isOnline }} name={customerName(customer)} />
}
