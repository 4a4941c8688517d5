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

/** How a stranger's address is asked; each it is redirected to in the same way. */
type Asking = {
  signal: AbortSignal
  mostRedirects: number
  /** What the request says; throws `FileRefused` where it must not be made. */
  request: (url: URL) => { headers: Record<string, string> } & Partial<ReturnType<typeof outsideOnly>>
}

const mostRedirects = 5
const patience = 60_000

/** The bytes at an address, redirects followed. Fails when there are more than `mostBytes`, or after a minute. */
export async function* download(
  remote: string,
  o: Reach & { mostBytes: number },
): AsyncGenerator<Uint8Array> {
  const signal = AbortSignal.timeout(patience)
  const { response } = await follow(remote, { signal, mostRedirects, request: requestOf(o) })
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

/** The answer at the end of all redirects, and where that is. Its body is the caller's to read or to destroy. */
export async function follow(
  remote: string,
  asking: Asking,
): Promise<{ url: URL; response: IncomingMessage }> {
  let url = parse(remote)
  for (let redirects = 0; redirects <= asking.mostRedirects; redirects += 1) {
    const response = await get(url, asking)
    const { statusCode: status = 0, headers } = response
    if (status === 200) return { url, response }
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

function requestOf({ access, mayConnectTo, trustsProvider }: Reach): Asking["request"] {
  return (url) => {
    const isProvider = url.origin === access.origin
    const refused = () => new FileRefused("it lies inside our network")
    const connection = isProvider && trustsProvider ? {} : outsideOnly(url, refused, { mayConnectTo })
    return { headers: isProvider ? access.headers : {}, ...connection }
  }
}

async function get(url: URL, { request: requestOf, signal }: Asking): Promise<IncomingMessage> {
  const options = { signal, ...requestOf(url), agent: false } as const
  const request = url.protocol === "https:" ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    request(url, options).once("response", resolve).once("error", reject).end()
  })
}
