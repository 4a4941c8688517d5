import { sql, type RawBuilder } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { visible } from "../conversations/conversations.ts"
import type { Tx } from "../db/db.ts"
import type { Tail } from "./tail.ts"
import type { Wanted } from "./wanted.ts"

export type Hit = { id: Id; conversationId: Id; at: Stamp }
/** The last hit of the page before. */
export type Cursor = Pick<Hit, "at" | "conversationId">

/**
 * Entries that are looked at, going back in time, before anything else is tried. What one in a hundred and fifty holds
 * fills a page by this alone, in about 5 ms; and it shows how often each term is, which no statistics say of two together
 * or of the beginning of a word. As a term that is not rare among them is no way in, the index is asked for the others.
 */
const SAMPLE = 4_000
const RARE = SAMPLE / 200
const RARE_TERM = SAMPLE / 50
/** As far as is gone back at most before the index of words is asked after all, however many hits it has: about 150 ms. */
const FAR = 100_000
/** An entry found by the index costs as much as so many that are passed on the way back. */
const DEAR = 3
/** Of the conversations in which it can be: so few are looked through one by one. */
const FEW = 3_000
/** So many are looked through before all hits of a word that many have: about 300 ms. */
const MANY = 30_000

/** The newest hits, `most` at most. */
export async function findHits(
  tx: Tx,
  wanted: Wanted,
  o: { tail: Tail; before: Cursor | undefined; most: number },
): Promise<Hit[]> {
  const search = { tx, wanted, ...o }
  const [latest, kept] = await Promise.all([throughTail(search), findKept(search)])
  return [...latest, ...kept].toSorted(compareHits).slice(0, o.most)
}

function compareHits(one: Hit, other: Hit): number {
  if (one.at !== other.at) return one.at < other.at ? 1 : -1
  return one.conversationId < other.conversationId ? 1 : -1
}

async function throughTail(search: Search): Promise<Hit[]> {
  const { tx, wanted, tail, most } = search
  if (tail.rows === undefined) return []
  const { rows } = await sql<Hit>`
    select ${columns} from ${tail.rows} w
     where ${isInTime(search)} and ${isAsked(search)} and ${wanted.conditions} ${newestFirst} limit ${most}`.execute(
    tx,
  )
  return rows
}

async function findKept(search: Search): Promise<Hit[]> {
  const { tx, wanted, most } = search
  const sample = await takeSample(search)
  if (sample.isAll || sample.hits.length >= most) return sample.hits
  const { terms, labels, within, seesAll } = wanted
  const rare = terms.filter((_, place) => (sample.counts[place] ?? 0) < RARE_TERM)
  const byWords = (among?: Id[]) => throughWords(search, rare.length > 0 ? rare : terms, among)
  const expected = (sample.count / SAMPLE) * sample.ofAll
  if (terms.length > 0 && sample.count < RARE) return byWords()
  if (labels.length > 0) return throughLabels(search)
  if (wanted.theirs !== undefined) return throughConversations(search, wanted.theirs, wanted.conditions)
  // So many in the sample, and a page is likely to be full within half of the way.
  const isNear = sample.hits.length * (FAR / 2 / SAMPLE) >= most
  /** Those in which it can be, unless there are more. */
  const findAmong = async (atMost: number): Promise<Id[] | undefined> => {
    if (seesAll && within.teamIds === undefined && within.isOpen !== true) return undefined
    const among = await ids(tx, visible.someSeenBy(wanted.agent, { ...within, most: atMost + 1 }))
    return among.length > atMost ? undefined : among
  }
  const few = isNear ? undefined : await findAmong(FEW)
  if (few !== undefined)
    return terms.length > 0 && expected < few.length * sample.ofEach
      ? byWords(few)
      : throughConversations(search, few, wanted.conditionsOfSeen)
  if (!isNear && terms.length > 0 && expected * DEAR < FAR) return byWords()
  const far = await backInTime(search, FAR)
  if (far.length >= most) return far
  if (terms.length === 0) return backInTime(search, undefined)
  const many = expected < FAR ? undefined : await findAmong(MANY)
  return many === undefined ? byWords() : throughConversations(search, many, wanted.conditionsOfSeen)
}

type Search = { tx: Tx; wanted: Wanted; tail: Tail; before: Cursor | undefined; most: number }

const columns = sql`w.entry_id as id, w.conversation_id as "conversationId", w.at`
const newestFirst = sql`order by w.at desc, w.conversation_id desc`

function isAsked({ wanted: { terms } }: Search): RawBuilder<unknown> {
  return terms.length === 0 ? sql`true` : sql`w.words @@ ${terms.join(" & ")}::tsquery`
}

/** In the workspace, of the time that is asked for, and after the page before; what is in the tail is found there. */
function isHere(search: Search): RawBuilder<unknown> {
  const { ids } = search.tail
  return ids.length === 0 ? isInTime(search) : sql`${isInTime(search)} and w.entry_id <> all(${ids}::uuid[])`
}

function isInTime({ wanted, before }: Search): RawBuilder<unknown> {
  const conditions = [sql`w.workspace_id = ${wanted.agent.workspaceId}`]
  if (wanted.before !== undefined) conditions.push(sql`w.at < ${wanted.before}::timestamptz`)
  if (wanted.after !== undefined) conditions.push(sql`w.at >= ${wanted.after}::timestamptz`)
  if (before !== undefined)
    conditions.push(
      sql`(w.at, w.conversation_id) < (${before.at}::timestamptz, ${before.conversationId}::uuid)`,
    )
  return sql.join(conditions, sql` and `)
}

