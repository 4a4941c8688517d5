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
 * refused `not-found`. What somebody has written reaches (`follows`) the conversation that it was merged into meanwhile.
 */
export async function act<T extends object>(
  sync: Sync,
  o: { agent: Agent; conversationId: Id; name: string; commandId: Id; follows?: boolean },
  work: (held: Held, writing: Writing) => Promise<T>,
): Promise<T & { number: number }> {
  const { agent, conversationId, commandId } = o
  const name = `${o.name} ${conversationId}`
  return command(sync, agent, { id: commandId, name }, async (writing) => {
    const held = await holdWhereItIs(writing, o)
    if (held === undefined || !maySee(held, agent)) throw refuse("not-found")
    const answer = await work(held, writing)
    await save(writing, [held])
    return answer
  })
}

/** Merges and undoings of others may come in between two looks. */
const MOST_LOOKS = 4

async function holdWhereItIs(
  writing: Writing,
  {
    agent: { workspaceId },
    conversationId,
    follows,
  }: { agent: Agent; conversationId: Id; follows?: boolean },
): Promise<Held | undefined> {
  let id = conversationId
  for (let looks = 1; ; looks += 1) {
    const [held] = await hold(writing, workspaceId, { ids: [id] })
    if (held !== undefined || !follows || looks === MOST_LOOKS) return held
    id = (await findMerged(writing.tx, workspaceId, conversationId)) ?? conversationId
  }
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

/** Where a conversation is that was merged into another, and that into a third; undefined for one that was not. */
export async function findMerged(db: Db, workspaceId: Id, id: Id): Promise<Id | undefined> {
  const { rows } = await sql<{ id: Id }>`
    with recursive way as (
      select conversation_id as id, 1 as step from merges where workspace_id = ${workspaceId} and merged_id = ${id}
      union all
      select m.conversation_id, way.step + 1 from way
        join merges m on m.workspace_id = ${workspaceId} and m.merged_id = way.id
    )
    select id from way order by step desc limit 1`.execute(db)
  return rows[0]?.id
}
