import { sql } from "kysely"
import type { CustomerHistory } from "../../protocol/customers.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Db } from "../db/db.ts"

type Stretch = CustomerHistory["stretches"][number]

const MOST_STRETCHES = 20

/** The latest times in which the conversation was open, the latest first: from the first entry or a reopening to a close. */
export async function readStretches(db: Db, workspaceId: Id, conversationId: Id): Promise<Stretch[]> {
  const ofConversation = sql`e.workspace_id = ${workspaceId} and e.conversation_id = ${conversationId}`
  const { rows: turns } = await sql<{ id: Id; at: Stamp; isClosing: boolean }>`
    select e.id, e.at, e.event ->> 'what' = 'closed' as "isClosing" from entries e
     where ${ofConversation} and e.type = 'event' and e.event ->> 'what' in ('closed', 'reopened')
     order by e.at desc limit ${2 * MOST_STRETCHES + 1}`.execute(db)
  const { rows: first } = await sql<{ id: Id; at: Stamp }>`
    select e.id, e.at from entries e where ${ofConversation} order by e.at limit 1`.execute(db)
  const stretches: Stretch[] = []
  let until: Stamp | null = null
  for (const { id, at, isClosing } of turns) {
    if (isClosing) until = at
    else {
      stretches.push({ entryId: id, from: at, until })
      until = null
    }
  }
  const [beginning] = first
  if (beginning && turns.length <= 2 * MOST_STRETCHES) {
    // One that began closed, by an import, has no first stretch.
    if (turns.at(-1)?.isClosing !== false)
      stretches.push({ entryId: beginning.id, from: beginning.at, until })
  }
  return stretches.slice(0, MOST_STRETCHES)
}
