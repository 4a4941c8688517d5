import { Readable } from "node:stream"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { Db } from "../db/db.ts"
import { openFile, type FileRecord, type FileStore, type Shown } from "../files/files.ts"
import { refuse } from "../../protocol/refusals.ts"

/** Of pictures that we made ourselves of what somebody gave us. */
export const PICTURE_HEADERS = {
  "content-type": "image/webp",
  "content-security-policy": "default-src 'none'; sandbox",
  "x-content-type-options": "nosniff",
}

/**
 * Answers with a file, or with a picture of it, to who may have it. Whatever it is, it cannot run: pictures are made
 * anew, sound and film play in place, all else is a download of no type; and the browser is told not to guess.
 */
export async function sendFile(
  needs: { db: Db; store: FileStore },
  file: FileRecord,
  o: { request: FastifyRequest; reply: FastifyReply; as: Shown; seconds: number },
): Promise<FastifyReply> {
  const { request, reply, as } = o
  const isPicture = as === "small" || as === "large"
  const range = isPicture ? undefined : rangeOf(request.headers.range)
  const open = await openFile(needs, file, { as, from: range?.from ?? 0 })
  if (open === undefined) throw refuse("not-found")
  const { bytes, size, from, inline } = open
  const isPart = range !== undefined && range.from === from
  const end = isPart ? Math.min(range.to + 1, size) : size
  if (isPart) reply.code(206).header("content-range", `bytes ${from}-${end - 1}/${size}`)
  return (
    reply
      .header("content-type", inline ?? "application/octet-stream")
      .header("content-length", end - from)
      .header("accept-ranges", isPicture ? "none" : "bytes")
      .header("content-disposition", `${inline ? "inline" : "attachment"}; ${fileName(file.name)}`)
      .header("content-security-policy", "default-src 'none'; sandbox")
      .header("x-content-type-options", "nosniff")
      // Bytes never change under their id; not for ever, because sight of them can be lost.
      .header("cache-control", `private, max-age=${o.seconds}`)
      .send(end < size ? Readable.from(firstOf(bytes, end - from)) : bytes)
  )
}

/** What players ask for; Safari's plays nothing from who does not know it. Any other range is answered with everything, as RFC 9110 allows. */
function rangeOf(header: string | undefined): { from: number; to: number } | undefined {
  const [, from, to = ""] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header ?? "") ?? []
  if (from === undefined || (to !== "" && Number(to) < Number(from))) return undefined
  return { from: Number(from), to: to === "" ? Infinity : Number(to) }
}

async function* firstOf(bytes: Readable, count: number): AsyncGenerator<Uint8Array> {
  let left = count
  for await (const chunk of bytes) {
    const piece: Uint8Array = chunk
    yield piece.subarray(0, left)
    left -= piece.length
    if (left <= 0) return
  }
}

/** https://www.rfc-editor.org/rfc/rfc6266#section-4.3: plain for old clients, encoded for all others. */
function fileName(name: string): string {
  const plain = name.replace(/[^\w.-]/g, "_")
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `filename="${plain}"; filename*=UTF-8''${encoded}`
}
