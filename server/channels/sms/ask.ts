import { z } from "zod"
import type { SourceRecord } from "../contract.ts"

/** An SMS source's settings and token, parsed where they are used. */
export type SmsAccount = { number: string; accountId: string; authToken: string; apiBase: string }

export function accountOf(source: SourceRecord): SmsAccount {
  const { settings, secrets } = source
  if (settings.channel !== "sms") throw new Error(`Source ${source.id} is no SMS number.`)
  return { ...settings, apiBase: settings.apiBase.replace(/\/+$/, ""), authToken: secrets["authToken"] ?? "" }
}

export function credentials({ accountId, authToken }: SmsAccount): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${accountId}:${authToken}`).toString("base64")}` }
}

/** fetch gives up connecting after 10 s by itself; longer than that, so that it is the one to say that nothing was sent. */
const patience = 12_000
const mostBytes = 16 * 1024 * 1024

/** Nothing of the request was written: it is safe to try again. */
export class NotReached extends Error {
  constructor(options: ErrorOptions) {
    super("Twilio could not be reached.", options)
    this.name = "NotReached"
  }
}

/** Asks Twilio's API. `path` begins with a slash. Throws `NotReached`; what else it throws leaves the outcome unknown. */
export async function ask(
  account: SmsAccount,
  path: string,
  form?: URLSearchParams,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(account.apiBase + path, {
    method: form ? "POST" : "GET",
    headers: { ...credentials(account), accept: "application/json" },
    // A redirect would carry a message or our token to where nobody configured it.
    redirect: "manual",
    signal: AbortSignal.timeout(patience),
    ...(form ? { body: form } : {}),
  }).catch((error: unknown) => {
    throw wasNeverSent(error) ? new NotReached({ cause: error }) : error
  })
  return { status: response.status, body: await readJson(response) }
}

/** `undefined` where it is no JSON: proxies answer with pages of their own. */
async function readJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > mostBytes) throw new Error("Twilio answered with more than can be meant.")
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"))
  } catch {
    return undefined
  }
}

const beforeWriting = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
])

const failedFetch = z.object({ cause: z.object({ code: z.string() }) })

function wasNeverSent(error: unknown): boolean {
  const { data } = failedFetch.safeParse(error)
  return data !== undefined && beforeWriting.has(data.cause.code)
}

const refusal = z.object({ code: z.number().int() })

/** Twilio's own error code, if the answer holds one. */
export function errorCodeOf(body: unknown): number | null {
  return refusal.safeParse(body).data?.code ?? null
}
