/** What agents have of their own in two conversations that become one: marks, stars and drafts. */
import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { newId, type Tx } from "../db/db.ts"
import { firstMark, gainedAt } from "./marks.ts"
import type { State } from "./state.ts"

type Mark = { agentId: Id; readUpTo: Stamp | null }
type Star = { agentId: Id; at: Stamp }
type Draft = { agentId: Id; thread: Id | null; text: string; isNote: boolean; writeId: Id; at: Stamp }
export type Own = { marks: Mark[]; stars: Star[]; drafts: Draft[] }
export type KeptOwn = { into: Own; other: Own; made: Own }

export async function readOwn(tx: Tx, workspaceId: Id, conversationId: Id): Promise<Own> {
  const isOf = sql`workspace_id = ${workspaceId} and conversation_id = ${conversationId}`
  const { rows: marks } = await sql<Mark>`
    select agent_id as "agentId", read_up_to as "readUpTo" from marks where ${isOf} order by agent_id`.execute(
    tx,
  )
  const { rows: stars } = await sql<Star>`
    select agent_id as "agentId", at from stars where ${isOf} order by agent_id`.execute(tx)
  const { rows: drafts } = await sql<Draft>`
    select agent_id as "agentId", thread, text, is_note as "isNote", write_id as "writeId", at from drafts
     where ${isOf} order by agent_id, thread for update`.execute(tx)
  return { marks, stars, drafts }
}

/** Before anything else is moved: what is unread in one of the two must stay so. */
export async function uniteOwn(
  tx: Tx,
  workspaceId: Id,
  { into, other }: { into: State; other: State },
): Promise<KeptOwn> {
  const before = {
    into: await readOwn(tx, workspaceId, into.id),
    other: await readOwn(tx, workspaceId, other.id),
  }
  const made = {
    marks: await uniteMarks(tx, workspaceId, { into, other }),
    stars: uniteBy(before.into.stars, before.other.stars, (mine) => mine),
    drafts: uniteBy(before.into.drafts, before.other.drafts, (mine, his) => ({
      ...mine,
      text: `${mine.text}\n\n${his.text}`,
      // What was meant for colleagues must not become an answer.
      isNote: mine.isNote || his.isNote,
      writeId: newId(),
    })),
  }
  await replaceOwn(tx, workspaceId, other.id, { marks: [], stars: [], drafts: [] })
  await replaceOwn(tx, workspaceId, into.id, made)
  return { ...before, made }
}

/** What an agent has only one of in a conversation. */
type OfAgent = { agentId: Id; thread?: Id | null }

function keyOf({ agentId, thread }: OfAgent): string {
  return `${agentId} ${thread ?? ""}`
}

function uniteBy<T extends OfAgent>(
  mine: readonly T[],
  his: readonly T[],
  join: (one: T, other: T) => T,
): T[] {
  const united = new Map(his.map((one) => [keyOf(one), one]))
  for (const one of mine) {
    const other = united.get(keyOf(one))
    united.set(keyOf(one), other === undefined ? one : join(one, other))
  }
  return [...united.values()]
}

/**
 * Of everyone who sees one of the two. A mark is a time, so where both hold something unread it stands at the earlier
 * one: too much is unread then, never too little.
 */
async function uniteMarks(
  tx: Tx,
  workspaceId: Id,
  { into, other }: { into: State; other: State },
): Promise<Mark[]> {
  const markIn = (state: State) => sql`
    select case when given.agent_id is not null then given.read_up_to
                when ${gainedIn(state)} is null then ${state.lastAnswerAt}::timestamptz
                else ${firstMark({
                  workspaceId: sql`${workspaceId}`,
                  conversationId: sql`${state.id}`,
                  teamId: sql`${state.teamId}`,
                  agentId: sql`a.id`,
                })} end as at
      from (select 1) one
      left join marks given on given.workspace_id = ${workspaceId} and given.conversation_id = ${state.id}
           and given.agent_id = a.id`
  const gainedIn = (state: State) =>
    gainedAt({ workspaceId: sql`${workspaceId}`, teamId: sql`${state.teamId}`, agentId: sql`a.id` })
  const unreadIn = (state: State, mark: ReturnType<typeof sql>) => sql`
    select exists (select 1 from entries e
                    where e.workspace_id = ${workspaceId} and e.conversation_id = ${state.id} and e.type = 'message'
                      and e.agent_id is null and e.at > coalesce(${mark}, '-infinity'))
        or exists (select 1 from notices n
                    where n.workspace_id = ${workspaceId} and n.conversation_id = ${state.id} and n.agent_id = a.id
                      and n.at > coalesce(${mark}, '-infinity')) as is_unread`
  const both = [into.id, other.id]
  const { rows } = await sql<Mark>`
    select a.id as "agentId",
           case when in_this.is_unread and in_that.is_unread
                then case when this.at is null or that.at is null then null else least(this.at, that.at) end
                when in_this.is_unread then this.at
                when in_that.is_unread then that.at
                else greatest(this.at, that.at) end as "readUpTo"
      from agents a
      cross join lateral (${markIn(into)}) this
      cross join lateral (${markIn(other)}) that
      cross join lateral (${unreadIn(into, sql`this.at`)}) in_this
      cross join lateral (${unreadIn(other, sql`that.at`)}) in_that
     where a.workspace_id = ${workspaceId}
       and (a.role <> 'agent'
            or exists (select 1 from memberships m
                        where m.workspace_id = a.workspace_id and m.agent_id = a.id
                          and m.team_id = any(${[into.teamId, other.teamId]}::uuid[]))
            or exists (select 1 from marks m
                        where m.workspace_id = a.workspace_id and m.agent_id = a.id
                          and m.conversation_id = any(${both}::uuid[]))
            or exists (select 1 from notices n
                        where n.workspace_id = a.workspace_id and n.agent_id = a.id
                          and n.conversation_id = any(${both}::uuid[])))
     order by a.id`.execute(tx)
  return rows
}

