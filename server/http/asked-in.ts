import type { FastifyRequest } from "fastify"

/** The languages that a browser asks for, the most wanted first, as they all send them. */
export function askedIn(request: FastifyRequest): string[] {
  const header = request.headers["accept-language"] ?? ""
  return header.split(",").map((part) => part.split(";")[0]?.trim() ?? "")
}
