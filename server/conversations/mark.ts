import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { markSeenByAgent } from "../customers/customers.ts"
import type { Tx } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { accessConversation, command } from "./act.ts"
import { firstMark } from "./marks.ts"
import { justBefore, type State } from "./state.ts"

type Done = { number: number }

/** Everything up to the stamp is read by this agent; his mark never moves back. The customer learns that he was read. */
export async function read(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: { id: Id; upTo: Stamp },
): Promise<Done> {
  return command(sync, agent, { id: body.id, name: `read ${conversationId}` }, async ({ tx, changed }) => {
    const state = await accessConversation(tx, agent, conversationId)
    // A mark in the future would swallow what the customer has not written yet.
    const upTo = body.upTo < state.lastAt ? body.upTo : state.lastAt
    if (!(await moveMarkOn(tx, agent, state, upTo))) return {}
    const seen = await tellSeen(tx, agent.workspaceId, state, upTo)
    changed("conversation", conversationId, [`agent:${agent.agentId}`, ...seen])
    return {}
  })
}

async function moveMarkOn(tx: Tx, agent: Agent, state: State, upTo: Stamp): Promise<boolean> {
  const { workspaceId, agentId } = agent
  const first = firstMark({
    workspaceId: sql`${workspaceId}`,
    conversationId: sql`${state.id}`,
    teamId: sql`${state.teamId}`,
    agentId: sql`${agentId}`,
  })
  const { rows } = await sql`
    insert into marks (workspace_id, agent_id, conversation_id, read_up_to)
    values (${workspaceId}, ${agentId}, ${state.id}, greatest(${upTo}::timestamptz, ${first}))
    on conflict (workspace_id, conversation_id, agent_id) do update set read_up_to = excluded.read_up_to
          where marks.read_up_to is null or marks.read_up_to < excluded.read_up_to
    returning agent_id`.execute(tx)
  return rows.length > 0
}

/** The audience keys of those addresses of which a message was seen for the first time; mostly there is none. */
async function tellSeen(tx: Tx, workspaceId: Id, state: State, upTo: Stamp): Promise<string[]> {
  const { rows } = await sql<{ id: Id }>`
    select a.id from addresses a
     where a.workspace_id = ${workspaceId} and a.customer_id = ${state.customerId}
       and exists (select 1 from entries e
                    where e.workspace_id = a.workspace_id and e.address_id = a.id and e.type = 'message'
                      and e.agent_id is null and e.at <= ${upTo} and e.at > coalesce(a.agent_seen_at, '-infinity'))
     order by a.id`.execute(tx)
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  return (await markSeenByAgent(tx, workspaceId, ids, upTo)).map((id) => `address:${id}`)
}

/** "Mark unread from here": the entry and all after it are unread for this agent again. */
export async function unread(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: { id: Id; fromEntryId: Id },
): Promise<Done> {
  return command(sync, agent, { id: body.id, name: `unread ${conversationId}` }, async ({ tx, changed }) => {
    const { workspaceId, agentId } = agent
    await accessConversation(tx, agent, conversationId)
    const { rows } = await sql<{ at: Stamp }>`
      select at from entries
       where workspace_id = ${workspaceId} and id = ${body.fromEntryId} and conversation_id = ${conversationId}`.execute(
      tx,
    )
    const [entry] = rows
    if (entry === undefined) throw refuse("not-found")
    await sql`
      insert into marks (workspace_id, agent_id, conversation_id, read_up_to)
      values (${workspaceId}, ${agentId}, ${conversationId}, ${justBefore(entry.at)})
      on conflict (workspace_id, conversation_id, agent_id) do update set read_up_to = excluded.read_up_to`.execute(
      tx,
    )
    changed("conversation", conversationId, [`agent:${agentId}`])
    return {}
  })
}

/** Puts away what mentioned the agent so far, as far as he saw it, until he is mentioned again; or takes that back. */
export async function mention(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: { id: Id; isDone: boolean; upTo?: Stamp | undefined },
): Promise<Done> {
  const asked = { id: body.id, name: `mention ${conversationId}` }
  return command(sync, agent, asked, async ({ tx, changed }) => {
    const { workspaceId, agentId } = agent
    await accessConversation(tx, agent, conversationId)
    await sql`
      update notices set is_done = ${body.isDone}
       where workspace_id = ${workspaceId} and conversation_id = ${conversationId} and agent_id = ${agentId}
         and what = 'mention' and at <= coalesce(${body.upTo ?? null}::timestamptz, 'infinity')`.execute(tx)
    changed("conversation", conversationId, [`agent:${agentId}`])
    return {}
  })
}

/** A star is its agent's alone. */
export async function star(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  body: { id: Id; isStarred: boolean },
): Promise<Done> {
  const asked = { id: body.id, name: `star ${conversationId}` }
  return command(sync, agent, asked, async ({ tx, at, changed }) => {
    const { workspaceId, agentId } = agent
    await accessConversation(tx, agent, conversationId)
    await (body.isStarred
      ? sql`
        insert into stars (workspace_id, agent_id, conversation_id, at)
        values (${workspaceId}, ${agentId}, ${conversationId}, ${at})
        on conflict (workspace_id, agent_id, conversation_id) do nothing`.execute(tx)
      : sql`
        delete from stars
         where workspace_id = ${workspaceId} and agent_id = ${agentId} and conversation_id = ${conversationId}`.execute(
          tx,
        ))
    changed("conversation", conversationId, [`agent:${agentId}`])
    return {}
  })
}
