import { z } from "zod"
import type { SmsReason } from "../../../protocol/sms.ts"
import type { Outgoing, ProviderAdapter, SendOutcome, SourceRecord } from "../contract.ts"
import {
  accountOf,
  ask,
  credentials,
  errorCodeOf,
  NotReached,
  type Connection,
  type SmsAccount,
} from "./ask.ts"
import { fetchMissed } from "./missed.ts"
import { parseCallback, parseIncoming } from "./payload.ts"
import { reasonOf } from "./reasons.ts"
import { isSigned } from "./signature.ts"

/** What Twilio takes in one message, however many segments that makes. */
const maxText = 1600

const taken = z.object({ sid: z.string().min(1) })

/** SMS and MMS through Twilio's Programmable Messaging, or whatever speaks its API at `apiBase`. */
export function createSms(options: {
  publicUrl: string | undefined
  connection?: Connection
}): ProviderAdapter {
  const { publicUrl, connection } = options
  return {
    channel: "sms",
    // Twilio's API takes no idempotency key for messages.
    capabilities: { delivery: "provider", maxText, isIdempotent: false },
    verify(request, source) {
      const signature = request.headers["x-twilio-signature"]
      if (typeof signature !== "string") return false
      const { authToken } = accountOf(source)
      return isSigned({ authToken, url: request.url, body: request.body, signature })
    },
    parse: parseIncoming,
    parseStatus: parseCallback,
    send: (message, source) =>
      send(accountOf(source, connection), message, publicUrl && callbackOf(message, source, publicUrl)),
    fetchMissed: (source, span) => fetchMissed(accountOf(source, connection), span),
    mediaAccess(source) {
      const account = accountOf(source)
      return { origin: new URL(account.apiBase).origin, headers: credentials(account) }
    },
  }
}

// https://www.twilio.com/docs/api/errors/21609
const callbackNotReachable = 21609

async function send(
  account: SmsAccount,
  message: Outgoing,
  callback: string | undefined,
): Promise<SendOutcome> {
  const path = `/2010-04-01/Accounts/${account.accountId}/Messages.json`
  const form = new URLSearchParams({ To: message.to, From: account.number, Body: message.text })
  for (const file of message.files) form.append("MediaUrl", file.url)
  if (callback) form.set("StatusCallback", callback)
  try {
    const { status, body } = await ask(account, path, form)
    if (errorCodeOf(body) !== callbackNotReachable) return outcomeOf(status, body)
    // An address such as http://localhost: the message was not taken, and its state will be found by looking.
    form.delete("StatusCallback")
    const again = await ask(account, path, form)
    return outcomeOf(again.status, again.body)
  } catch (error) {
    // Whatever else went wrong did so after the first byte was on its way.
    return error instanceof NotReached
      ? refused("provider-unreachable", { isPermanent: false })
      : { kind: "unsure" }
  }
}

/** The query says which sending's state it is, also when we never learned Twilio's own id. */
function callbackOf(message: Outgoing, source: SourceRecord, publicUrl: string): string {
  const query = new URLSearchParams({ entry: message.id, since: message.since })
  return `${new URL(publicUrl).origin}/webhooks/sms/${source.id}/status?${query}`
}

function outcomeOf(status: number, body: unknown): SendOutcome {
  if (status >= 200 && status < 300) {
    const { data } = taken.safeParse(body)
    return data ? { kind: "taken", providerId: data.sid } : { kind: "unsure" }
  }
  // These two promise that nothing was done; any other failure on their side promises nothing.
  if (status === 429 || status === 503) return refused("too-often", { isPermanent: false })
  if (status >= 500) return { kind: "unsure" }
  return refused(status === 401 ? "sign-in-failed" : reasonOf(errorCodeOf(body)), { isPermanent: true })
}

function refused(reason: SmsReason, { isPermanent }: { isPermanent: boolean }): SendOutcome {
  return { kind: "refused", reason, isPermanent, isOptedOut: reason === "opted-out" }
}
