import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { extname, join } from "node:path"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"
import type { FastifyReply, FastifyRequest } from "fastify"

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
}
const COMPRESSED = new Set([".html", ".js", ".css", ".json", ".webmanifest", ".svg"])

/** A name with a hash of its content in it. */
const HASHED = /^[\w./-]+-[\w-]{8}\.\w+$/
const FOREVER = "public, max-age=31536000, immutable"
/** Kept, but asked for again each time; unchanged it is answered with 304. */
const ALWAYS_ASKED = "no-cache"

export type Asset = {
  body: Buffer
  type: string
  etag: string
  cacheControl: string
  /** Made once, when first wanted. */
  compressed: Map<Encoding, Promise<Buffer>>
}
type Encoding = "br" | "gzip"

export function isHashed(name: string): boolean {
  return HASHED.test(name)
}

export function makeAsset(body: Buffer, o: { name: string; cacheControl?: string }): Asset {
  const extension = extname(o.name)
  return {
    body,
    type: TYPES[extension] ?? "application/octet-stream",
    etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
    cacheControl: o.cacheControl ?? (isHashed(o.name) ? FOREVER : ALWAYS_ASKED),
    compressed: new Map(),
  }
}

/** The files of a built app, read into memory; only what is listed can be asked for. Empty where nothing is built. */
export function readAssets(folder: string): ReadonlyMap<string, Asset> {
  if (!existsSync(folder)) return new Map()
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return new Map(
    files.map((file) => {
      const path = join(file.parentPath, file.name)
      const name = path.slice(folder.length).replaceAll("\\", "/").replace(/^\//, "")
      return [name, makeAsset(readFileSync(path), { name })]
    }),
  )
}

export async function sendAsset(
  request: FastifyRequest,
  reply: FastifyReply,
  asset: Asset,
): Promise<unknown> {
  reply.headers({
    etag: asset.etag,
    "cache-control": asset.cacheControl,
    vary: "accept-encoding",
    "content-type": asset.type,
  })
  if (request.headers["if-none-match"]?.includes(asset.etag)) return reply.code(304).send()
  const extension = Object.keys(TYPES).find((known) => TYPES[known] === asset.type) ?? ""
  const encoding = COMPRESSED.has(extension) ? wantedEncoding(request.headers["accept-encoding"]) : undefined
  if (encoding === undefined) return reply.send(asset.body)
  const compressed = asset.compressed.get(encoding) ?? compress(asset.body, encoding)
  asset.compressed.set(encoding, compressed)
  return reply.header("content-encoding", encoding).send(await compressed)
}

function wantedEncoding(accepted: string | string[] | undefined): Encoding | undefined {
  const text = String(accepted ?? "")
  return text.includes("br") ? "br" : text.includes("gzip") ? "gzip" : undefined
}

function compress(body: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === "gzip") return promisify(gzip)(body, { level: 9 })
  return promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
}
