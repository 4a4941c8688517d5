import { createHmac } from "node:crypto"
import { request as requestHttp, type IncomingMessage } from "node:http"
import { request as requestHttps } from "node:https"
import { outsideOnly } from "../files/files.ts"

/** Milliseconds from the look-up of its name to the end of what is read of its answer. */
const PATIENCE = 10_000
/** Bytes of the answer that are kept. */
const KEPT = 500

export type Letter = { id: string; timestamp: number; body: string; secrets: readonly string[] }
/** `status` null: there was no answer, and `answer` says why. */
export type Outcome = { status: number | null; tookMs: number; answer: string }

class Inside extends Error {
  constructor() {
    super("The address lies inside our network.")
    this.name = "Inside"
  }
}

/** One try. Never follows where it is sent on to: the receiver could send us anywhere, and gets another address by itself. */
export async function post(url: URL, letter: Letter, mayGoInside: boolean): Promise<Outcome> {
  const began = performance.now()
  const took = () => Math.round(performance.now() - began)
  try {
    const response = await send(url, letter, mayGoInside)
    const answer = await beginningOf(response)
    return { status: response.statusCode ?? 0, tookMs: took(), answer }
  } catch (error) {
    return { status: null, tookMs: took(), answer: reasonOf(error) }
  }
}

function send(url: URL, letter: Letter, mayGoInside: boolean): Promise<IncomingMessage> {
  const connection = mayGoInside ? {} : outsideOnly(url, () => new Inside())
  const request = url.protocol === "https:" ? requestHttps : requestHttp
  const bytes = Buffer.from(letter.body)
  return new Promise((resolve, reject) => {
    request(url, {
      method: "POST",
      agent: false,
      signal: AbortSignal.timeout(PATIENCE),
      headers: {
        "content-type": "application/json",
        "content-length": bytes.length,
        "user-agent": "Parley-Webhooks/1",
        ...signatureOf(letter),
      },
      ...connection,
    })
      .once("response", resolve)
      .once("error", reject)
      .end(bytes)
  })
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: one signature a secret. */
export function signatureOf({ id, timestamp, body, secrets }: Letter): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64")
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`
  })
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  }
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk)
    chunks.push(bytes)
    size += bytes.length
    if (size >= KEPT) break
  }
  response.destroy()
  // The database takes no NUL, and half a character is no text.
  return Buffer.concat(chunks).subarray(0, KEPT).toString().replaceAll("\0", "").toWellFormed()
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === "TimeoutError" || error.name === "AbortError")
    return `It did not answer within ${PATIENCE / 1_000} seconds.`
  const code = "code" in error ? String(error.code) : ""
  const known: Record<string, string> = {
    ENOTFOUND: "There is no such host.",
    EAI_AGAIN: "The host’s name could not be looked up.",
    ECONNREFUSED: "Nobody listens there.",
    ECONNRESET: "The connection was cut.",
  }
  return (known[code] ?? error.message).slice(0, KEPT)
}
