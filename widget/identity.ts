/** Whose browser it is, by the website's word. Loaded where a website gives one. */
import type { Proof } from "./launcher.ts"
import { newKey } from "./secret.ts"
import { askServer } from "./server.ts"
import { writeJson, type Storage } from "./storage.ts"
import type { Session } from "./trust.ts"

/** Pages give a proof each time; one a day is looked at. Milliseconds. */
const BELIEVED = 24 * 60 * 60_000
const PROVEN = "proven"

export async function identify(
  proof: Proof,
  o: { storage: Storage; server: string; before: Session | undefined; follow(): void },
): Promise<string> {
  const { storage, before } = o
  const user = "token" in proof ? userOf(proof.token) : proof.userId
  const isSame = user !== undefined && before?.user === user
  if (isSame && before.isKnown && Date.now() - (before.provenAt ?? 0) < BELIEVED) return PROVEN
  const key = isSame ? before.key : `j${newKey()}`
  const answer = await askServer(`${o.server}/identify`, { key, before: before?.key, proof })
  if (answer.kind !== "done") return answer.kind === "refused" ? answer.refusal : "later"
  // What somebody else has left to be sent is not this one's to send.
  if (before?.user !== undefined && !isSame) for (const name of storage.names("")) storage.remove(name)
  const { isKnown } = Object(answer.body) as { isKnown?: unknown }
  storage.set("", writeJson({ key, isKnown: isKnown === true, user, provenAt: Date.now() }))
  o.follow()
  return PROVEN
}

/** Only to tell whether it is another than before: the server does not believe it unread. */
function userOf(token: string): string | undefined {
  try {
    const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")
    const { sub, user_id: named } = JSON.parse(atob(part)) as { sub?: unknown; user_id?: unknown }
    return String(sub ?? named)
  } catch {
    return undefined
  }
}
