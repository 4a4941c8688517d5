import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { merging } from "../customers/customers.ts"
import type { Tx } from "../db/db.ts"
import { putOff } from "../jobs/jobs.ts"
import type { Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { addAcceptances, restoreAcceptances } from "./acceptances.ts"
import { accessConversation, command, maySee } from "./act.ts"
import { audienceOf, hold, save, type Held } from "./hold.ts"
import { draftersOf, inTurn, lockMerges, tell, type Kept } from "./merge.ts"
import { keepReading, parted, readOwn, replaceOwn } from "./merged-own.ts"
import { makeTwo } from "./one-address.ts"
import { readLines, replay } from "./replay.ts"

/**
 * Makes them two again: as they were, and each with what was written to and from its own addresses since. Refuses
 * `not-found`, and `merged-since` for one that is not the latest.
 */
export async function unmerge(
  sync: Sync,
  agent: Agent,
  { conversationId, mergeId }: { conversationId: Id; mergeId: Id },
  { id }: { id: Id },
): Promise<{ number: number }> {
  const { workspaceId } = agent
  const asked = { id, name: `undo merge ${mergeId} of ${conversationId}` }
  const undo = () =>
    command(sync, agent, asked, async (writing) => {
      const { tx } = writing
      await lockMerges(tx, workspaceId)
      await accessConversation(tx, agent, conversationId)
      const { otherId, at, kept } = await findMerge(tx, workspaceId, { conversationId, mergeId })
      await merging.holdAddresses(tx, workspaceId, [kept.customers.intoId])
      const [merged] = await hold(writing, workspaceId, { ids: [conversationId] })
      if (merged === undefined || !maySee(merged, agent)) throw refuse("not-found")
      if (kept.one) await makeTwo(writing, merged, kept.one)
      const audience = audienceOf(merged)
      const lines = await readLines(tx, workspaceId, { conversationId, after: at })
      const drafting = await draftersOf(tx, workspaceId, [conversationId])
      await merging.part(tx, workspaceId, kept.customers)
      await makeAgain(tx, workspaceId, otherId, kept)
      const gone = await dropEvents(tx, workspaceId, { conversationId, from: at })
      const moved = await moveBack(tx, workspaceId, { conversationId, otherId, kept })
      for (const entryId of gone) writing.changed("entry", entryId, audience)
      await bringBackOffered(tx, workspaceId, { conversationId, otherId, kept })
      const all = await hold(writing, workspaceId, { ids: [conversationId, otherId] })
      const two = {
        into: asItWas(all, conversationId, kept.into),
        other: asItWas(all, otherId, kept.other),
      }
      await restoreAcceptances(tx, workspaceId, {
        ...{ agentIds: acceptersIn(lines), kept: kept.acceptances, since: at },
        but: [conversationId, otherId],
      })
      const his = new Set([...kept.customers.addressIds, ...kept.entryIds])
      const { pushed, keepAllMarks } = await replay(writing, {
        ...{ two, lines, his, unsent: new Set(kept.unsentIds) },
      })
      await save(writing, [two.into, two.other])
      await addAcceptances(tx, workspaceId, [two.into, two.other])
      await partOwn(tx, workspaceId, { two, kept, keepAllMarks })
      for (const held of [two.into, two.other]) {
        const { customerId } = held.now
        await merging.boundSeen(tx, workspaceId, { customerId, from: at, lastUntil: lastUntil(tx, held) })
      }
      for (const lane of ["", "held:"])
        await putOff.moveLane(tx, {
          workspaceId,
          from: `${lane}${conversationId}`,
          to: `${lane}${otherId}`,
          entryIds: moved,
        })
      await sql`delete from merges where workspace_id = ${workspaceId} and id = ${mergeId}`.execute(tx)
      const [into, other] = [audienceOf(two.into), audienceOf(two.other)]
      for (const entryId of moved) writing.changed("entry", entryId, [...audience, ...other])
      const everybody = [...audience, ...into, ...other]
      for (const { id: entryId } of pushed) writing.changed("entry", entryId, everybody)
      const { customers } = kept
      tell(writing, { conversationId, audience: [...audience, ...into], drafting, customers })
      const hisDrafting = kept.own.other.drafts.map(({ agentId }) => agentId)
      tell(writing, { conversationId: otherId, audience: other, drafting: hisDrafting, customers })
      return {}
    })
  return inTurn(workspaceId, undo)
}

/** Who answered may have taken nothing by it, and would have in one of the two. */
function acceptersIn(lines: Awaited<ReturnType<typeof readLines>>): Id[] {
  const ids = lines.flatMap(({ type, agentId, event }) => {
    if (type === "message" && agentId !== null) return [agentId]
    return event?.what === "assigned" && event.toAgentId === event.byAgentId ? [event.toAgentId] : []
  })
  return [...new Set(ids)]
}

type Found = { id: Id; otherId: Id; at: Stamp; kept: Kept }

async function findMerge(
  tx: Tx,
  workspaceId: Id,
  { conversationId, mergeId }: { conversationId: Id; mergeId: Id },
): Promise<Found> {
  const { rows } = await sql<Found>`
    select id, merged_id as "otherId", at, kept from merges
     where workspace_id = ${workspaceId} and conversation_id = ${conversationId} and at >= (
             select at from merges
              where workspace_id = ${workspaceId} and conversation_id = ${conversationId} and id = ${mergeId})
     order by at desc limit 1`.execute(tx)
  const [latest] = rows
  if (latest === undefined) throw refuse("not-found")
  if (latest.id !== mergeId) throw refuse("merged-since")
  return latest
}

/** With no more than it must have; `save` writes the rest. */
async function makeAgain(tx: Tx, workspaceId: Id, id: Id, { other }: Kept): Promise<void> {
  await sql`
    insert into conversations (workspace_id, id, customer_id, team_id, last_at, updated_at, created_at)
    values (${workspaceId}, ${id}, ${other.customerId}, ${other.teamId}, ${other.lastAt}, ${other.updatedAt},
            ${other.createdAt})`.execute(tx)
}

/** All since, the merge's own included; what a blocked customer wrote stays. */
async function dropEvents(
  tx: Tx,
  workspaceId: Id,
  { conversationId, from }: { conversationId: Id; from: Stamp },
): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    delete from entries
     where workspace_id = ${workspaceId} and conversation_id = ${conversationId} and at >= ${from}
       and type = 'event' and event ->> 'what' <> 'wrote-while-blocked'
    returning id`.execute(tx)
  const ids = rows.map(({ id }) => id)
  await sql`
    delete from notices where workspace_id = ${workspaceId} and entry_id = any(${ids}::uuid[])`.execute(tx)
  return ids
}

type Moving = { conversationId: Id; otherId: Id; kept: Kept }

async function moveBack(tx: Tx, workspaceId: Id, { conversationId, otherId, kept }: Moving): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    update entries e set conversation_id = ${otherId}, at = coalesce(moved.at, e.at)
      from entries found
      left join jsonb_to_recordset(${JSON.stringify(kept.moved)}::jsonb) as moved (id uuid, at timestamptz)
        on moved.id = found.id
     where e.workspace_id = ${workspaceId} and e.conversation_id = ${conversationId}
       and found.workspace_id = e.workspace_id and found.id = e.id
       and (e.address_id = any(${kept.customers.addressIds}::uuid[]) or e.id = any(${kept.entryIds}::uuid[])
            or e.thread = any(${kept.entryIds}::uuid[]))
    returning e.id`.execute(tx)
  await sql`
    update notices n set conversation_id = ${otherId}
      from entries e
     where n.workspace_id = ${workspaceId} and n.conversation_id = ${conversationId}
       and e.workspace_id = n.workspace_id and e.id = n.entry_id and e.conversation_id = ${otherId}`.execute(
    tx,
  )
  return rows.map(({ id }) => id)
}

