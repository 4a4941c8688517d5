import { request as requestHttp, type IncomingMessage } from "node:http"
import { request as requestHttps, type RequestOptions } from "node:https"
import { z } from "zod"
import type { SourceRecord } from "../contract.ts"

/** An SMS source's settings and token, parsed where they are used. */
export type SmsAccount = {
  number: string
  accountId: string
  authToken: string
  apiBase: string
  connection: Connection
}

/** What a connection to an address is made with; throws where it may not be made. */
export type Connection = (url: URL) => RequestOptions

export function accountOf(source: SourceRecord, connection: Connection = () => ({})): SmsAccount {
  const { settings, secrets } = source
  if (settings.channel !== "sms") throw new Error(`Source ${source.id} is no SMS number.`)
  const apiBase = settings.apiBase.replace(/\/+$/, "")
  return { ...settings, apiBase, authToken: secrets["authToken"] ?? "", connection }
}

export function credentials({ accountId, authToken }: Pick<SmsAccount, "accountId" | "authToken">): {
  authorization: string
} {
  return { authorization: `Basic ${Buffer.from(`${accountId}:${authToken}`).toString("base64")}` }
}

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
  const response = await send(account, path, form)
  return { status: response.statusCode ?? 0, body: await readJson(response) }
}

/** A redirect is not followed: it would carry a message or our token to where nobody configured it. */
function send(account: SmsAccount, path: string, form?: URLSearchParams): Promise<IncomingMessage> {
  let isConnected = false
  return new Promise<IncomingMessage>((resolve, reject) => {
    const url = new URL(account.apiBase + path)
    const isSecure = url.protocol === "https:"
    const request = (isSecure ? requestHttps : requestHttp)(url, {
      // A connection of its own: whether this request was written is then known by whether it was made.
      agent: false,
      ...account.connection(url),
      method: form ? "POST" : "GET",
      headers: {
        ...credentials(account),
        accept: "application/json",
        ...(form ? { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" } : {}),
      },
      signal: AbortSignal.timeout(patience),
    })
    request.once("socket", (socket) =>
      socket.once(isSecure ? "secureConnect" : "connect", () => (isConnected = true)),
    )
    request.once("response", resolve).once("error", reject).end(form?.toString())
  }).catch((error: unknown) => {
    throw isConnected ? error : new NotReached({ cause: error })
  })
}

/** `undefined` where it is no JSON: proxies answer with pages of their own. */
async function readJson(response: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response) {
    const bytes: Uint8Array = chunk
    size += bytes.length
    if (size > mostBytes) throw new Error("Twilio answered with more than can be meant.")
    chunks.push(bytes)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"))
  } catch {
    return undefined
  }
}

const refusal = z.object({ code: z.number().int() })

/** Twilio's own error code, if the answer holds one. */
export function errorCodeOf(body: unknown): number | null {
  return refusal.safeParse(body).data?.code ?? null
}
