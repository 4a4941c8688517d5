/**
 * Twilio's Messaging API as far as Parley speaks it: an HTTP server on 127.0.0.1 that takes messages, lists them,
 * keeps media, calls back with signatures made by Twilio's own SDK, and fails on request.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import twilio from "twilio"

export type SentMessage = {
  sid: string
  to: string
  from: string
  body: string
  mediaUrls: string[]
  statusCallback: string | undefined
  at: Date
}

export type FakeMessage = {
  sid: string
  direction: "inbound" | "outbound-api"
  from: string
  to: string
  body: string
  status: string
  errorCode: number | null
  dateSent: Date
  media: { type: string; path: string }[]
}

/** How the next requests that send or list are answered; once, or until it is set to something else. */
export type Mood =
  | "well"
  | { status: number; code: number }
  | "hang"
  | "cut"
  /** Takes the message and dies before it answers. */
  | "take-and-cut"

/** How it calls, from now on. */
export type Manners = {
  /** What it was told to call, where the requests go another way: signatures are made for this origin. */
  origin?: string
  /** How many more times each webhook is sent, some time after the first or beside it. */
  repeats?(): number
  /** Tells the state of what it took by the callback it was given, perhaps before it answers. */
  callsBack?: boolean
  /** Milliseconds before a repeated webhook, a callback, or the answer to what it took. */
  delay?(): number
}

/** Milliseconds it waits for an answer of ours, as Twilio does. https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides */
const PATIENCE = 15_000

export type FakeTwilio = Awaited<ReturnType<typeof startFakeTwilio>>

