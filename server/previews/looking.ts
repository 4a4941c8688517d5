import { Resolver } from "node:dns/promises"
import type { IncomingMessage } from "node:http"
import { pipeline, type Readable } from "node:stream"
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib"
import { fetched, makeSmall, outsideOnly } from "../files/files.ts"
import { isForEverybody } from "./asking.ts"
import { readPage, textOf } from "./reading.ts"

/** How far one reaches: tests have a web of their own. */
export type Web = {
  ports: ReadonlySet<string>
  mayConnectTo: (ip: string) => boolean
  find: fetched.FindAddresses
}

export const theWeb: Web = {
  ports: new Set(["", "80", "443"]),
  mayConnectTo: fetched.isPublicAddress,
  find: findByName,
}

export type Found = { title: string; description: string | undefined; picture: Buffer | undefined }

/** Milliseconds, from the look-up of its name to its last byte, redirects included. */
const PATIENCE = 5_000
const MOST_REDIRECTS = 3
/** Bytes that are read of a page; what it says of itself stands at its beginning. */
const MOST_OF_PAGE = 512 * 1024
/** Bytes; what has more is shown without a picture. */
const MOST_OF_PICTURE = 2 * 1024 * 1024

/** What the page says of itself. Throws where nothing can be had, for whatever reason. */
export async function look(address: URL, web: Web): Promise<Found> {
  const { url, response } = await follow(address.href, web, {
    accept: "text/html,application/xhtml+xml",
    "accept-encoding": "gzip, br",
    isAsked: isForEverybody,
  })
  const type = response.headers["content-type"] ?? ""
  if (!/^(text\/html|application\/xhtml\+xml)\s*(;|$)/i.test(type)) throw refuse(response, "is no page")
  const page = readPage(textOf(await beginningOf(opened(response), MOST_OF_PAGE), type), url)
  if (page.title === undefined) throw new fetched.FileRefused("it does not say what it is")
  const { title, description, picture } = page
  return {
    title,
    description,
    picture: picture === undefined ? undefined : await lookAtPicture(picture, web),
  }
}

/** A page is shown without the picture that cannot be had. */
async function lookAtPicture(address: string, web: Web): Promise<Buffer | undefined> {
  try {
    const { response } = await follow(address, web, { accept: "image/*", "accept-encoding": "identity" })
    if (!response.headers["content-type"]?.startsWith("image/")) throw refuse(response, "is no picture")
    const bytes = await beginningOf(response, MOST_OF_PICTURE + 1)
    return bytes.length > MOST_OF_PICTURE || !response.complete ? undefined : makeSmall(bytes, "preview")
  } catch {
    return undefined
  }
}

type Wish = { accept: string; "accept-encoding": string; isAsked?: (url: URL) => boolean }

function follow(remote: string, web: Web, { isAsked = () => true, ...wanted }: Wish) {
  const { ports, mayConnectTo, find } = web
  return fetched.follow(remote, {
    signal: AbortSignal.timeout(PATIENCE),
    mostRedirects: MOST_REDIRECTS,
    request(url) {
      if (!ports.has(url.port) || !isAsked(url)) throw new fetched.FileRefused("it is not to be asked")
      const refused = () => new fetched.FileRefused("it lies inside our network")
      const headers = { ...wanted, "user-agent": "Parley-Previews/1" }
      return { headers, ...outsideOnly(url, refused, { mayConnectTo, find }) }
    },
  })
}

function refuse(response: IncomingMessage, why: string): Error {
  response.destroy()
  return new fetched.FileRefused(`it ${why}`)
}

/** The body as it was before it was made smaller; what a bomb would become is never there at once. */
function opened(response: IncomingMessage): Readable {
  const decoder = {
    gzip: createGunzip,
    "x-gzip": createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  }
  const encoding = response.headers["content-encoding"]?.trim().toLowerCase() ?? "identity"
  if (encoding === "identity") return response
  if (!(encoding in decoder)) throw refuse(response, "is packed as nobody asked for")
  // An error of either reaches whoever reads, and ends both.
  return pipeline(response, decoder[encoding as keyof typeof decoder](), () => undefined)
}

async function beginningOf(body: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      const bytes: Buffer = chunk
      chunks.push(bytes)
      size += bytes.length
      if (size >= most) break
    }
  } finally {
    body.destroy()
  }
  return Buffer.concat(chunks).subarray(0, most)
}

const names = new Resolver({ timeout: 2_000, tries: 1 })

/**
 * Not by the system's own look-up: that holds one of the four threads that read our files, too, for as long as a
 * stranger's name server is silent.
 */
async function findByName(host: string): ReturnType<fetched.FindAddresses> {
  const [four, six] = await Promise.allSettled([names.resolve4(host), names.resolve6(host)])
  const addresses = [
    ...(four.status === "fulfilled" ? four.value.map((address) => ({ address, family: 4 })) : []),
    ...(six.status === "fulfilled" ? six.value.map((address) => ({ address, family: 6 })) : []),
  ]
  if (addresses.length === 0) throw new fetched.FileRefused("its host is not known")
  return addresses
}
