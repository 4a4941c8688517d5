import { z } from "zod"
import { mendText } from "../../../protocol/text.ts"
import { id, stamp, type DeliveryState, type Stamp } from "../../../protocol/values.ts"
import {
  Unreadable,
  type ProviderMessage,
  type ProviderStatus,
  type Sending,
  type WebhookRequest,
} from "../contract.ts"
import { consentOf } from "./consent.ts"
import { reasonOf } from "./reasons.ts"

const sid = z.string().regex(/^(SM|MM)[0-9a-fA-F]{32}$/)

/** Letters and digits too: some senders are names, some are short codes. */
const sender = z.string().trim().min(1).max(64)

const mostMedia = 10

const incoming = z.object({
  MessageSid: sid,
  From: sender,
  Body: z.string().default(""),
  NumMedia: z.coerce.number().int().min(0).max(mostMedia).catch(0),
  OptOutType: z.string().optional(),
})

/** https://www.twilio.com/docs/messaging/guides/webhook-request */
export function parseIncoming(request: WebhookRequest): ProviderMessage[] {
  const form = Object.fromEntries(new URLSearchParams(request.body))
  const { data } = incoming.safeParse(form)
  if (data === undefined) throw new Unreadable("an incoming SMS")
  const files = Array.from({ length: data.NumMedia }, (_, index) => ({
    remote: form[`MediaUrl${index}`],
    type: form[`MediaContentType${index}`],
  })).flatMap(({ remote, type }, index) => (remote ? [mediaFile(remote, type, index)] : []))
  return [
    messageOf({
      sid: data.MessageSid,
      from: data.From,
      body: data.Body,
      optOutType: data.OptOutType,
      claimedAt: null,
      files,
    }),
  ]
}

export function messageOf(o: {
  sid: string
  from: string
  body: string
  optOutType: string | undefined
  claimedAt: Stamp | null
  files: ProviderMessage["files"]
}): ProviderMessage {
  const consent = consentOf(o.body, o.optOutType)
  return {
    providerId: o.sid,
    addressValue: o.from,
    text: mendText(o.body) ?? "",
    claimedAt: o.claimedAt,
    files: o.files,
    ...(consent === undefined ? {} : { consent }),
  }
}

/** MMS carries no names. The extension follows once the bytes are known. */
export function mediaFile(
  remote: string,
  type: string | undefined,
  index: number,
): ProviderMessage["files"][number] {
  return { name: `mms-${index + 1}`, type: type ?? "application/octet-stream", remote }
}

// https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
const states: Readonly<Record<string, DeliveryState>> = {
  accepted: "sending",
  scheduled: "sending",
  queued: "sending",
  sending: "sending",
  sent: "sent",
  delivered: "delivered",
  partially_delivered: "delivered",
  read: "read",
  undelivered: "failed",
  failed: "failed",
  canceled: "failed",
}

const told = z.object({
  MessageSid: sid,
  MessageStatus: z.string(),
  ErrorCode: z.coerce.number().int().optional().catch(undefined),
})

const sendingQuery = z.object({ entry: id, since: stamp })

/** Which sending it is comes back in the query of the address that we gave with the message; the signature covers it. */
export function parseCallback(request: WebhookRequest): ProviderStatus[] {
  const { data } = told.safeParse(Object.fromEntries(new URLSearchParams(request.body)))
  if (data === undefined) throw new Unreadable("a status of an SMS")
  const query = sendingQuery.safeParse(Object.fromEntries(new URL(request.url).searchParams)).data
  const sending = query ? { entryId: query.entry, since: query.since } : null
  return statusOf(data.MessageSid, data.MessageStatus, data.ErrorCode ?? null, sending)
}

/** None for words we do not know: a new one must not overwrite what we know. */
export function statusOf(
  providerId: string,
  word: string,
  errorCode: number | null,
  sending: Sending | null,
): ProviderStatus[] {
  const state = states[word]
  if (state === undefined) return []
  return [{ providerId, sending, state, reason: state === "failed" ? reasonOf(errorCode) : null }]
}
