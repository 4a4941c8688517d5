import { sql } from "kysely"
import type { Id } from "../../protocol/values.ts"
import { prepared, stamp } from "../db/db.ts"
import type { Writing } from "../sync/sync.ts"
import { availableAgents, presence } from "../team/team.ts"
import { addEntry, addEvent, type Held, type NewEntry } from "./hold.ts"
import { placeAsNew } from "./offers.ts"
import { assignTo, reopen } from "./ownership.ts"
import type { Inbound } from "./receive.ts"
import { wake } from "./snooze.ts"

/**
 * What a blocked customer wrote is kept as an event and not as a message: so nothing that looks at messages (unread
 * marks, badge, inboxes, waiting times, offers, notifications) can forget that it is to be quiet about it.
 */
export function arriveBlocked(
  writing: Writing,
  o: { held: Held; inbound: Inbound; addressId: Id },
): NewEntry {
  const { held, inbound, addressId } = o
  const { message, sourceId } = inbound
  return addEntry(held, writing.at, {
    id: message.id,
    type: "event",
    addressId,
    sourceId,
    event: { what: "wrote-while-blocked", addressId, text: message.text, files: [] },
    fileIds: message.files.map(({ id }) => id),
    providerId: message.providerId,
    claimedAt: message.claimedAt,
  })
}

/** What a customer's message does to his conversation: whose it becomes, and what waits for whom. */
export async function arrive(
  writing: Writing,
  o: { held: Held; all: readonly Held[]; away: Away; inbound: Inbound; addressId: Id },
): Promise<NewEntry> {
  const { held, all, away, inbound, addressId } = o
  const { now } = held
  const { message, sourceId, teamId } = inbound
  // Whom an agent wrote to first comes back to that agent.
  const isNew = now.lastCustomerEntryId === null && now.lastAnswerId === null && now.lastAssigneeId === null
  const isElsewhere = now.lastSourceId !== sourceId && now.teamId !== teamId
  const isSameSource = now.lastSourceId === sourceId
  const isBack = !isNew && now.closedAt !== null
  // First of all, so that what he wrote stands in the open conversation.
  if (isBack) reopen(writing, held, null)
  else if (isNew) {
    // A customer who was brought in has had a closed one from the start, in the team that the source had then.
    now.closedAt = null
    now.teamId = teamId
  }
  wake(writing, held, { why: "customer-wrote", byAgentId: null })
  if (inbound.spokeFirst !== undefined)
    addEvent(held, writing.at, { what: "spoke-first", text: inbound.spokeFirst })
  const entry = addEntry(held, writing.at, {
    id: message.id,
    type: "message",
    addressId,
    sourceId,
    text: message.text,
    fileIds: [...message.files.map(({ id }) => id), ...(message.uploaded?.ids ?? [])],
    providerId: message.providerId,
    claimedAt: message.claimedAt,
  })
  now.waitingSince ??= entry.at
  now.lastAddressId = addressId
  now.lastSourceId = sourceId
  now.lastCustomerEntryId = entry.id
  now.seenAt = entry.at
  if (isNew) await placeAsNew(writing, held, all)
  else if (isBack) await comeBack(writing, { held, all, teamId: isSameSource ? now.teamId : teamId })
  else {
    if (isElsewhere) addEvent(held, writing.at, { what: "wrote-elsewhere", sourceId, teamId })
    await returnIfAway(writing, away, { held, entry })
  }
  return entry
}

/** A conversation that was closed goes to who had it last if he is there, else it is as if it were new. */
async function comeBack(
  writing: Writing,
  o: { held: Held; all: readonly Held[]; teamId: Id },
): Promise<void> {
  const { held, all, teamId } = o
  if (held.now.teamId !== teamId) {
    held.now.teamId = teamId
    addEvent(held, writing.at, { what: "moved", toTeamId: teamId, byAgentId: null })
  }
  const { lastAssigneeId } = held.now
  const available = lastAssigneeId === null ? [] : await availableAgents(writing.tx, held.workspaceId, teamId)
  const isThere = available.some(({ agentId }) => agentId === lastAssigneeId)
  if (lastAssigneeId !== null && isThere && (await isStillEnabled(writing, held.workspaceId, lastAssigneeId)))
    assignTo(writing, held, lastAssigneeId, null)
  else await placeAsNew(writing, held, all)
}

/** Locks the agent's row until commit, so that being disabled meanwhile releases what he is given here. */
async function isStillEnabled(writing: Writing, workspaceId: Id, agentId: Id): Promise<boolean> {
  const { rows } = await sql`
    select id from agents
     where workspace_id = ${workspaceId} and id = ${agentId} and disabled_at is null
       for share`.execute(writing.tx)
  return rows.length > 0
}

/** Assignees who are Away, in teams that want that to count: how long such a one has to come back, by `awayKey`. */
export type Away = ReadonlyMap<string, number>

function awayKey({ teamId, assigneeId }: { teamId: Id; assigneeId: Id | null }): string {
  return `${teamId} ${assigneeId}`
}

/** For all customers at once, before anything arrives: whom a conversation is given to by arriving is not Away. */
export async function findAway(writing: Writing, workspaceId: Id, customerIds: readonly Id[]): Promise<Away> {
  const { rows } = await sql<{ teamId: Id; assigneeId: Id; seconds: number }>`/* prepared */
    select distinct t.id as "teamId", a.id as "assigneeId", t.offer_seconds as seconds
      from conversations c
      join teams t on t.workspace_id = c.workspace_id and t.id = c.team_id and t.returns_when_away
      join agents a on a.workspace_id = c.workspace_id and a.id = c.assignee_id
           and not ${presence.isAvailable}
     where c.workspace_id = ${workspaceId} and c.customer_id = ${prepared.anyOf(customerIds)}
       and c.closed_at is null`.execute(writing.tx)
  return new Map(rows.map((row) => [awayKey(row), row.seconds]))
}

/** An Away assignee has the team's time-out to come back, then the conversation is nobody's; some teams do not want that. */
async function returnIfAway(
  writing: Writing,
  away: Away,
  { held, entry }: { held: Held; entry: NewEntry },
): Promise<void> {
  const { assigneeId, id: conversationId } = held.now
  const seconds = away.get(awayKey(held.now))
  if (assigneeId === null || seconds === undefined) return
  await writing.enqueue({
    name: "return-to-queue",
    payload: { conversationId, assigneeId, since: entry.at },
    runAt: stamp(new Date(Date.parse(writing.at) + seconds * 1000)),
  })
}
