/**
 * What happened in a merged conversation, done once more in the two that it was made of: each gets the messages of its own
 * addresses, by the very rules that they would have met there; what agents did besides is done in the one that goes on.
 * Events are made anew, because what followed from a message may be different now. Who is available is taken as it is
 * today.
 */
import { sql } from "kysely"
import type { EventView } from "../../protocol/rows.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import type { Writing } from "../sync/sync.ts"
import { getTeam } from "../team/team.ts"
import { takeByAnswer } from "./answer.ts"
import { arrive } from "./arrive.ts"
import { isDisabled } from "./close.ts"
import { addEvent, endOldSnooze, type Held } from "./hold.ts"
import { keepMarks } from "./marks.ts"
import { pushOn, type Moved } from "./moments.ts"
import { offerTo, placeAsNew } from "./offers.ts"
import { assignTo, endOffer, endOfferUnaccepted, release, reopen } from "./ownership.ts"
import { justBefore, nextAt, type State } from "./state.ts"
import { wake } from "./snooze.ts"

type Line = {
  id: Id
  at: Stamp
  type: "message" | "note" | "event"
  agentId: Id | null
  addressId: Id | null
  /** The note it answers. */
  thread: Id | null
  sourceId: Id | null
  /** Of the source. */
  teamId: Id | null
  channel: Parameters<typeof arrive>[1]["inbound"]["channel"]
  event: EventView | null
  mentioned: Id[]
}
export type Two = { into: Held; other: Held }
type Step = { held: Held; before: State; gaining: Held["notices"] }

/** What a conversation's timeline holds after a moment, oldest first. */
export async function readLines(
  tx: Tx,
  workspaceId: Id,
  o: { conversationId: Id; after: Stamp },
): Promise<Line[]> {
  const { rows } = await sql<Line>`
    select e.id, e.at, e.type, e.agent_id as "agentId", e.address_id as "addressId", e.thread, e.source_id as "sourceId",
           s.team_id as "teamId", s.channel, e.event,
           array(select n.agent_id::text from notices n
                  where n.workspace_id = e.workspace_id and n.conversation_id = e.conversation_id
                    and n.entry_id = e.id and n.what = 'mention') as mentioned
      from entries e left join sources s on s.workspace_id = e.workspace_id and s.id = e.source_id
     where e.workspace_id = ${workspaceId} and e.conversation_id = ${o.conversationId} and e.at > ${o.after}
     order by e.at`.execute(tx)
  return rows
}

/**
 * `two` stand as they were before they were merged; `his` are the addresses and the notes of the other, `unsent` answers
 * that were written before and sent since. Answers which entries stand a little later now, and what fixes marks, to be
 * called once marks stand as they did then, too.
 */
export async function replay(
  writing: Writing,
  o: { two: Two; lines: readonly Line[]; his: ReadonlySet<Id>; unsent: ReadonlySet<Id> },
): Promise<{ pushed: Moved[]; keepAllMarks: () => Promise<void> }> {
  const { two, lines, his } = o
  const all = [two.into, two.other]
  const steps: Step[] = []
  const pushed: Moved[] = []
  let spokeFirst: string | undefined
  for (const [place, line] of lines.entries()) {
    const { event } = line
    const belongsTo =
      line.addressId ?? line.thread ?? (event && "addressId" in event ? event.addressId : null)
    const held = belongsTo !== null && his.has(belongsTo) ? two.other : two.into
    for (const one of all) comeDue(writing, one, line.at)
    const before = { ...held.now }
    let { at } = line
    if (line.event?.what === "spoke-first") spokeFirst = line.event.text
    else if (line.type === "message" && line.agentId === null) {
      at = await writeAgain(writing, { held, all, line, spokeFirst })
      spokeFirst = undefined
    } else if (o.unsent.has(line.id)) at = standLast(held, line)
    else if (line.type === "message") at = await answerAgain(writing, held, line)
    else if (line.type === "note") at = noteAgain(held, line)
    else if (line.event?.what === "wrote-while-blocked") at = standNext(held, line)
    else if (line.event !== null && !followsFrom(line.event, lines.slice(place)))
      await doAgain(writing, { held, all, line, event: line.event })
    if (at !== line.at) pushed.push({ id: line.id, at })
    endOldSnooze({ before, now: held.now })
    const gaining = line.mentioned.map((agentId) => ({
      agentId,
      entryId: line.id,
      what: "mention" as const,
      at,
    }))
    steps.push({ held: { ...held, now: { ...held.now } }, before, gaining })
  }
  for (const one of all) {
    comeDue(writing, one, writing.at)
    await releaseDisabled(writing, one)
  }
  await pushOn(writing.tx, two.into.workspaceId, pushed)
  const keepAllMarks = async () => {
    for (const { held, before, gaining } of steps)
      await keepMarks(writing.tx, { ...held, before, notices: gaining })
  }
  return { pushed, keepAllMarks }
}

