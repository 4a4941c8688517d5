import { createHmac, timingSafeEqual } from "node:crypto"
import { id, type Id } from "../../protocol/values.ts"

const DAY = 86_400
/** Days. Rounded up to a whole one, so that a picture has one address all day and is loaded once. */
const LINK_DAYS = 30

type Linked = { workspaceId: Id; id: Id }

/**
 * The path of a file that its customer may fetch: whoever has it can, until it ends. It names the file and is signed,
 * so it opens nothing else.
 */
export function linkOf(secret: string, file: Linked, now: Date): string {
  const until = (Math.ceil(now.getTime() / 1_000 / DAY) + LINK_DAYS) * DAY
  const text = `${file.workspaceId}.${file.id}.${until}`
  return `/files/${text}.${sign(secret, text)}`
}

/** The file a link names, if we made it and it has not ended. */
export function readLink(secret: string, token: string, now: Date): Linked | undefined {
  const [workspaceId = "", fileId = "", until = "", signature = ""] = token.split(".")
  const expected = Buffer.from(sign(secret, `${workspaceId}.${fileId}.${until}`))
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  if (Number(until) * 1_000 < now.getTime()) return undefined
  return { workspaceId: id.parse(workspaceId), id: id.parse(fileId) }
}

function sign(secret: string, text: string): string {
  return createHmac("sha256", secret).update(`file ${text}`).digest("base64url")
}