async function bringBackOffered(
  tx: Tx,
  workspaceId: Id,
  { conversationId, otherId, kept }: Moving,
): Promise<void> {
  for (const [id, notices] of [
    [conversationId, kept.offered.into],
    [otherId, kept.offered.other],
  ] as const)
    await sql`
      insert into notices (workspace_id, conversation_id, agent_id, entry_id, what, at, is_done)
      select ${workspaceId}, ${id}, "agentId", "entryId", 'offered', at, "isDone"
        from jsonb_to_recordset(${JSON.stringify(notices)}::jsonb)
             as notice ("agentId" uuid, "entryId" uuid, at timestamptz, "isDone" boolean)
      on conflict do nothing`.execute(tx)
}

/** The tables hold something else, so it is written whatever comes of it; and no snooze of then has ended by a step. */
function asItWas(all: readonly Held[], id: Id, state: Kept["into"]): Held {
  const held = all.find(({ now }) => now.id === id)
  if (held === undefined) throw new Error("A conversation that was just made is not there.")
  const { createdAt: _, ...now } = { createdAt: "", ...state }
  return { ...held, now: { ...now }, before: { ...now, snooze: null, lastAt: "" } }
}

async function partOwn(
  tx: Tx,
  workspaceId: Id,
  o: { two: { into: Held; other: Held }; kept: Kept; keepAllMarks: () => Promise<void> },
): Promise<void> {
  const { kept } = o
  const partOf = (held: Held) => ({ id: held.now.id, lastUntil: lastUntil(tx, held) })
  const [into, other] = [partOf(o.two.into), partOf(o.two.other)]
  const now = await readOwn(tx, workspaceId, into.id)
  const notes = new Set(kept.entryIds)
  const own = parted(kept.own, now, (noteId) => notes.has(noteId))
  await replaceOwn(tx, workspaceId, into.id, { marks: kept.own.into.marks, ...own.into })
  await replaceOwn(tx, workspaceId, other.id, { marks: kept.own.other.marks, ...own.other })
  await o.keepAllMarks()
  await keepReading(tx, workspaceId, { made: kept.own.made.marks, now: now.marks, into, other })
}

/** Its events are written with the end of the transaction. */
function lastUntil(tx: Tx, { workspaceId, now, entries }: Held): (at: Stamp) => Promise<Stamp> {
  return async (at) => {
    const { rows } = await sql<{ at: Stamp | null }>`
      select max(at) as at from entries
       where workspace_id = ${workspaceId} and conversation_id = ${now.id} and at <= ${at}`.execute(tx)
    const written = entries.flatMap((entry) => (entry.at <= at ? [entry.at] : []))
    return [rows[0]?.at ?? "", ...written].toSorted().at(-1) || at
  }
}
