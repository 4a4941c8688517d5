import type { ConversationRow } from "../../protocol/rows.ts"
import { countryWords, t } from "../texts/texts.ts"

type Customer = Pick<ConversationRow["customer"], "name" | "city" | "country">

/** The name, or `Lead <City or country>`, or `Lead` where the place is unknown. */
export function customerName(customer: Pick<Customer, "name" | "city" | "country">): string {
  if (customer.name !== null) return customer.name
  const place = customer.city ?? (customer.country === null ? undefined : countryWords(customer.country))
  return place === undefined ? t("customer.lead") : t("customer.leadOf", { place })
}

/** "Paris, France", or what of it is known. */
export function placeOf(customer: Customer): string | undefined {
  const parts = [customer.city, customer.country === null ? null : countryWords(customer.country)].filter(
    (part) => part !== null,
  )
  return parts.length > 0 ? parts.join(", ") : undefined
}
