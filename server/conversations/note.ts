import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import { mentionsIn } from "../../protocol/text.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Db, Tx } from "../db/db.ts"
import { uploads } from "../files/files.ts"
import type { Sync } from "../sync/sync.ts"
import { membersOf, type Agent } from "../team/team.ts"
import { act } from "./act.ts"
import { addEntry, addNotice, audienceOf, type Held } from "./hold.ts"

/**
 * Writes an internal note, or an answer in the thread of one. Whom it mentions, by name, through a team he is in now or
 * by being in the thread, sees the conversation from now on. Refuses `not-found` for a thread that is none.
 */
export async function note(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: { id: Id; text: string; fileIds?: Id[] | undefined; thread?: Id | undefined },
): Promise<{ number: number; at: Stamp }> {
  const asked = { agent, conversationId, name: "note", commandId: body.id, follows: true }
  return act(sync, asked, async (held, writing) => {
    const { workspaceId, agentId } = agent
    const { id, text, fileIds = [], thread } = body
    if (thread !== undefined) await accessThread(writing.tx, { workspaceId, conversationId }, thread)
    await uploads.attach(writing.tx, { workspaceId, uploader: `agent:${agentId}`, entryId: id, fileIds })
    const inThread = thread === undefined ? {} : { thread }
    const entry = addEntry(held, writing.at, { id, type: "note", agentId, text, fileIds, ...inThread })
    const named = await findMentioned(writing.tx, workspaceId, text)
    const others = thread === undefined ? [] : await findInThread(writing.tx, held, thread)
    for (const mentioned of new Set([...named, ...others])) {
      if (mentioned === agentId) continue
      addNotice(held, mentioned, "mention", entry)
      held.mentioned.add(mentioned)
      // The note asks him; the others find it under Mentions, snoozed or not.
      if (mentioned === held.now.assigneeId) held.now.snooze = null
    }
    // It shows how many answers it has.
    if (thread !== undefined) writing.changed("entry", thread, audienceOf(held))
    return { at: entry.at }
  })
}

/** The note of a thread, by the conversation that the caller may see. An answer has no thread of its own. */
export async function accessThread(
  db: Db,
  { workspaceId, conversationId }: { workspaceId: Id; conversationId: Id },
  thread: Id,
): Promise<void> {
  const { rows } = await sql`
    select from entries
     where workspace_id = ${workspaceId} and conversation_id = ${conversationId} and id = ${thread}
       and type = 'note' and thread is null`.execute(db)
  if (rows.length === 0) throw refuse("not-found")
}

/**
 * Who wrote in the thread or was mentioned there. A mention lets its agent see the conversation, so one who wrote there
 * and has lost sight of it since is left out: nobody names him now.
 */
async function findInThread(tx: Tx, { workspaceId, before }: Held, thread: Id): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    with thread as (
      select id, agent_id from entries where workspace_id = ${workspaceId} and id = ${thread}
      union all
      select id, agent_id from entries where workspace_id = ${workspaceId} and thread = ${thread}
    )
    select a.id from agents a
     where a.workspace_id = ${workspaceId} and a.disabled_at is null
       and (exists (select 1 from notices n join thread on thread.id = n.entry_id
                     where n.workspace_id = ${workspaceId} and n.conversation_id = ${before.id}
                       and n.agent_id = a.id and n.what = 'mention')
            or a.id in (select agent_id from thread)
               and (a.role <> 'agent' or a.id = ${before.assigneeId} or a.id = ${before.offer?.agentId ?? null}
                    or exists (select 1 from memberships m
                                where m.workspace_id = ${workspaceId} and m.agent_id = a.id
                                  and m.team_id = ${before.teamId})
                    or exists (select 1 from notices n
                                where n.workspace_id = ${workspaceId} and n.conversation_id = ${before.id}
                                  and n.agent_id = a.id and n.what = 'mention')))`.execute(tx)
  return rows.map(({ id }) => id)
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