export async function startFakeTwilio(o: { accountId?: string; authToken?: string; pageSize?: number } = {}) {
  const accountId = o.accountId ?? `AC${"0123456789abcdef".repeat(2)}`
  let authToken = o.authToken ?? "a token of the account"
  const pageSize = o.pageSize ?? 50
  const messages: FakeMessage[] = []
  const sent: SentMessage[] = []
  const requests: { method: string; url: string; authorization: string | undefined }[] = []
  const media = new Map<string, { type: string; bytes: Buffer; redirect?: string }>()
  const moods: Mood[] = []
  let mood: Mood = "well"
  let manners: Manners = {}
  const calls = new Set<Promise<void>>()
  /** Messages of which we answered that we know that they were delivered. */
  const toldDelivered: SentMessage[] = []
  let count = 0

  const sid = (letters: string) => `${letters}${(++count).toString(16).padStart(32, "0")}`

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  // A listening server of a port has an AddressInfo.
  const { port } = server.address() as AddressInfo
  const apiBase = `http://127.0.0.1:${port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", apiBase)
    const { authorization } = request.headers
    requests.push({ method: request.method ?? "", url: url.pathname + url.search, authorization })
    const file = media.get(url.pathname)
    const isOpen = file !== undefined && !url.pathname.startsWith("/2010-04-01/")
    const wanted = `Basic ${Buffer.from(`${accountId}:${authToken}`).toString("base64")}`
    if (!isOpen && authorization !== wanted)
      return json(response, 401, { code: 20003, message: "Authenticate", status: 401 })
    if (file !== undefined) {
      if (file.redirect !== undefined) return void response.writeHead(307, { location: file.redirect }).end()
      return void response
        .writeHead(200, { "content-type": file.type, "content-length": file.bytes.length })
        .end(file.bytes)
    }
    const now = moods.shift() ?? mood
    if (now === "hang") return
    if (now === "cut") return void request.socket.destroy()
    if (typeof now === "object")
      return json(response, now.status, { code: now.code, message: "As you wished", status: now.status })
    const list = `/2010-04-01/Accounts/${accountId}/Messages.json`
    if (request.method === "POST" && url.pathname === list) {
      const message = take(new URLSearchParams(await read(request)))
      if (manners.callsBack) callBack(message)
      await pause(manners.delay?.() ?? 0)
      if (now === "take-and-cut") return void request.socket.destroy()
      return json(response, 201, { sid: message.sid, status: "queued" })
    }
    if (url.pathname === list) return json(response, 200, page(url))
    const one = /\/Messages\/(\w+)\/Media\.json$/.exec(url.pathname)?.[1]
    const found = messages.find((message) => message.sid === one)
    if (found === undefined) return json(response, 404, { code: 20404, message: "Not found", status: 404 })
    json(response, 200, {
      media_list: found.media.map(({ type, path }) => ({ content_type: type, uri: `${path}.json` })),
    })
  }

  function take(form: URLSearchParams): SentMessage {
    const message = {
      sid: sid("SM"),
      to: form.get("To") ?? "",
      from: form.get("From") ?? "",
      body: form.get("Body") ?? "",
      mediaUrls: form.getAll("MediaUrl"),
      statusCallback: form.get("StatusCallback") ?? undefined,
      at: new Date(),
    }
    sent.push(message)
    messages.push({
      ...message,
      direction: "outbound-api",
      status: "queued",
      errorCode: null,
      dateSent: message.at,
      media: [],
    })
    return message
  }

  function page(url: URL): object {
    const time = (name: string, otherwise: number) =>
      Date.parse(url.searchParams.get(name) ?? "") || otherwise
    const from = time("DateSent>", -Infinity)
    // Twilio knows seconds only.
    const to = time("DateSent<", Infinity) + 999
    const number = Number(url.searchParams.get("Page") ?? 0)
    const all = messages
      .filter((message) =>
        ["To", "From"].every((name) => {
          const wanted = url.searchParams.get(name)
          return wanted === null || wanted === (name === "To" ? message.to : message.from)
        }),
      )
      .filter(({ dateSent }) => dateSent.getTime() >= from && dateSent.getTime() <= to)
      .toSorted((one, other) => other.dateSent.getTime() - one.dateSent.getTime())
    const next = new URL(url)
    next.searchParams.set("Page", String(number + 1))
    return {
      messages: all.slice(number * pageSize, (number + 1) * pageSize).map((message) => ({
        sid: message.sid,
        from: message.from,
        to: message.to,
        body: message.body,
        status: message.status,
        direction: message.direction,
        num_media: String(message.media.length),
        date_sent: message.dateSent.toUTCString().replace("GMT", "+0000"),
        error_code: message.errorCode,
        error_message: null,
        price: null,
        api_version: "2010-04-01",
      })),
      next_page_uri: (number + 1) * pageSize < all.length ? next.pathname + next.search : null,
      page: number,
    }
  }

  /** A customer writes: Twilio keeps the message whether or not anybody hears of it by a webhook. */
  function customerWrites(message: {
    from: string
    to: string
    body: string
    at?: Date
    media?: { type: string; bytes: Buffer; redirect?: string }[]
  }): FakeMessage {
    const id = sid(message.media?.length ? "MM" : "SM")
    const kept = (message.media ?? []).map((file) => {
      const path = `/2010-04-01/Accounts/${accountId}/Messages/${id}/Media/${sid("ME")}`
      media.set(path, file)
      return { type: file.type, path }
    })
    const made: FakeMessage = {
      sid: id,
      direction: "inbound",
      from: message.from,
      to: message.to,
      body: message.body,
      status: "received",
      errorCode: null,
      dateSent: message.at ?? new Date(),
      media: kept,
    }
    messages.push(made)
    return made
  }

  /** The form fields of the webhook for an incoming message, as Twilio posts them. */
  function webhookOf(message: FakeMessage, more: Record<string, string> = {}): Record<string, string> {
    return {
      ToCountry: "US",
      ToState: "CA",
      SmsMessageSid: message.sid,
      NumMedia: String(message.media.length),
      ToCity: "",
      FromZip: "",
      SmsSid: message.sid,
      FromState: "",
      SmsStatus: "received",
      FromCity: "",
      Body: message.body,
      FromCountry: "FR",
      To: message.to,
      ToZip: "",
      NumSegments: "1",
      MessageSid: message.sid,
      AccountSid: accountId,
      From: message.from,
      ApiVersion: "2010-04-01",
      ...Object.fromEntries(
        message.media.flatMap(({ type, path }, index) => [
          [`MediaContentType${index}`, type],
          [`MediaUrl${index}`, apiBase + path],
        ]),
      ),
      ...more,
    }
  }

  /** The form fields of a status callback. */
  function callbackOf(message: SentMessage, status: string, errorCode?: number): Record<string, string> {
    return {
      SmsSid: message.sid,
      SmsStatus: status,
      MessageStatus: status,
      To: message.to,
      MessageSid: message.sid,
      AccountSid: accountId,
      From: message.from,
      ApiVersion: "2010-04-01",
      ...(errorCode === undefined ? {} : { ErrorCode: String(errorCode) }),
    }
  }

  /**
   * Posts a webhook to `url`, signed for `signedUrl` (what Twilio was told to call; behind a proxy it is another).
   */
  async function post(
    url: string,
    form: Record<string, string>,
    o: { signedUrl?: string; headers?: Record<string, string>; signature?: string } = {},
  ): Promise<Response> {
    const { origin, repeats, delay } = manners
    const told = origin === undefined ? url : origin + url.slice(new URL(url).origin.length)
    const signature = o.signature ?? twilio.getExpectedTwilioSignature(authToken, o.signedUrl ?? told, form)
    const request = (): Promise<Response> =>
      fetch(url, {
        method: "POST",
        headers: { "x-twilio-signature": signature, "user-agent": "TwilioProxy/1.1", ...o.headers },
        body: new URLSearchParams(form),
        signal: AbortSignal.timeout(PATIENCE),
      })
    for (let count = repeats?.() ?? 0; count > 0; count -= 1)
      later(async () => {
        await pause(delay?.() ?? 0)
        await request().then((response) => response.body?.cancel())
      })
    return request()
  }

  /** All states of a message at once, so in any order. One that is not heard is told again, as with retries on. */
  function callBack(message: SentMessage): void {
    const { statusCallback } = message
    if (statusCallback === undefined) return
    for (const status of ["sent", "delivered"])
      later(async () => {
        for (let attempt = 0; attempt < 4; attempt += 1) {
          await pause(manners.delay?.() ?? 0)
          const answer = await post(statusCallback, callbackOf(message, status))
          await answer.body?.cancel()
          if (!answer.ok) continue
          if (status === "delivered") toldDelivered.push(message)
          return
        }
      })
  }

  /** Nobody hears of a call that fails. */
  function later(call: () => Promise<void>): void {
    const calling = call()
      .catch(() => undefined)
      .finally(() => calls.delete(calling))
    calls.add(calling)
  }

  return {
    apiBase,
    accountId,
    get authToken() {
      return authToken
    },
    /** What a source's settings need, as `makeSource` takes them. */
    settings: (number: string) => ({ channel: "sms" as const, number, accountId, authToken, apiBase }),
    changeToken(token: string) {
      authToken = token
    },
    messages,
    sent,
    requests,
    media,
    customerWrites,
    webhookOf,
    callbackOf,
    post,
    toldDelivered,
    setManners(next: Manners) {
      manners = next
    },
    /** Resolves when what is now on its way to us by itself has come; others may be on theirs by then. */
    async hasCalled() {
      await Promise.all(calls)
    },
    /** For all requests that send or list, until told otherwise. */
    setMood(next: Mood) {
      mood = next
    },
    /** For the next such requests only, one each. */
    nextMoods(...next: Mood[]) {
      moods.push(...next)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString("utf8")
}
