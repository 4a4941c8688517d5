import { setImmediate as nextTurn } from "node:timers/promises"
import { sql, type RawBuilder } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { lexemesOf, type Written } from "./terms.ts"

export type Readable = Written & { id: Id; conversationId: Id; at: Stamp }

/** The columns of a `Readable`, of `entries e`. */
export const readableColumns = sql`
  e.id, e.conversation_id as "conversationId", e.at, e.type, e.agent_id as "agentId", e.source_id as "sourceId", e.text,
  e.file_ids::text[] as "fileIds"`

/** Letters cut at once; others wait for their turn meanwhile. */
const MOST_AT_ONCE = 20_000

/** SQL for rows like those of `entry_words`, made of the texts themselves. */
export async function cut(workspaceId: Id, entries: readonly Readable[]): Promise<RawBuilder<unknown>> {
  const given: object[] = []
  let letters = 0
  for (const entry of entries) {
    letters += entry.text.length
    if (letters > MOST_AT_ONCE) {
      await nextTurn()
      letters = entry.text.length
    }
    const { id, conversationId, at } = entry
    given.push({ id, conversation_id: conversationId, at, words: lexemesOf(workspaceId, entry) })
  }
  return sql`(
    select ${workspaceId}::uuid as workspace_id, given.conversation_id, given.at, given.id as entry_id,
           array_to_tsvector(given.words) as words
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
           as given (id uuid, conversation_id uuid, at timestamptz, words text[]))`
}
