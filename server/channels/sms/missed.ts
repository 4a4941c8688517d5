import { z } from "zod"
import { FetchRefused, type Missed, type ProviderMessage, type ProviderStatus } from "../contract.ts"
import { ask, errorCodeOf, NotReached, type SmsAccount } from "./ask.ts"
import { mediaFile, messageOf, statusOf } from "./payload.ts"
import { reasonOf } from "./reasons.ts"

// https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources
const listed = z.object({
  sid: z.string(),
  from: z.string().nullable(),
  body: z.string().nullable(),
  status: z.string(),
  direction: z.string(),
  num_media: z.coerce.number().int(),
  date_sent: z.string().nullable(),
  error_code: z.number().int().nullable(),
})
type Listed = z.infer<typeof listed>

const messagePage = z.object({
  messages: z.array(listed),
  next_page_uri: z.string().startsWith("/").nullish(),
})
const mediaPage = z.object({
  media_list: z.array(z.object({ content_type: z.string(), uri: z.string().startsWith("/") })),
})

export async function fetchMissed(account: SmsAccount, span: { from: Date; to: Date }): Promise<Missed> {
  const incoming = await list(account, { To: account.number }, span)
  const outgoing = await list(account, { From: account.number }, span)
  const messages: ProviderMessage[] = []
  for (const item of incoming)
    if (item.direction === "inbound") messages.push(await readMessage(account, item))
  const statuses = outgoing.flatMap((item): ProviderStatus[] =>
    item.direction === "inbound" ? [] : statusOf(item.sid, item.status, item.error_code, null),
  )
  return { messages, statuses }
}

async function readMessage(account: SmsAccount, item: Listed): Promise<ProviderMessage> {
  const sentAt = item.date_sent === null ? Number.NaN : Date.parse(item.date_sent)
  return messageOf({
    sid: item.sid,
    from: item.from ?? "",
    body: item.body ?? "",
    optOutType: undefined,
    claimedAt: Number.isNaN(sentAt) ? null : `${new Date(sentAt).toISOString().slice(0, -1)}000Z`,
    files: item.num_media > 0 ? await listMedia(account, item.sid) : [],
  })
}

async function listMedia(account: SmsAccount, sid: string): Promise<ProviderMessage["files"]> {
  const path = `/2010-04-01/Accounts/${account.accountId}/Messages/${encodeURIComponent(sid)}/Media.json`
  const { media_list: media } = await read(account, path, mediaPage)
  return media.map(({ content_type, uri }, index) =>
    mediaFile(account.apiBase + uri.replace(/\.json$/, ""), content_type, index),
  )
}

/** More than any number is sent in a day: a list that goes on is no list. */
const mostPages = 1_000

/** Twilio lists the newest first, page by page; the answer is oldest first. */
async function list(
  account: SmsAccount,
  filter: Record<string, string>,
  span: { from: Date; to: Date },
): Promise<Listed[]> {
  const query = new URLSearchParams({
    ...filter,
    // The inequality is part of the name, as in `DateSent>=…`.
    "DateSent>": seconds(span.from),
    "DateSent<": seconds(span.to),
    PageSize: "500",
  })
  const found: Listed[] = []
  const visited = new Set<string>()
  let path: string | null | undefined = `/2010-04-01/Accounts/${account.accountId}/Messages.json?${query}`
  while (path && !visited.has(path)) {
    if (visited.size >= mostPages) throw new FetchRefused("provider-unreadable")
    visited.add(path)
    const page: z.infer<typeof messagePage> = await read(account, path, messagePage)
    found.push(...page.messages)
    path = page.next_page_uri
  }
  return found.reverse()
}

async function read<T>(account: SmsAccount, path: string, shape: z.ZodType<T>): Promise<T> {
  const { status, body } = await ask(account, path).catch((error: unknown) => {
    // Reading changes nothing, so any failure on the way is only a reason to try again later.
    throw new FetchRefused("provider-unreachable", {
      cause: error instanceof NotReached ? error.cause : error,
    })
  })
  if (status === 401 || status === 403) throw new FetchRefused("sign-in-failed")
  if (status === 429 || status >= 500) throw new FetchRefused("provider-unreachable")
  if (status !== 200) throw new FetchRefused(reasonOf(errorCodeOf(body)))
  const parsed = shape.safeParse(body)
  if (!parsed.success) throw new FetchRefused("provider-unreadable", { cause: parsed.error })
  return parsed.data
}

function seconds(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`
}
