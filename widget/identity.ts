/** Whose browser it is, by the website's word. Loaded where a website gives one. */
import type { Proof } from "./launcher.ts"
import { newKey } from "./secret.ts"
import { askServer } from "./server.ts"
import { writeJson, type Storage } from "./storage.ts"
import type { Session } from "./trust.ts"

/** Pages give a proof each time; one a day is looked at, and one that says something else. Milliseconds. */
const BELIEVED = 24 * 60 * 60_000
const PROVEN = "proven"

export async function identify(
  proof: Proof,
  o: { storage: Storage; server: string; before: Session | undefined; isOver(): boolean; follow(): void },
): Promise<string> {
  const { storage, before } = o
  const { user, said } = readProof(proof)
  const isSame = user !== undefined && before?.user === user
  const isNews = said !== before?.said || Date.now() - (before?.provenAt ?? 0) >= BELIEVED
  if (isSame && before.isKnown && !isNews) return PROVEN
  const key = isSame ? before.key : `j${newKey()}`
  // Logged out while it waited.
  if (o.isOver()) return "later"
  const answer = await askServer(`${o.server}/identify`, { key, before: before?.key, proof })
  if (o.isOver()) return "later"
  if (answer.kind !== "done") return answer.kind === "refused" ? answer.refusal : "later"
  // What somebody else has left to be sent is not this one's to send.
  if (before?.user !== undefined && !isSame) for (const name of storage.names("")) storage.remove(name)
  const { isKnown } = Object(answer.body) as { isKnown?: unknown }
  storage.set("", writeJson({ key, isKnown: isKnown === true, user, said, provenAt: Date.now() }))
  o.follow()
  return PROVEN
}

/** Only to tell whether it is another than before: the server does not believe it unread. */
function readProof(proof: Proof): { user?: string; said: string } {
  if (!("token" in proof)) return { user: proof.userId, said: "" }
  try {
    const part = (proof.token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")
    // Every token has other times.
    const { iat: _at, exp: _end, nbf: _begin, jti: _id, ...claims } = JSON.parse(atob(part)) as Claims
    return { user: String(claims["sub"] ?? claims["user_id"]), said: digestOf(JSON.stringify(claims)) }
  } catch {
    return { said: "" }
  }
}
type Claims = Record<string, unknown>

/** FNV-1a: not to keep on the page's own storage what the website knows of somebody. */
function digestOf(text: string): string {
  let digest = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) digest = Math.imul(digest ^ text.charCodeAt(at), 0x01000193)
  return (digest >>> 0).toString(36)
}
