import { sql } from "kysely"
import { mentionsIn } from "../../protocol/text.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import { uploads } from "../files/files.ts"
import type { Sync } from "../sync/sync.ts"
import { membersOf, type Agent } from "../team/team.ts"
import { act } from "./act.ts"
import { addEntry, addNotice } from "./hold.ts"

/** Writes an internal note. Whom it mentions, by name or through a team he is in now, sees the conversation from now on. */
export async function note(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: { id: Id; text: string; fileIds?: Id[] | undefined },
): Promise<{ number: number; at: Stamp }> {
  return act(sync, { agent, conversationId, name: "note", commandId: body.id }, async (held, writing) => {
    const { workspaceId, agentId } = agent
    const { id, text, fileIds = [] } = body
    await uploads.attach(writing.tx, { workspaceId, uploader: `agent:${agentId}`, entryId: id, fileIds })
    const entry = addEntry(held, writing.at, { id, type: "note", agentId, text, fileIds })
    for (const mentioned of await findMentioned(writing.tx, workspaceId, text)) {
      if (mentioned === agentId) continue
      addNotice(held, mentioned, "mention", entry)
      held.mentioned.add(mentioned)
      // The note asks him; the others find it under Mentions, snoozed or not.
      if (mentioned === held.now.assigneeId) held.now.snooze = null
    }
    return { at: entry.at }
  })
}

/** Names that mean nobody of this workspace are text and nothing more. */
async function findMentioned(tx: Tx, workspaceId: Id, text: string): Promise<Set<Id>> {
  const { agentIds, teamIds } = mentionsIn(text)
  if (agentIds.length === 0 && teamIds.length === 0) return new Set()
  const { rows } = await sql<{ id: Id }>`
    select id from agents
     where workspace_id = ${workspaceId} and id::text = any(${agentIds}) and disabled_at is null`.execute(tx)
  const { rows: teams } = await sql<{ id: Id }>`
    select id from teams where workspace_id = ${workspaceId} and id::text = any(${teamIds})`.execute(tx)
  const members = await membersOf(
    tx,
    workspaceId,
    teams.map(({ id }) => id),
  )
  return new Set([...rows.map(({ id }) => id), ...members.map(({ agentId }) => agentId)])
}