export async function replaceOwn(
  tx: Tx,
  workspaceId: Id,
  conversationId: Id,
  { marks, stars, drafts }: Own,
): Promise<void> {
  for (const table of ["marks", "stars", "drafts"])
    await sql`
      delete from ${sql.table(table)}
       where workspace_id = ${workspaceId} and conversation_id = ${conversationId}`.execute(tx)
  await sql`
    insert into marks (workspace_id, conversation_id, agent_id, read_up_to)
    select ${workspaceId}, ${conversationId}, "agentId", "readUpTo"
      from jsonb_to_recordset(${JSON.stringify(marks)}::jsonb) as mark ("agentId" uuid, "readUpTo" timestamptz)`.execute(
    tx,
  )
  await sql`
    insert into stars (workspace_id, conversation_id, agent_id, at)
    select ${workspaceId}, ${conversationId}, "agentId", at
      from jsonb_to_recordset(${JSON.stringify(stars)}::jsonb) as star ("agentId" uuid, at timestamptz)`.execute(
    tx,
  )
  await sql`
    insert into drafts (workspace_id, conversation_id, agent_id, thread, text, is_note, write_id, at)
    select ${workspaceId}, ${conversationId}, "agentId", thread, text, "isNote", "writeId", at
      from jsonb_to_recordset(${JSON.stringify(drafts)}::jsonb)
           as draft ("agentId" uuid, thread uuid, text text, "isNote" boolean, "writeId" uuid, at timestamptz)`.execute(
    tx,
  )
}

/**
 * Stars and drafts of the one that goes on: each as it was before, unless its agent has changed it since. What is written
 * in the thread of one of the other's notes is the other's.
 */
export function parted(
  { into, other, made }: KeptOwn,
  now: Own,
  isHis: (noteId: Id) => boolean,
): { into: Pick<Own, "stars" | "drafts">; other: Pick<Own, "stars" | "drafts"> } {
  const inHis = ({ thread }: Draft) => thread !== null && isHis(thread)
  const mine = now.drafts.filter((draft) => !inHis(draft))
  return {
    into: {
      stars: partBy({ before: into.stars, made: made.stars, now: now.stars }, () => true),
      drafts: partBy(
        { before: into.drafts, made: made.drafts, now: mine },
        (one, theOther) => one.writeId === theOther.writeId,
      ),
    },
    other: {
      stars: other.stars,
      drafts: [...other.drafts.filter(({ thread }) => thread === null), ...now.drafts.filter(inHis)],
    },
  }
}

function partBy<T extends OfAgent>(
  { before, made, now }: Record<"before" | "made" | "now", readonly T[]>,
  isSame: (one: T, other: T) => boolean,
): T[] {
  const of = (all: readonly T[], key: string) => all.find((one) => keyOf(one) === key)
  return [...new Set([...before, ...now].map(keyOf))].flatMap((key) => {
    const [then, today] = [of(made, key), of(now, key)]
    const isUntouched = then === undefined ? today === undefined : today !== undefined && isSame(then, today)
    return (isUntouched ? of(before, key) : today) ?? []
  })
}

/** `lastUntil`: when its last entry until a moment was; the moment itself where there was none. */
export type Parted = { id: Id; lastUntil: (at: Stamp) => Promise<Stamp> }

/**
 * What an agent has read, or made unread, since they were merged, he has in both; whoever gained sight only since, has
 * it in the one that goes on.
 */
export async function keepReading(
  tx: Tx,
  workspaceId: Id,
  o: { made: readonly Mark[]; now: readonly Mark[]; into: Parted; other: Parted },
): Promise<void> {
  const then = new Map(o.made.map(({ agentId, readUpTo }) => [agentId, readUpTo]))
  for (const { agentId, readUpTo } of o.now) {
    const made = then.get(agentId)
    if (readUpTo === null || readUpTo === made) continue
    const isForward = made === undefined || made === null || made < readUpTo
    for (const { id, lastUntil } of made === undefined ? [o.into] : [o.into, o.other]) {
      const upTo = isForward ? await lastUntil(readUpTo) : readUpTo
      const moved = isForward ? sql`greatest` : sql`least`
      await sql`
        insert into marks (workspace_id, conversation_id, agent_id, read_up_to)
        values (${workspaceId}, ${id}, ${agentId}, ${upTo})
        on conflict (workspace_id, conversation_id, agent_id)
        do update set read_up_to = ${moved}(marks.read_up_to, excluded.read_up_to)`.execute(tx)
    }
  }
}
