import { sql } from "kysely"
import type { z } from "zod"
import type { conversationCommands } from "../../protocol/conversation-commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import { putLabel, takeLabel } from "../labels/labels.ts"
import type { Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { act } from "./act.ts"
import { audienceOf } from "./hold.ts"

/**
 * Puts a label on a message of the conversation, or takes it off; customers never learn of it. Refuses `label-gone`
 * and `too-many-labels`.
 */
export async function label(
  sync: Sync,
  agent: Agent,
  { conversationId, entryId, labelId }: { conversationId: Id; entryId: Id; labelId: Id },
  body: z.output<typeof conversationCommands.label.body>,
): Promise<{ number: number }> {
  const { workspaceId, agentId } = agent
  const asked = { agent, conversationId, name: `label ${entryId} with ${labelId} in`, commandId: body.id }
  return act(sync, asked, async (held, writing) => {
    const { rows } = await sql`
      select 1 from entries
       where workspace_id = ${workspaceId} and id = ${entryId} and conversation_id = ${conversationId}
         and type = 'message' and delivery is distinct from 'held'`.execute(writing.tx)
    if (rows.length === 0) throw refuse("not-found")
    const carried = { workspaceId, entryId, labelId }
    const isChanged = body.isOn
      ? await putLabel(writing, { ...carried, agentId, make: body.make })
      : await takeLabel(writing, carried)
    if (!isChanged) return {}
    const audience = audienceOf(held)
    writing.changed("entry", entryId, audience)
    if (entryId === held.now.lastEntryId) writing.changed("conversation", conversationId, audience)
    return {}
  })
}
