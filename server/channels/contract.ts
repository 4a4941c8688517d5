/**
 * The channel contract: what an adapter is, and all that adapters know of the rest of Parley. An adapter is given
 * what it needs and returns plain data; it knows no database, no jobs and no other adapter.
 * `docs/adding-a-channel.md` walks through it.
 */
import type { SourceRow } from "../../protocol/rows.ts"
import type { Channel, DeliveryState, Id, Stamp } from "../../protocol/values.ts"

export type SourceSettings = SourceRow["settings"]

export type SourceRecord = {
  workspaceId: Id
  id: Id
  channel: Channel
  name: string
  teamId: Id
  /** What every agent may see of it. */
  settings: SourceSettings
  /** What nobody sees again: the provider's tokens. Never log or answer it. */
  secrets: Readonly<Record<string, string>>
  /** Everything the provider had before this time has been taken. */
  fetchedUntil: Stamp | null
  createdAt: Stamp
}

export type Capabilities = {
  /** `stream`: the customer's own connection brings him the answer; `provider`: somebody else's service has to be asked. */
  delivery: "stream" | "provider"
  /** Most UTF-16 units in one answer. */
  maxText: number
  /** Whether sending a message twice with the same id reaches the customer once. */
  isIdempotent: boolean
  takesFiles: boolean
  /** What of `maxText` a file may take that is sent as a link. */
  linkText: number
}

export type Adapter = StreamAdapter | ProviderAdapter

export type StreamAdapter = { channel: Channel; capabilities: Capabilities & { delivery: "stream" } }

export type ProviderAdapter = {
  channel: Channel
  capabilities: Capabilities & { delivery: "provider" }
  /** Whether the provider itself made this request for this source. */
  verify(request: WebhookRequest, source: SourceRecord): boolean
  /** The customers' messages a verified request brings; throws `Unreadable` when it is none that we know. */
  parse(request: WebhookRequest): ProviderMessage[]
  /** What a verified request tells about messages of ours; states that say nothing to an agent are left out. */
  parseStatus(request: WebhookRequest): ProviderStatus[]
  send(message: Outgoing, source: SourceRecord): Promise<SendOutcome>
  /** What the provider took and told in this span, oldest first. May repeat what is known. Throws `FetchRefused`. */
  fetchMissed(source: SourceRecord, span: { from: Date; to: Date }): Promise<Missed>
  /** The only origin that is ever shown our credentials, for fetching `remote` of a file. */
  mediaAccess(source: SourceRecord): { origin: string; headers: Record<string, string> }
}

/** A request as it came: `url` is the whole public address, query included, since signatures cover it. */
export type WebhookRequest = {
  url: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: string
}

export type ProviderMessage = {
  /** Unique within the source: taking it twice is taking it once. */
  providerId: string
  addressValue: string
  text: string
  /** The provider's time: shown, and what decides which word of consent is the last. */
  claimedAt: Stamp | null
  files: { name: string; type: string; remote: string }[]
  consent?: Consent
}

/** The customer forbade or allowed again that we write to this address. */
export type Consent = "opted-out" | "opted-in"

export type ProviderStatus = {
  providerId: string
  /** Which sending it is about where the provider hands that back; known even if we crashed before noting `providerId`. */
  sending: Sending | null
  state: DeliveryState
  /** A code that the desk has words for; null unless failed. */
  reason: string | null
}

/** One attempt at handing a message over: an answer that is sent once more by hand has another `since`. */
export type Sending = { entryId: Id; since: Stamp }

/** `id` is the entry's. `text` is at most `maxText` long. */
export type Outgoing = {
  id: Id
  /** When this attempt began. */
  since: Stamp
  to: string
  text: string
  /** `path`: where the provider and the customer may fetch it, under the address at which providers reach us. */
  files: readonly { name: string; type: string; size: number; path: string }[]
}

export type Missed = { messages: ProviderMessage[]; statuses: ProviderStatus[] }

/** `reason` is a code that the desk has words for. */
export type SendOutcome =
  | { kind: "taken"; providerId: string }
  /**
   * Nothing was sent. Unless `isPermanent`, trying again later makes sense. `isOptedOut`: the customer told the
   * provider that he wants nothing from us, so the address is closed from now on.
   */
  | { kind: "refused"; reason: string; isPermanent: boolean; isOptedOut: boolean }
  /** The request was written and its answer is not known: the customer may have got it. Never try again unasked. */
  | { kind: "unsure" }

/** The provider lets us fetch nothing now. `reason` is what the source's row shows as its problem. */
export class FetchRefused extends Error {
  readonly reason: string

  constructor(reason: string, options?: ErrorOptions) {
    super(`The provider lets us fetch nothing: ${reason}.`, options)
    this.name = "FetchRefused"
    this.reason = reason
  }
}

/** A request that the provider signed and we cannot make sense of. */
export class Unreadable extends Error {
  constructor(what: string) {
    super(`A webhook's request could not be read: ${what}.`)
    this.name = "Unreadable"
  }
}
