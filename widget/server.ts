import { writeJson } from "./storage.ts"

/** One request to Parley. Sent as plain text, so that no browser asks for permission first (no CORS preflight). */
export type Answer =
  | { kind: "done"; body: unknown }
  /** The server will never take it so; the code is one of protocol/refusals.ts. */
  | { kind: "refused"; refusal: string }
  /** No network, too often, or the server's own trouble: the same again, later. */
  | { kind: "later" }

export async function askServer(address: string, body?: object): Promise<Answer> {
  try {
    const text = body && writeJson(body)
    const response = await fetch(address, {
      ...(text
        ? { method: "POST", body: text, headers: { "content-type": "text/plain;charset=UTF-8" } }
        : {}),
      credentials: "omit",
      // Outlives a click on the next page; browsers allow 64 KB for that.
      keepalive: text !== undefined && text.length < 15_000,
      signal: AbortSignal.timeout(15_000),
    })
    const answer: unknown = await response.json()
    if (response.ok) return { kind: "done", body: answer }
    const isFinal =
      response.status >= 400 && response.status < 500 && response.status !== 429 && response.status !== 408
    if (
      isFinal &&
      typeof answer === "object" &&
      answer !== null &&
      "refusal" in answer &&
      typeof answer.refusal === "string"
    )
      return { kind: "refused", refusal: answer.refusal }
  } catch {
    // No answer, or one that is not ours: a captive portal, a proxy's error page.
  }
  return { kind: "later" }
}
