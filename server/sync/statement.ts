import { z } from "zod"

/** PostgreSQL takes 8,000 bytes a notification. */
const MOST_BYTES = 7_500

const agentIs = z.object({
  kind: z.literal("agent"),
  agentId: z.string(),
  isTyping: z.boolean(),
  inNote: z.boolean(),
})
const visitorIs = z.object({ kind: z.literal("visitor"), isTyping: z.boolean(), page: z.string().nullable() })
/** What one window says of itself; `is` null: it has left. */
const statement = z.object({
  workspaceId: z.string(),
  conversationId: z.string(),
  window: z.string(),
  is: z.discriminatedUnion("kind", [agentIs, visitorIs]).nullable(),
})
export type Statement = z.infer<typeof statement>

/** Whether it says nothing new. */
export function isSame(before: Statement["is"] | undefined, is: Statement["is"]): boolean {
  if (!before || !is) return !before && !is
  if (before.kind === "visitor")
    return is.kind === "visitor" && before.isTyping === is.isTyping && before.page === is.page
  return is.kind === "agent" && before.isTyping === is.isTyping && before.inNote === is.inNote
}

/** As few notifications as their limit allows. */
export function* payloads(statements: readonly Statement[]): Iterable<string> {
  let texts: string[] = []
  let bytes = 0
  for (const said of statements) {
    const text = JSON.stringify(said)
    const size = Buffer.byteLength(text) + 1
    if (bytes + size > MOST_BYTES && texts.length > 0) {
      yield `[${texts.join(",")}]`
      texts = []
      bytes = 0
    }
    texts.push(text)
    bytes += size
  }
  if (texts.length > 0) yield `[${texts.join(",")}]`
}

/** What another process has said; nothing where it speaks another version. */
export function parseStatements(payload: string): Statement[] {
  return z.array(statement).safeParse(parseJson(payload)).data ?? []
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
