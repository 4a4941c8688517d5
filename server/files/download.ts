import { request as requestHttp, type IncomingMessage } from "node:http"
import { request as requestHttps } from "node:https"
import { outsideOnly } from "./network.ts"

/** It can never succeed: too large, not an address, or one that we do not go to. */
export class FileRefused extends Error {
  constructor(why: string) {
    super(`A file is not fetched: ${why}.`)
    this.name = "FileRefused"
  }
}

export type Access = {
  /** The only origin that is shown `headers`, and the only one that may stand inside our network, if it is trusted. */
  origin: string
  headers: Record<string, string>
}

type Reach = { access: Access; mayConnectTo: (ip: string) => boolean; trustsProvider: boolean }

const mostRedirects = 5
const patience = 60_000

/** The bytes at an address, redirects followed. Fails when there are more than `mostBytes`, or after a minute. */
export async function* download(
  remote: string,
  o: Reach & { mostBytes: number },
): AsyncGenerator<Uint8Array> {
  const signal = AbortSignal.timeout(patience)
  const response = await follow(remote, { ...o, signal })
  try {
    let size = 0
    for await (const chunk of response) {
      const bytes: Uint8Array = chunk
      size += bytes.length
      if (size > o.mostBytes) throw new FileRefused(`it has more than ${o.mostBytes} bytes`)
      yield bytes
    }
    // A connection that broke ends the body early and is no error by itself.
    if (!response.complete) throw new Error("A file came only in part.")
  } finally {
    response.destroy()
  }
}

async function follow(remote: string, o: Reach & { signal: AbortSignal }): Promise<IncomingMessage> {
  let url = parse(remote)
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const response = await get(url, o)
    const { statusCode: status = 0, headers } = response
    if (status === 200) return response
    response.destroy()
    if (status < 300 || status >= 400 || headers.location === undefined)
      throw new Error(`A file was answered with status ${status}.`)
    url = parse(headers.location, url)
  }
  throw new FileRefused("it is redirected without end")
}

function parse(text: string, from?: URL): URL {
  const url = URL.canParse(text, from?.href) ? new URL(text, from?.href) : undefined
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:"))
    throw new FileRefused("its address is none of the web")
  return url
}

function get(url: URL, o: Reach & { signal: AbortSignal }): Promise<IncomingMessage> {
  const isProvider = url.origin === o.access.origin
  const isTrusted = isProvider && o.trustsProvider
  const refused = () => new FileRefused("it lies inside our network")
  const connection = isTrusted ? {} : outsideOnly(url, refused, o.mayConnectTo)
  const request = url.protocol === "https:" ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    request(url, {
      headers: isProvider ? o.access.headers : {},
      signal: o.signal,
      agent: false,
      ...connection,
    })
      .once("response", resolve)
      .once("error", reject)
      .end()
  })
}
