/**
 * One request to the server, its answer parsed. What the server refuses is thrown as a `RefusalError`; where it
 * could not be asked, or something between us answered in its stead, the refusal is "offline".
 */
import type { z } from "zod"
import { WORKSPACE_HEADER } from "../../protocol/commands.ts"
import { refusalBody, type RefusalBody } from "../../protocol/refusals.ts"

export class RefusalError extends Error {
  readonly body: RefusalBody
  constructor(body: RefusalBody) {
    super(body.refusal)
    this.name = "RefusalError"
    this.body = body
  }
}

export const OFFLINE: RefusalBody = { refusal: "offline", message: "The server cannot be reached." }

/** Milliseconds; a request this old is taken for lost and asked again. */
const PATIENCE = 20_000

export type Server = { base: string; workspaceId?: string | undefined }

export async function ask<S extends z.ZodType>(
  server: Server,
  o: { method: string; path: string; body?: unknown; answer: S },
): Promise<z.output<S>> {
  const response = await fetchAnswer(server, o)
  const found = await response.json().catch(() => undefined)
  if (response.ok) {
    const answer = o.answer.safeParse(found)
    if (answer.success) return answer.data
    // A captive portal's cheerful 200, or half an answer: not the server's word.
    throw new RefusalError(OFFLINE)
  }
  const refusal = refusalBody.safeParse(found)
  if (refusal.success) throw new RefusalError(refusal.data)
  // A proxy's or the frame's own no, which repeating will not change.
  if ([400, 413, 414, 415, 422].includes(response.status))
    throw new RefusalError({ refusal: "invalid-input", message: response.statusText })
  throw new RefusalError(OFFLINE)
}

async function fetchAnswer(
  server: Server,
  o: { method: string; path: string; body?: unknown },
): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" }
  if (server.workspaceId) headers[WORKSPACE_HEADER] = server.workspaceId
  const { body } = o
  // A part of a file goes as it is.
  const sent = body === undefined || body instanceof Blob ? body : JSON.stringify(body)
  if (sent !== undefined)
    headers["content-type"] = body instanceof Blob ? "application/octet-stream" : "application/json"
  try {
    return await fetch(`${server.base}/api/v1${o.path}`, {
      method: o.method,
      headers,
      ...(sent === undefined ? {} : { body: sent }),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    })
  } catch {
    // fetch says no more than that it failed: no network, no server, or our patience ran out.
    throw new RefusalError(OFFLINE)
  }
}

export function refusalOf(error: unknown): RefusalBody {
  if (error instanceof RefusalError) return error.body
  throw error
}

/** Not the server's last word: the same is sent again. */
const PASSING: ReadonlySet<string> = new Set([OFFLINE.refusal, "unavailable", "too-often", "not-signed-in"])
/** The server failed without a reason of ours. */
const BROKEN = "broken"
/** Nobody knows what a server did that then failed. Its next answer to the same says; one that never comes must not hold up others. */
const MOST_FAILURES = 6

/** Whether what was refused so is worth another try. */
export type Patience = (refusal: string) => boolean

/** For one thing that is sent until the server has answered. */
export function openPatience(): Patience {
  let failures = 0
  return (refusal) => {
    if (refusal !== BROKEN) return PASSING.has(refusal)
    failures += 1
    return failures < MOST_FAILURES
  }
}
