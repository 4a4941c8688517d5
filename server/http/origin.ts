import type { FastifyRequest } from "fastify"
import { acts } from "../team/team.ts"

type Settings = { publicUrl?: string | undefined }

/** Scheme and host that people reach us at: PARLEY_URL, else what this request says, seen through trusted proxies. */
export function originOf(request: FastifyRequest, { publicUrl }: Settings): string {
  return publicUrl === undefined ? `${request.protocol}://${request.host}` : new URL(publicUrl).origin
}

/**
 * Whether the request may use the caller's cookie: browsers tell the page's origin with every unsafe request and
 * every websocket, programs tell none (and have no cookie that somebody else put there). A key in a header was put
 * there by whoever holds it, and no cookie is looked at beside it.
 */
export function isOwnOrigin(request: FastifyRequest, settings: Settings): boolean {
  if (acts.findKey(request.headers.authorization) !== undefined) return true
  const { origin, "sec-fetch-site": site } = request.headers
  if (origin === undefined) return site === undefined || site === "same-origin" || site === "none"
  return origin === originOf(request, settings) || origin === `${request.protocol}://${request.host}`
}
