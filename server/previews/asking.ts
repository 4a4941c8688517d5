import { linksOf } from "../../protocol/formatting.ts"

/** Longer ones are none that people read. */
const LONGEST_ADDRESS = 1_000

/** The first web address of a text, if it may be asked what it is; `ownHost`: where our own desk is. */
export function addressIn(text: string, ownHost: string | undefined): URL | undefined {
  const link = linksOf(text).find(({ kind }) => kind === "link")
  if (link === undefined || !("text" in link) || !URL.canParse(link.text)) return undefined
  const url = new URL(link.text)
  url.hash = ""
  return url.host !== ownHost && isForEverybody(url) ? url : undefined
}

/** Where asking does something, or shows what is meant for one person: the words such addresses have in their path … */
const ACTS =
  /^(unsubscribe|opt-?(in|out)|confirm(ation)?|verif(y|ication)|activat(e|ion)|(reset-?)?password|reset|log-?(in|out)|sign-?(in|out|off)|magic(-?link)?|invit(e|ation)s?|join|accept|approve|decline|delete|cancel|oauth2?|auth|tokens?)(\.\w+)?$/i
/** … and the names under which they take what opens them. */
const KEYS =
  /token|secret|passw|passcode|signature|session|credential|jwt|otp|nonce|auth(?!or)|invit|verif|confirm|^(x-amz-.*|sig|sign|key|api-?key|code|hash|hmac|ticket|sid|access|state|email|e|u|uid)$/i

/** Whether nothing in the address looks as if it were for one person or one time. */
export function isForEverybody(url: URL): boolean {
  if (url.href.length > LONGEST_ADDRESS || url.username !== "" || url.password !== "") return false
  const path = url.pathname.split("/").map(decoded)
  const query = [...url.searchParams]
  return (
    !path.some((part) => ACTS.test(part) || isRandom(part)) &&
    !query.some(([name, value]) => KEYS.test(name) || isRandom(name) || isRandom(value))
  )
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Fewer letters are guessed, or name a page as a video's eleven do. */
const SHORTEST_SECRET = 16
const UUID = /[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}/i
/** No word and no number is as long. */
const RUN = /[a-z\d]{28}/i

/**
 * Whether it is none of the words and numbers people name pages with: within random letters a digit stands beside a
 * letter, or a capital behind a small one, at every second place; within words at every fifth at most.
 */
function isRandom(part: string): boolean {
  if (part.length < SHORTEST_SECRET) return false
  if (UUID.test(part) || RUN.test(part)) return true
  const changes = part.match(/[a-z](?=[A-Z])|[a-z](?=\d)|\d(?=[a-z])/g)?.length ?? 0
  const capitals = part.match(/[A-Z](?=\d)|\d(?=[A-Z])/g)?.length ?? 0
  return changes + capitals > part.length / 5
}
