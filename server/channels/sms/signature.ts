import { createHmac, timingSafeEqual } from "node:crypto"

/**
 * Whether the signature is Twilio's for this request: HMAC-SHA1 over the address it called and the form's fields
 * sorted by name. https://www.twilio.com/docs/usage/security#validating-requests
 */
export function isSigned(o: { authToken: string; url: string; body: string; signature: string }): boolean {
  const fields = joinFields(new URLSearchParams(o.body))
  return addressesOf(o.url).some((address) =>
    isSame(
      o.signature,
      createHmac("sha1", o.authToken)
        .update(address + fields, "utf8")
        .digest("base64"),
    ),
  )
}

/** Twilio signs sometimes with the scheme's own port and sometimes without, whatever stood in the address. */
function addressesOf(url: string): string[] {
  const match = /^(https?:\/\/)([^/?#]*)(.*)$/is.exec(url)
  if (match === null) return [url]
  const [, scheme = "", authority = "", rest = ""] = match
  // The port's colon is the one behind the bracket of an IPv6 address.
  const host = authority.replace(/:\d*$/, "")
  const usual = scheme.toLowerCase() === "https://" ? "443" : "80"
  return [...new Set([url, `${scheme}${host}${rest}`, `${scheme}${host}:${usual}${rest}`])]
}

function joinFields(form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort(byUnits)
  return names
    .flatMap((name) => [...new Set(form.getAll(name))].sort(byUnits).map((value) => name + value))
    .join("")
}

/** As Twilio's own libraries sort: by code units, never by a language's rules. */
function byUnits(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
