import type { FastifyReply, FastifyRequest } from "fastify"
import type { Db } from "../db/db.ts"
import { openFile, type FileRecord, type FileStore, type Shown } from "../files/files.ts"
import { refuse } from "../../protocol/refusals.ts"

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
  const from = as === undefined ? beginningOf(request.headers.range, file.size) : 0
  const open = await openFile(needs, file, { as, from })
  if (open === undefined) throw refuse("not-found")
  const { bytes, size, inline } = open
  if (from > 0) reply.code(206).header("content-range", `bytes ${from}-${size - 1}/${size}`)
  return (
    reply
      .header("content-type", inline ?? "application/octet-stream")
      .header("content-length", size - from)
      .header("accept-ranges", as === undefined ? "bytes" : "none")
      .header("content-disposition", `${inline ? "inline" : "attachment"}; ${fileName(file.name)}`)
      .header("content-security-policy", "default-src 'none'; sandbox")
      .header("x-content-type-options", "nosniff")
      // Bytes never change under their id; not for ever, because sight of them can be lost.
      .header("cache-control", `private, max-age=${o.seconds}`)
      .send(bytes)
  )
}

/** Where players seek to; any other range is answered with everything, as RFC 9110 allows. */
function beginningOf(range: string | undefined, size: number): number {
  const [, from = "0"] = /^bytes=(\d{1,15})-$/.exec(range ?? "") ?? []
  return Number(from) < size ? Number(from) : 0
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
