import { request as requestHttp } from "node:http"
import { request as requestHttps } from "node:https"
import { text } from "node:stream/consumers"
import type { Config } from "../config/config.ts"
import type { Db } from "../db/db.ts"
import { outsideOnly } from "../files/files.ts"
import { getKeys } from "./devices.ts"

/** What became of a push. `gone`: the browser takes none any more. `later`: in so many seconds, if it says. */
export type Outcome = { kind: "taken" } | { kind: "gone" } | { kind: "refused"; why: string } | Later
type Later = { kind: "later"; seconds: number | undefined; why: string }

export type Push = {
  endpoint: string
  publicKey: string
  secret: string
  message: object
  /** Seconds for which it is worth anything. */
  life: number
  urgency: "high" | "normal" | "low"
  /** A later one of the same topic replaces it while the device is out of reach. */
  topic: string
}

/** Milliseconds. */
const PATIENCE = 15_000

export type PushService = { mayReach(url: URL): boolean; send(db: Db, push: Push): Promise<Outcome> }

/**
 * The push service of a browser's maker, at an address that the browser names: it is spoken to by https, outside of our
 * network, unless the operator has named it. What is sent only the browser itself can read (RFC 8291).
 */
export function createPushService({ pushServices, publicUrl, mailFrom }: Config): PushService {
  const isNamed = (url: URL) => pushServices.includes(url.origin)
  const mayReach = (url: URL) => isNamed(url) || (url.protocol === "https:" && url.username === "")
  // Whom to ask when we are a nuisance; some services take only what looks like an address.
  const mail = /[^\s<>]+@[^\s<>]+/.exec(mailFrom ?? "")?.[0] ?? "parley@parley.invalid"
  const subject = publicUrl?.startsWith("https:") ? publicUrl : `mailto:${mail}`

  return {
    mayReach,
    async send(db, push) {
      const url = new URL(push.endpoint)
      if (!mayReach(url)) return { kind: "refused", why: "its address is not a push service's" }
      const { default: webPush } = await import("web-push")
      const { headers, body } = webPush.generateRequestDetails(
        { endpoint: push.endpoint, keys: { p256dh: push.publicKey, auth: push.secret } },
        JSON.stringify(push.message),
        {
          vapidDetails: { subject, ...(await getKeys(db)) },
          TTL: push.life,
          urgency: push.urgency,
          topic: push.topic,
          contentEncoding: "aes128gcm",
        },
      )
      const refused = () => new Error("The address is inside our network.")
      return post(url, { headers: { ...headers }, body, ...(isNamed(url) ? {} : outsideOnly(url, refused)) })
    },
  }
}

async function post(
  url: URL,
  { body, ...options }: { headers: Record<string, string>; body: Buffer },
): Promise<Outcome> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const signal = AbortSignal.timeout(PATIENCE)
  request(url, { ...options, method: "POST", signal }, (response) => {
    const status = response.statusCode ?? 0
    text(response).then(
      (said) => resolve(outcomeOf(status, response.headers["retry-after"], said)),
      (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
    )
  })
    .on("error", reject)
    .end(body)
  try {
    return await promise
  } catch (error) {
    return { kind: "later", seconds: undefined, why: error instanceof Error ? error.message : String(error) }
  }
}

/** https://www.rfc-editor.org/rfc/rfc8030#section-5 */
function outcomeOf(status: number, retryAfter: string | undefined, said: string): Outcome {
  if (status >= 200 && status < 300) return { kind: "taken" }
  if (status === 404 || status === 410) return { kind: "gone" }
  const why = `${status} ${said.slice(0, 200)}`
  if (status !== 429 && status < 500) return { kind: "refused", why }
  const seconds = Number(retryAfter)
  return { kind: "later", seconds: seconds > 0 ? Math.min(seconds, 3_600) : undefined, why }
}
