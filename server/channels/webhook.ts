import type { Channel, DeliveryState, Id, Stamp } from "../../protocol/values.ts"
import { placeOfNumber, showNumber, type Profile } from "../customers/customers.ts"
import { newId } from "../db/db.ts"
import type { Adapters } from "./adapters.ts"
import type {
  Consent,
  ProviderMessage,
  ProviderStatus,
  Sending,
  SourceRecord,
  WebhookRequest,
} from "./contract.ts"

/** A customer's message on its way to its conversation. Taking one again, by `message.id` or `providerId`, is harmless. */
export type Inbound = {
  workspaceId: Id
  sourceId: Id
  channel: Channel
  teamId: Id
  addressValue: string
  addressDisplay: string
  profile: Profile
  message: {
    id: Id
    providerId: string | null
    text: string
    claimedAt: Stamp | null
    files: { id: Id; name: string; type: string; remote: string }[]
  }
  consent?: Consent
}

/** What a provider tells about an answer of ours: found by `providerId`, or by `sending` while that is not known. */
export type Delivery = {
  workspaceId: Id
  sourceId: Id
  providerId: string
  sending: Sending | null
  state: DeliveryState
  reason: string | null
}

/**
 * What a provider's request brings, or `undefined` when the provider did not make it. Throws `Unreadable` when it did
 * and there is nothing in it that we know.
 */
export function readWebhook(
  adapters: Adapters,
  o: { source: SourceRecord; request: WebhookRequest; about: "messages" | "statuses" },
): { messages: Inbound[]; statuses: Delivery[] } | undefined {
  const { source, request, about } = o
  const adapter = adapters.get(source.channel)
  if (adapter === undefined || !("parse" in adapter) || !adapter.verify(request, source)) return undefined
  if (about === "messages")
    return { messages: adapter.parse(request).map((message) => inboundOf(source, message)), statuses: [] }
  return { messages: [], statuses: adapter.parseStatus(request).map((status) => deliveryOf(source, status)) }
}

export function inboundOf(source: SourceRecord, message: ProviderMessage): Inbound {
  const { providerId, addressValue, text, claimedAt, files, consent } = message
  return {
    workspaceId: source.workspaceId,
    sourceId: source.id,
    channel: source.channel,
    teamId: source.teamId,
    addressValue,
    addressDisplay: showNumber(addressValue),
    profile: placeOfNumber(addressValue),
    message: {
      id: newId(),
      providerId,
      text,
      claimedAt,
      files: files.map((file) => ({ id: newId(), ...file })),
    },
    ...(consent === undefined ? {} : { consent }),
  }
}

export function deliveryOf({ workspaceId, id }: SourceRecord, status: ProviderStatus): Delivery {
  return { workspaceId, sourceId: id, ...status }
}
