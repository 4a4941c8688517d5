/** Ids and the session's key. crypto.randomUUID is missing on plain http pages; getRandomValues is not. */

let lastTime = 0

/** UUIDv7; two made in this tab sort in the order they were made. */
export function newId(): string {
  lastTime = Math.max(Date.now(), lastTime + 1)
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const time = lastTime.toString(16).padStart(12, "0")
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const rest = Array.from(bytes.subarray(6), (byte) => byte.toString(16).padStart(2, "0")).join("")
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8)}`
}

/** 32 random bytes, base64url: whoever has it is the visitor. */
export function newKey(): string {
  const text = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32)))
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace("=", "")
}