/** The same transaction, at another time. */
function writingAt(writing: Writing, at: Stamp): Writing {
  return { ...writing, at }
}

/** So many entries stand right before one of this time. */
function before(at: Stamp, count: number): Stamp {
  let earlier = at
  for (let step = 0; step < count; step += 1) earlier = justBefore(earlier)
  return earlier
}

/** What a time has ended until then. */
function comeDue(writing: Writing, held: Held, at: Stamp): void {
  const { offer, snooze } = held.now
  if (offer !== null && offer.endsAt <= at) {
    endOfferUnaccepted(writingAt(writing, offer.endsAt), held, "timed-out")
    forgetOffered(held, offer.agentId)
  }
  const until = snooze?.until ?? null
  if (until !== null && until <= at) wake(writingAt(writing, until), held, { why: "time", byAgentId: null })
}

/** An unread offer that began and ended here was never written. */
function forgetOffered(held: Held, agentId: Id): void {
  const kept = held.notices.filter((notice) => notice.what !== "offered" || notice.agentId !== agentId)
  held.notices.splice(0, held.notices.length, ...kept)
}

type Again = { held: Held; all: readonly Held[]; line: Line }

async function writeAgain(
  writing: Writing,
  { held, all, line, spokeFirst }: Again & { spokeFirst: string | undefined },
): Promise<Stamp> {
  const { now, workspaceId } = held
  const { id, at, addressId, sourceId, teamId, channel } = line
  if (addressId === null || sourceId === null || teamId === null) throw new Error(`Entry ${id} is not whole.`)
  const isNew = now.lastCustomerEntryId === null && now.lastAnswerId === null && now.lastAssigneeId === null
  const isBack = !isNew && now.closedAt !== null
  // So that the message has the very time that it had.
  const earlier = [isBack, now.snooze !== null, spokeFirst !== undefined].filter(Boolean).length
  const message = { id, providerId: null, text: "", claimedAt: null, files: [] }
  const inbound = {
    ...{ workspaceId, sourceId, channel, teamId, message, spokeFirst },
    ...{ addressValue: "", addressDisplay: "", profile: {} },
  }
  const then = writingAt(writing, before(at, earlier))
  const entry = await arrive(then, { held, all, away: new Map(), inbound, addressId })
  // It is in its table already.
  held.entries.splice(held.entries.indexOf(entry), 1)
  return entry.at
}

async function answerAgain(writing: Writing, held: Held, line: Line): Promise<Stamp> {
  const { at, agentId } = line
  if (agentId === null) return at
  const { now } = held
  const isTaken = now.assigneeId !== agentId && (now.closedAt !== null || now.assigneeId === null)
  const earlier = [now.closedAt !== null, isTaken].filter(Boolean).length
  const then = writingAt(writing, before(at, earlier))
  if (await isDisabled(writing.tx, held.workspaceId, agentId)) {
    if (now.closedAt !== null) reopen(then, held, agentId)
  } else {
    const offered = now.offer?.agentId
    await takeByAnswer(then, held, agentId)
    if (held.now.offer === null && offered !== undefined && offered !== agentId) forgetOffered(held, offered)
  }
  held.now.waitingSince = null
  return standLast(held, line)
}

/** When it was written, or right behind what happened in that moment already. */
function standNext({ now }: Held, line: Line): Stamp {
  now.lastAt = nextAt(line.at, now.lastAt)
  return now.lastAt
}

function standLast(held: Held, line: Line): Stamp {
  const { id, agentId } = line
  const at = standNext(held, line)
  Object.assign(held.now, {
    ...{ updatedAt: at, lastEntryId: id },
    ...{ lastAnswerId: id, lastAnswerAgentId: agentId, lastAnswerAt: at },
  })
  return at
}

function noteAgain(held: Held, line: Line): Stamp {
  const { id, mentioned } = line
  const at = standNext(held, line)
  Object.assign(held.now, { updatedAt: at, lastEntryId: id })
  if (held.now.assigneeId !== null && mentioned.includes(held.now.assigneeId)) held.now.snooze = null
  return at
}