/**
 * `count`: those that hold all terms, seen or not; `counts`: of each term; `isAll`: there are no more entries. Of the whole
 * database, about: `ofAll` entries, `ofEach` in a conversation.
 */
type Sample = {
  hits: Hit[]
  count: number
  counts: number[]
  isAll: boolean
  ofAll: number
  ofEach: number
}

async function takeSample(search: Search): Promise<Sample> {
  const { tx, wanted, most } = search
  const counts = wanted.terms.map((term) => sql`count(*) filter (where w.words @@ ${term}::tsquery)`)
  const [{ rows }, { rows: hits }] = await Promise.all([
    sql<{ all: number; count: number; counts: number[]; ofAll: number; ofThem: number }>`
      select count(*) as all, count(*) filter (where ${isAsked(search)}) as count,
             array[${counts.length > 0 ? sql.join(counts) : sql``}]::bigint[] as counts,
             (select greatest(reltuples, 0)::bigint from pg_class where oid = 'entry_words'::regclass) as "ofAll",
             (select greatest(reltuples, 1)::bigint from pg_class where oid = 'conversations'::regclass) as "ofThem"
        from (select w.words from entry_words w where ${isHere(search)} ${newestFirst} limit ${SAMPLE}) w`.execute(
      tx,
    ),
    sql<Hit>`
      select ${columns} from (select * from entry_words w where ${isHere(search)} ${newestFirst} limit ${SAMPLE}) w
       where ${isAsked(search)} and ${wanted.conditions} ${newestFirst} limit ${most}`.execute(tx),
  ])
  const [found] = rows
  if (found === undefined) throw new Error("An aggregate answered with no row.")
  const { all, ofThem, ...counted } = found
  return { hits, ...counted, isAll: all < SAMPLE, ofEach: counted.ofAll / ofThem }
}

async function backInTime(search: Search, far: number | undefined): Promise<Hit[]> {
  const { tx, wanted, most } = search
  const { rows } = await sql<Hit>`
    select ${columns} from (
      select * from entry_words w where ${isHere(search)} ${newestFirst} limit ${far ?? null}::bigint) w
     where ${isAsked(search)} and ${wanted.conditions} ${newestFirst} limit ${most}`.execute(tx)
  return rows
}

/** By the index of words, by those terms of which few entries are expected. `among`: conversations that he may see, if those are few. */
async function throughWords(
  search: Search,
  rare: readonly string[],
  among: readonly Id[] | undefined,
): Promise<Hit[]> {
  const { tx, wanted, most } = search
  const isAmong = among === undefined ? sql`true` : sql`w.conversation_id = any(${among}::uuid[])`
  const conditions = among === undefined ? wanted.conditions : wanted.conditionsOfSeen
  return without(
    tx,
    ["seqscan", "indexscan"],
    sql<Hit>`
      with w as materialized (
        select w.* from entry_words w
         where w.words @@ ${rare.join(" & ")}::tsquery and ${isHere(search)} and ${isAsked(search)} and ${isAmong}
      )
      select ${columns} from w where ${conditions} ${newestFirst} limit ${most}`,
  )
}

async function throughConversations(
  search: Search,
  conversationIds: readonly Id[],
  conditions: RawBuilder<unknown>,
): Promise<Hit[]> {
  const { tx, most } = search
  return without(
    tx,
    ["bitmapscan"],
    sql<Hit>`
      select ${columns} from unnest(${conversationIds}::uuid[]) as those (id)
       cross join lateral (
         select * from entry_words w
          where ${isHere(search)} and w.conversation_id = those.id and ${isAsked(search)} and ${conditions}
          order by w.at desc limit ${most}) w
       ${newestFirst} limit ${most}`,
  )
}

async function throughLabels(search: Search): Promise<Hit[]> {
  const { tx, wanted, most } = search
  const { workspaceId } = wanted.agent
  return without(
    tx,
    ["bitmapscan"],
    sql<Hit>`
      select ${columns} from (
        select distinct entry_id from entry_labels
         where workspace_id = ${workspaceId} and label_id = any(${wanted.labels[0] ?? []}::uuid[])) carried
        join entries e on e.workspace_id = ${workspaceId} and e.id = carried.entry_id
        join entry_words w on w.workspace_id = e.workspace_id and w.conversation_id = e.conversation_id and w.at = e.at
       where ${isHere(search)} and ${isAsked(search)} and ${wanted.conditions} ${newestFirst} limit ${most}`,
  )
}

/**
 * A statement planned without some means. How often words stand together, or begin so, PostgreSQL cannot know: left
 * alone it asks the index of words for each of a thousand conversations, or reads all there is for a rare word.
 */
async function without(tx: Tx, means: readonly string[], query: RawBuilder<Hit>): Promise<Hit[]> {
  const set = (state: "on" | "off") =>
    means.map((one) => sql`select set_config(${`enable_${one}`}, ${state}, true)`.execute(tx))
  // All sent at once, done in this order.
  const [, { rows }] = await Promise.all([Promise.all(set("off")), query.execute(tx), Promise.all(set("on"))])
  return rows
}

async function ids(tx: Tx, query: RawBuilder<{ id: Id }>): Promise<Id[]> {
  const { rows } = await query.execute(tx)
  return rows.map(({ id }) => id)
}
