import { sql } from "kysely"
import type { z } from "zod"
import type { conversationCommands } from "../../protocol/conversation-commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { DraftRow } from "../../protocol/rows.ts"
import type { Id } from "../../protocol/values.ts"
import type { Loader, Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { accessConversation, command } from "./act.ts"
import { accessThread } from "./note.ts"

/**
 * Keeps what the agent is writing for his other devices; an empty one is gone. Refuses `draft-elsewhere` where another
 * device wrote something that this one did not know: both texts stay, and the agent decides.
 */
export async function draft(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: z.output<typeof conversationCommands.draft.body>,
): Promise<{ number: number }> {
  const { workspaceId, agentId } = agent
  const { id, text, isNote, basedOn, thread = null } = body
  return command(sync, agent, { id, name: `draft ${conversationId}` }, async ({ tx, at, changed }) => {
    await accessConversation(tx, agent, conversationId)
    if (thread !== null) await accessThread(tx, { workspaceId, conversationId }, thread)
    const mine = sql`workspace_id = ${workspaceId} and agent_id = ${agentId} and conversation_id = ${conversationId}
                     and thread is not distinct from ${thread}::uuid`
    const { rows: known } = await sql<{ writeId: Id }>`
      select write_id as "writeId" from drafts where ${mine} for update`.execute(tx)
    if (known[0] !== undefined && known[0].writeId !== basedOn) throw refuse("draft-elsewhere")
    if (text === "") await sql`delete from drafts where ${mine}`.execute(tx)
    else {
      // Of two devices that write the first one at once, the second meets it here.
      const { rows } = await sql`
        insert into drafts (workspace_id, agent_id, conversation_id, thread, text, is_note, write_id, at)
        values (${workspaceId}, ${agentId}, ${conversationId}, ${thread}, ${text}, ${isNote}, ${id}, ${at})
        on conflict (workspace_id, agent_id, conversation_id, thread)
        do update set text = excluded.text, is_note = excluded.is_note, write_id = excluded.write_id, at = excluded.at
              where drafts.write_id = ${basedOn}
        returning write_id`.execute(tx)
      if (rows.length === 0) throw refuse("draft-elsewhere")
    }
    changed("draft", thread ?? conversationId, [`agent:${agentId}`])
    return {}
  })
}

/** A draft is its agent's alone; its id is the conversation's, or that of the thread's note. */
export const draftLoader: Loader = {
  kind: "draft",
  async load(tx, workspaceId, ids, readers) {
    const { rows } = await sql<{ agentId: Id; row: DraftRow }>`
      select agent_id as "agentId", jsonb_build_object('kind', 'draft', 'id', coalesce(thread, conversation_id), 'text', text,
                                                       'isNote', is_note, 'writeId', write_id) as row
        from drafts
       where workspace_id = ${workspaceId} and coalesce(thread, conversation_id) = any(${[...ids]}::uuid[])
         and agent_id = any(${readers.map(({ agentId }) => agentId)}::uuid[])`.execute(tx)
    const all = Map.groupBy(rows, ({ agentId }) => agentId)
    return new Map(
      readers.map(({ agentId }) => [
        agentId,
        new Map((all.get(agentId) ?? []).map(({ row }) => [row.id, row])),
      ]),
    )
  },
  async *snapshot(tx, { workspaceId, agentId }) {
    const { rows } = await sql<{ id: Id }>`
      select coalesce(thread, conversation_id) as id from drafts
       where workspace_id = ${workspaceId} and agent_id = ${agentId}`.execute(tx)
    yield rows.map(({ id }) => id)
  },
}
