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
/** A link has some 140 characters after the host, whose name may have 60. */
const linkText = 200
// https://www.twilio.com/docs/messaging/guides/accepted-mime-types: all carriers take these, up to 5 MB together.
const pictures = new Set(["image/jpeg", "image/png", "image/gif"])
const mostPicture = 500_000
/** MMS is a matter of the United States and Canada. */
const hasPictures = /^\+1/

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
    // Files are fetched from us, by Twilio or by the customer.
    capabilities: {
      delivery: "provider",
      maxText,
      isIdempotent: false,
      takesFiles: publicUrl !== undefined,
      linkText,
    },
    verify(request, source) {
      const signature = request.headers["x-twilio-signature"]
      if (typeof signature !== "string") return false
      const { authToken } = accountOf(source)
      return isSigned({ authToken, url: request.url, body: request.body, signature })
    },
    parse: parseIncoming,
    parseStatus: parseCallback,
    send(message, source) {
      const account = accountOf(source, connection)
      const origin = publicUrl && new URL(publicUrl).origin
      return send(account, contentOf(message, account, origin), origin && callbackOf(message, source, origin))
    },
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
  { to, text, media }: Content,
  callback: string | undefined,
): Promise<SendOutcome> {
  const path = `/2010-04-01/Accounts/${account.accountId}/Messages.json`
  const form = new URLSearchParams({ To: to, From: account.number, Body: text })
  for (const url of media) form.append("MediaUrl", url)
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

type Content = { to: string; text: string; media: string[] }

/** Pictures go along between numbers that have MMS; everything else is a link below the text. */
function contentOf(
  { to, text, files }: Outgoing,
  { number }: SmsAccount,
  origin: string | undefined,
): Content {
  const hasMms = hasPictures.test(to) && hasPictures.test(number)
  const isCarried = ({ type, size }: Outgoing["files"][number]) =>
    hasMms && pictures.has(type) && size <= mostPicture
  const urlOf = ({ path }: { path: string }) => `${origin ?? ""}${path}`
  const links = files.filter((file) => !isCarried(file)).map(urlOf)
  return {
    to,
    text: [text, ...links].filter((line) => line !== "").join("\n"),
    media: files.filter(isCarried).map(urlOf),
  }
}

/** The query says which sending's state it is, also when we never learned Twilio's own id. */
function callbackOf(message: Outgoing, source: SourceRecord, origin: string): string {
  const query = new URLSearchParams({ entry: message.id, since: message.since })
  return `${origin}/webhooks/sms/${source.id}/status?${query}`
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
