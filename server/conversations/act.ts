import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import type { Db } from "../db/db.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { hold, save, type Held } from "./hold.ts"
import { keysOf, stateColumns, stateOf, type State, type StateRecord } from "./state.ts"

/** The only door to a conversation for an agent. Refuses `not-found`, whether it is missing or not for his eyes. */
export async function accessConversation(
  db: Db,
  agent: Pick<Agent, "workspaceId" | "agentId" | "keys">,
  id: Id,
): Promise<State> {
  const { rows } = await sql<StateRecord & { isMentioned: boolean }>`
    select ${stateColumns},
           exists (select 1 from notices n
                    where n.workspace_id = c.workspace_id and n.conversation_id = c.id
                      and n.agent_id = ${agent.agentId} and n.what = 'mention') as "isMentioned"
      from conversations c
     where c.workspace_id = ${agent.workspaceId} and c.id = ${id}`.execute(db)
  const [found] = rows
  if (found === undefined) throw refuse("not-found")
  const { isMentioned, ...record } = found
  const state = stateOf(record)
  if (!isMentioned && !keysOf(state).some((key) => agent.keys.has(key))) throw refuse("not-found")
  return state
}

/** The same door for what hangs in a timeline: refuses `not-found`. */
export async function accessEntry(
  db: Db,
  agent: Pick<Agent, "workspaceId" | "agentId" | "keys">,
  entryId: Id,
): Promise<void> {
  const { rows } = await sql<{ conversationId: Id }>`
    select conversation_id as "conversationId" from entries
     where workspace_id = ${agent.workspaceId} and id = ${entryId}`.execute(db)
  const [entry] = rows
  if (entry === undefined) throw refuse("not-found")
  await accessConversation(db, agent, entry.conversationId)
}

/**
 * An agent's command on one conversation: held under its lock, changed by `work`, saved. Who may not see it is
 * refused `not-found`.
 */
export async function act<T extends object>(
  sync: Sync,
  o: { agent: Agent; conversationId: Id; name: string; commandId: Id },
  work: (held: Held, writing: Writing) => Promise<T>,
): Promise<T & { number: number }> {
  const { agent, conversationId, commandId } = o
  const name = `${o.name} ${conversationId}`
  const { workspaceId } = agent
  return command(sync, agent, { id: commandId, name }, async (writing) => {
    const [held] = await hold(writing, workspaceId, { ids: [conversationId] })
    if (held === undefined || !maySee(held, agent)) throw refuse("not-found")
    const answer = await work(held, writing)
    await save(writing, [held])
    return answer
  })
}

/** A command of an agent. An id that already names something else of the workspace is refused `invalid-input`. */
export async function command<T extends object>(
  sync: Sync,
  agent: Agent,
  asked: { id: Id; name: string },
  work: (writing: Writing) => Promise<T>,
): Promise<T & { number: number }> {
  const { workspaceId, agentId } = agent
  try {
    return await write(sync, { workspaceId, command: { actor: `agent:${agentId}`, ...asked } }, work)
  } catch (error) {
    if (violates(error, "entries_pkey")) throw refuse("invalid-input")
    throw error
  }
}

export function violates(error: unknown, constraint: string): boolean {
  return error instanceof Error && "constraint" in error && error.constraint === constraint
}

export function maySee(held: Held, agent: Agent): boolean {
  return held.mentioned.has(agent.agentId) || keysOf(held.now).some((key) => agent.keys.has(key))
}
