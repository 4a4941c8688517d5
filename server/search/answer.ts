import { sql } from "kysely"
import type { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import {
  isEmptySearch,
  parseSearch,
  type Asked,
  type FoundEntry,
  type SearchAnswer,
  type searchQuery,
} from "../../protocol/search.ts"
import { partsOfNote } from "../../protocol/text.ts"
import type { Id } from "../../protocol/values.ts"
import { snippetOf, type AskedWord } from "../../protocol/words.ts"
import { snapshot, type Tx } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { findCustomers } from "./customers.ts"
import { readTail } from "./tail.ts"
import { findWanted, readKnown, withWords, type Label } from "./wanted.ts"
import { findHits, type Cursor, type Hit } from "./ways.ts"

const PAGE = 25
const MOST_LABELS = 5
const PATIENCE = "4s"

/** A page of what the agent may see; customers and labels with the first. Refuses `search-too-slow`. */
export async function search(
  sync: Sync,
  agent: Agent,
  query: z.output<typeof searchQuery>,
): Promise<SearchAnswer> {
  const asked = parseSearch(query.q, query.zone)
  const isFirst = query.cursor === undefined
  try {
    return await snapshot(sync.db, async (tx) => {
      const [, tail, known] = await Promise.all([
        sql`select set_config('statement_timeout', ${PATIENCE}, true)`.execute(tx),
        readTail(tx, agent.workspaceId),
        readKnown(tx, agent.workspaceId),
      ])
      const answer: SearchAnswer = {
        customers: [],
        labels: [],
        entries: [],
        cursor: null,
        problems: [],
        isComplete: tail.isWhole,
      }
      if (isEmptySearch(asked)) return answer
      const wanted = await findWanted(tx, agent, asked, known)
      if (wanted.problems.length > 0) return { ...answer, problems: wanted.problems }
      const hits = await findHits(tx, wanted, {
        tail,
        before: cursorOf(query.cursor),
        most: PAGE + 1,
      })
      const shown = hits.slice(0, PAGE)
      const last = shown.at(-1)
      const [entries, customers] = await Promise.all([
        loadFound(tx, agent.workspaceId, shown, asked.words),
        isFirst ? findCustomers(tx, wanted, asked) : [],
      ])
      const cursor = hits.length > PAGE && last !== undefined ? `${last.at}~${last.conversationId}` : null
      return {
        ...answer,
        entries,
        customers,
        labels: isFirst ? labelsCalled(asked, known.labels) : [],
        cursor,
      }
    })
  } catch (error) {
    if (isTimeout(error)) throw refuse("search-too-slow")
    throw error
  }
}

function cursorOf(text: string | undefined): Cursor | undefined {
  const [at, conversationId] = text?.split("~") ?? []
  return at === undefined || conversationId === undefined ? undefined : { at, conversationId }
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html: query_canceled
function isTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "57014"
}

function labelsCalled({ words }: Asked, labels: readonly Label[]): Label[] {
  const typed = words.map(({ text }) => text).join(" ")
  return withWords(
    typed,
    labels.filter(({ isShown }) => isShown),
  ).slice(0, MOST_LABELS)
}

type FoundRecord = Omit<FoundEntry, "snippet"> & { text: string }

async function loadFound(
  tx: Tx,
  workspaceId: Id,
  hits: readonly Hit[],
  words: readonly AskedWord[],
): Promise<FoundEntry[]> {
  const ids = hits.map(({ id }) => id)
  const { rows } = await sql<FoundRecord>`
    select e.id, e.conversation_id as "conversationId", e.at, e.type, e.agent_id as "agentId", a.channel,
           jsonb_build_object('id', customer.id, 'name', customer.name, 'city', customer.city,
                              'country', customer.country, 'photoId', customer.photo_id) as customer,
           c.closed_at is null as "isOpen", c.team_id as "teamId", e.text, cardinality(e.file_ids) > 0 as "hasFiles",
           array(select carried.label_id::text from entry_labels carried
                  where carried.workspace_id = e.workspace_id and carried.entry_id = e.id
                  order by carried.at, carried.label_id) as "labelIds"
      from unnest(${ids}::uuid[]) with ordinality as found (id, place)
      join entries e on e.workspace_id = ${workspaceId} and e.id = found.id
      join conversations c on c.workspace_id = e.workspace_id and c.id = e.conversation_id
      join customers customer on customer.workspace_id = c.workspace_id and customer.id = c.customer_id
      left join addresses a on a.workspace_id = e.workspace_id and a.id = e.address_id
     order by found.place`.execute(tx)
  const names = await readNames(tx, workspaceId, rows)
  return rows.map(({ text, ...row }) => ({
    ...row,
    snippet: snippetOf(row.type === "note" ? withNames(text, names) : text, words),
  }))
}

/** Of whom the notes mention. */
async function readNames(
  tx: Tx,
  workspaceId: Id,
  rows: readonly FoundRecord[],
): Promise<ReadonlyMap<Id, string>> {
  const ids = rows.flatMap(({ text, type }) =>
    type === "note" ? partsOfNote(text).flatMap((part) => (part.kind === "text" ? [] : [part.id])) : [],
  )
  if (ids.length === 0) return new Map()
  const { rows: named } = await sql<{ id: Id; name: string }>`
    select id, name from agents where workspace_id = ${workspaceId} and id::text = any(${ids}::text[])
    union all select id, name from teams where workspace_id = ${workspaceId} and id::text = any(${ids}::text[])`.execute(
    tx,
  )
  return new Map(named.map(({ id, name }) => [id, name]))
}

function withNames(text: string, names: ReadonlyMap<Id, string>): string {
  return partsOfNote(text)
    .map((part) => (part.kind === "text" ? part.text : `@${names.get(part.id) ?? "…"}`))
    .join("")
}
