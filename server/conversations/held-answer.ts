/** Answers whose author may still take them back: of the conversation for agents, not there yet for the customer. */
import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Adapters } from "../channels/channels.ts"
import type { Tx } from "../db/db.ts"
import { uploads } from "../files/files.ts"
import { write, type Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { act } from "./act.ts"
import { findWaitingSince } from "./close.ts"
import { audienceOf, hold, save, type Held } from "./hold.ts"
import { nextAt } from "./state.ts"

type HeldAnswer = {
  id: Id
  conversationId: Id
  agentId: Id
  addressId: Id
  channel: Parameters<Adapters["get"]>[0]
}

/**
 * Its time is over: now the customer is given it. It takes its place in the conversation anew, behind what was written
 * meanwhile: a customer who read on since would otherwise have it among what he has seen. Whether he waits is as it
 * was: the author did not know what came in between.
 */
export async function sendHeld(
  needs: { sync: Sync; adapters: Adapters },
  workspaceId: Id,
  { entryId }: { entryId: Id },
): Promise<void> {
  await write(needs.sync, { workspaceId }, async (writing) => {
    const found = await findHeld(writing.tx, workspaceId, entryId)
    if (found === undefined) return {}
    const [held] = await hold(writing, workspaceId, { ids: [found.conversationId] })
    // Under the conversation's lock: it may have been taken back since.
    const entry = await findHeld(writing.tx, workspaceId, entryId)
    if (held === undefined || entry === undefined) return {}
    const { now } = held
    const at = nextAt(writing.at, now.lastAt)
    const isSent = needs.adapters.get(entry.channel)?.capabilities.delivery === "stream"
    await sql`
      update entries set at = ${at}, delivery = ${isSent ? "sent" : "sending"}
       where workspace_id = ${workspaceId} and id = ${entryId}`.execute(writing.tx)
    held.now = {
      ...now,
      lastAt: at,
      updatedAt: at,
      lastEntryId: entryId,
      lastAnswerId: entryId,
      lastAnswerAgentId: entry.agentId,
      lastAnswerAt: at,
    }
    writing.changed("entry", entryId, [...audienceOf(held), `address:${entry.addressId}`])
    if (!isSent) await writing.enqueue({ name: "deliver", payload: { entryId }, lane: now.id })
    await save(writing, [held])
    return {}
  })
}

async function findHeld(tx: Tx, workspaceId: Id, entryId: Id): Promise<HeldAnswer | undefined> {
  const { rows } = await sql<HeldAnswer>`
    select e.id, e.conversation_id as "conversationId", e.agent_id as "agentId", e.address_id as "addressId", a.channel
      from entries e join addresses a on a.workspace_id = e.workspace_id and a.id = e.address_id
     where e.workspace_id = ${workspaceId} and e.id = ${entryId} and e.delivery = 'held'`.execute(tx)
  return rows[0]
}

/**
 * Takes one's own answer back as if it had not been written; whose the conversation became by it, and that it is open,
 * stays. Refuses `already-sent`.
 */
export async function unsend(
  sync: Sync,
  agent: Agent,
  { conversationId, entryId }: { conversationId: Id; entryId: Id },
  body: { id: Id },
): Promise<{ number: number; text: string; files: uploads.Unsent[] }> {
  const asked = { agent, conversationId, name: `unsend ${entryId} of`, commandId: body.id }
  return act(sync, asked, async (held, writing) => {
    const { workspaceId, agentId } = agent
    const { rows } = await sql<{ text: string; isHeld: boolean }>`
      select text, delivery = 'held' as "isHeld" from entries
       where workspace_id = ${workspaceId} and id = ${entryId} and conversation_id = ${conversationId}
         and type = 'message' and agent_id = ${agentId}`.execute(writing.tx)
    const [entry] = rows
    if (entry === undefined) throw refuse("not-found")
    if (!entry.isHeld) throw refuse("already-sent")
    await sql`delete from entries where workspace_id = ${workspaceId} and id = ${entryId}`.execute(writing.tx)
    const files = await uploads.detach(writing.tx, { workspaceId, entryId })
    await lookBack(writing.tx, held)
    writing.changed("entry", entryId, audienceOf(held))
    await save(writing, [held])
    return { text: entry.text, files }
  })
}

/** What the conversation remembers of its latest entries, by those that are there. */
async function lookBack(tx: Tx, held: Held): Promise<void> {
  const { workspaceId, now } = held
  const { rows } = await sql<{ id: Id; at: Stamp; agentId: Id | null; isLast: boolean }>`
    (select id, at, agent_id as "agentId", true as "isLast" from entries
      where workspace_id = ${workspaceId} and conversation_id = ${now.id} and type <> 'event'
      order by at desc limit 1)
    union all
    (select id, at, agent_id, false from entries
      where workspace_id = ${workspaceId} and conversation_id = ${now.id} and type = 'message' and agent_id is not null
      order by at desc limit 1)`.execute(tx)
  const last = rows.find(({ isLast }) => isLast)
  const answer = rows.find(({ isLast }) => !isLast)
  now.lastEntryId = last?.id ?? null
  now.updatedAt = last?.at ?? now.updatedAt
  now.lastAnswerId = answer?.id ?? null
  now.lastAnswerAgentId = answer?.agentId ?? null
  now.lastAnswerAt = answer?.at ?? null
  now.waitingSince = now.closedAt === null ? await findWaitingSince(tx, workspaceId, now) : null
}