/**
 * An answer takes a conversation, and opens it, right before it is written, and putting it off takes it as well: they will
 * do so again where they must.
 */
function followsFrom(event: EventView, lines: readonly Line[]): boolean {
  const isOwn =
    event.what === "reopened" || (event.what === "assigned" && event.toAgentId === event.byAgentId)
  const [, after] = lines
  if (isOwn && after?.event?.what === "snoozed" && after.event.byAgentId === event.byAgentId)
    return justBefore(after.at) === lines[0]?.at
  const next = isOwn ? lines.find(({ type }) => type !== "event") : undefined
  if (next?.type !== "message" || next.agentId === null || !("byAgentId" in event)) return false
  const between = lines.slice(0, lines.indexOf(next) + 1)
  // Entries of one act stand a microsecond apart.
  const isOneAct = between.every(({ at }, place) => place === 0 || justBefore(at) === between[place - 1]?.at)
  return next.agentId === event.byAgentId && isOneAct
}

/** What an agent did. What followed by the rules, follows from something else that is done again. */
async function doAgain(
  writing: Writing,
  { held, all, line, event }: Again & { event: EventView },
): Promise<void> {
  const then = writingAt(writing, line.at)
  const { now } = held
  switch (event.what) {
    case "assigned": {
      const { byAgentId, toAgentId } = event
      if (byAgentId === null || (now.assigneeId === toAgentId && now.offer === null)) return
      endOffer(held, toAgentId)
      if (now.assigneeId !== toAgentId) assignTo(then, held, toAgentId, byAgentId)
      return
    }
    case "unassigned":
      if (event.why === "away" || (event.byAgentId === null && now.assigneeId !== event.fromAgentId)) return
      if (event.byAgentId !== null) endOffer(held)
      return release(then, held, { why: event.why, byAgentId: event.byAgentId })
    case "moved":
      if (event.byAgentId === null) return
      now.teamId = event.toTeamId
      addEvent(held, then.at, event)
      if (now.closedAt === null) await placeAsNew(then, held, all)
      else now.assigneeId = null
      return
    case "offered": {
      if (event.byAgentId === null || now.closedAt !== null) return
      const { offerSeconds: seconds } = await getTeam(writing.tx, held.workspaceId, now.teamId)
      return offerTo(then, held, { agentId: event.toAgentId, byAgentId: event.byAgentId, seconds })
    }
    case "offer-ended":
      if (event.why === "timed-out" || now.offer?.agentId !== event.agentId) return
      endOfferUnaccepted(then, held, event.why)
      return forgetOffered(held, event.agentId)
    case "closed":
      if (now.closedAt !== null) return
      endOffer(held)
      now.waitingSince = null
      now.closedAt = addEvent(held, then.at, event).at
      return
    case "reopened":
      if (event.byAgentId !== null && now.closedAt !== null) reopen(then, held, event.byAgentId)
      return
    case "snoozed":
      if (now.closedAt !== null) return
      if (now.assigneeId === null || now.offer?.agentId === event.byAgentId) {
        endOffer(held, event.byAgentId)
        if (now.assigneeId !== event.byAgentId) assignTo(then, held, event.byAgentId, event.byAgentId)
      } else endOffer(held)
      now.snooze = { until: event.until }
      addEvent(held, then.at, event)
      return
    case "woke":
      if (event.why === "by-hand") wake(then, held, event)
      return
    case "blocked":
    case "unblocked": {
      const isBlocked = event.what === "blocked"
      if (isBlocked === (now.blockedAt !== null)) return
      const { at } = addEvent(held, then.at, event)
      now.blockedAt = isBlocked ? at : null
      return
    }
    case "opted-out":
    case "opted-in":
      addEvent(held, then.at, event)
      return
    case "wrote-while-blocked":
    case "wrote-elsewhere":
    case "spoke-first":
    case "merged":
      return
  }
}

/** Who was disabled meanwhile would have been released. */
async function releaseDisabled(writing: Writing, held: Held): Promise<void> {
  const { assigneeId, offer, closedAt } = held.now
  const { workspaceId } = held
  if (offer !== null && (await isDisabled(writing.tx, workspaceId, offer.agentId))) {
    endOfferUnaccepted(writing, held, "disabled")
    forgetOffered(held, offer.agentId)
  }
  if (assigneeId === null || closedAt !== null || !(await isDisabled(writing.tx, workspaceId, assigneeId)))
    return
  held.now.snooze = null
  release(writing, held, { why: "disabled", byAgentId: null })
}
