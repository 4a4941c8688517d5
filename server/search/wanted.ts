import { sql, type RawBuilder } from "kysely"
import type { Asked, SearchProblem } from "../../protocol/search.ts"
import type { LabelColor } from "../../protocol/labels.ts"
import { folded } from "../../protocol/text.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { askedWords, wordsOf } from "../../protocol/words.ts"
import { visible } from "../conversations/conversations.ts"
import { finding } from "../customers/customers.ts"
import type { Tx } from "../db/db.ts"
import type { Agent } from "../team/team.ts"
import { termsOf, wordTerm, type Term } from "./terms.ts"

export type Label = { id: Id; name: string; color: LabelColor; mergedInto: Id | null; isShown: boolean }
type Named = { id: Id; name: string }

/** What was asked for with names replaced by what they name, as this agent may look for it. */
export type Wanted = {
  agent: Agent
  /** All must be among the words of an entry. */
  terms: Term[]
  /** Each a label with all that were merged into it. */
  labels: Id[][]
  /** The conversations in which all of it must be, if it is from a customer of whose name there are few. */
  theirs: Id[] | undefined
  /** Conditions on `entry_words w` beyond its terms and its time, access included. */
  conditions: RawBuilder<unknown>
  /** The same of conversations that he is known to see. */
  conditionsOfSeen: RawBuilder<unknown>
  before: Stamp | undefined
  after: Stamp | undefined
  seesAll: boolean
  /** Of what conversations it is to be. */
  within: { teamIds: Id[] | undefined; isOpen: boolean | undefined }
  problems: SearchProblem[]
}

/** Whatever an operator can name. */
type Known = { agents: Named[]; teams: Named[]; sources: { id: Id; channel: string }[]; labels: Label[] }

export async function readKnown(tx: Tx, workspaceId: Id): Promise<Known> {
  const [agents, teams, sources, labels] = await Promise.all([
    read<Named>(tx, sql`select id, name from agents where workspace_id = ${workspaceId}`),
    read<Named>(tx, sql`select id, name from teams where workspace_id = ${workspaceId}`),
    read<{ id: Id; channel: string }>(
      tx,
      sql`select id, channel from sources where workspace_id = ${workspaceId}`,
    ),
    read<Label>(
      tx,
      sql`select id, name, color, merged_into as "mergedInto", merged_into is null and deleted_at is null as "isShown"
            from labels where workspace_id = ${workspaceId} order by lower(name)`,
    ),
  ])
  return { agents, teams, sources, labels }
}

export async function findWanted(tx: Tx, agent: Agent, asked: Asked, named: Known): Promise<Wanted> {
  const { workspaceId } = agent
  const { agents, teams, sources, labels } = named
  const problems = [...asked.problems]
  const known = <T extends Named>(
    operator: SearchProblem["operator"],
    value: string,
    all: readonly T[],
  ): T[] => {
    const found = calledSo(value, all)
    if (found.length === 0) problems.push({ operator, value, problem: "unknown-name" })
    return found
  }
  const wantedLabels = asked.labels.map((value) =>
    known(
      "label",
      value,
      labels.filter(({ isShown }) => isShown),
    ).flatMap(({ id }) => mergedInto(id, labels)),
  )
  const teamIds = asked.teams.flatMap((value) => known("team", value, teams)).map(({ id }) => id)
  const authors = findAuthors(agent, asked.from, agents)
  const theirs =
    authors.isCalled === undefined ? undefined : await findTheirs(tx, workspaceId, authors.isCalled)
  const seesAll = agent.keys.has("admins") || teams.every(({ id }) => agent.keys.has(`team:${id}`))
  const ofEntry = onEntry(workspaceId, wantedLabels, { ...authors, theirs })
  return {
    agent,
    terms: [
      ...asked.words.map((word) => wordTerm(workspaceId, word)),
      ...eitherOf(authors.terms),
      ...channelTerms(agent, asked, sources),
      ...(asked.hasFile ? [termsOf.file(workspaceId)] : []),
    ],
    labels: wantedLabels,
    theirs: authors.hasAgents ? undefined : theirs,
    conditions: sql.join([...ofEntry, onConversation(agent, { asked, teamIds, seesAll })], sql` and `),
    conditionsOfSeen: sql.join(
      [...ofEntry, onConversation(agent, { asked, teamIds, seesAll: true })],
      sql` and `,
    ),
    before: asked.before,
    after: asked.after,
    seesAll,
    within: { teamIds: asked.teams.length > 0 ? teamIds : undefined, isOpen: asked.isOpen },
    problems,
  }
}

/** A channel is that of a source; one that the workspace has no source of has brought nothing. */
function channelTerms({ workspaceId }: Agent, { channels }: Asked, sources: Known["sources"]): Term[] {
  if (channels.length === 0) return []
  const wanted = sources.filter(({ channel }) => channels.some((one) => one === channel))
  return wanted.length === 0 ? ["'#none'"] : eitherOf(wanted.map(({ id }) => termsOf.source(workspaceId, id)))
}

/** `isCalled`: a condition on `customers customer`. */
type Authors = { terms: Term[]; hasAgents: boolean; isCalled: RawBuilder<unknown> | undefined }

/** `from:`: agents who are called so, and customers; `me` is the agent himself. */
function findAuthors(agent: Agent, from: readonly string[], agents: readonly Named[]): Authors {
  const { workspaceId } = agent
  if (from.length === 0) return { terms: [], hasAgents: false, isCalled: undefined }
  const isMe = (value: string) => folded(value) === "me"
  const agentIds = from.flatMap((value) =>
    isMe(value) ? [agent.agentId] : calledSo(value, agents).map(({ id }) => id),
  )
  const customers = from
    .filter((value) => !isMe(value))
    .flatMap((value) => finding.foundBy(workspaceId, value) ?? [])
  const terms = agentIds.map((id) => termsOf.agent(workspaceId, id))
  const hasAgents = terms.length > 0
  if (customers.length === 0) return { terms, hasAgents, isCalled: undefined }
  return {
    terms: [...terms, termsOf.customer(workspaceId)],
    hasAgents,
    isCalled: sql`(${sql.join(customers, sql` or `)})`,
  }
}

/** Of a name that more have, all are read again with each statement, instead of being sent. */
const FEW = 3_000

async function findTheirs(tx: Tx, workspaceId: Id, isCalled: RawBuilder<unknown>): Promise<Id[] | undefined> {
  const rows = await read<{ id: Id }>(tx, sql`${theirConversations(workspaceId, isCalled)} limit ${FEW + 1}`)
  return rows.length > FEW ? undefined : rows.map(({ id }) => id)
}

function theirConversations(workspaceId: Id, isCalled: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select c.id from customers customer
      join conversations c on c.workspace_id = customer.workspace_id and c.customer_id = customer.id
     where customer.workspace_id = ${workspaceId} and ${isCalled}`
}

function onEntry(
  workspaceId: Id,
  labels: readonly Id[][],
  { isCalled, theirs }: Authors & { theirs: Id[] | undefined },
): RawBuilder<unknown>[] {
  const conditions = labels.map(
    (ids) => sql`exists (
      select 1 from entry_labels carried where carried.workspace_id = ${workspaceId} and carried.entry_id = w.entry_id
         and carried.label_id = any(${ids}::uuid[]))`,
  )
  if (isCalled === undefined) return conditions
  const isTheirs =
    theirs === undefined
      ? sql`w.conversation_id in (${theirConversations(workspaceId, isCalled)})`
      : sql`w.conversation_id = any(${theirs}::uuid[])`
  const isCustomers = sql`w.words @@ ${termsOf.customer(workspaceId)}::tsquery`
  return [...conditions, sql`(not ${isCustomers} or ${isTheirs})`]
}

function onConversation(
  agent: Agent,
  o: { asked: Asked; teamIds: readonly Id[]; seesAll: boolean },
): RawBuilder<unknown> {
  const { asked, teamIds, seesAll } = o
  const conditions = seesAll ? [] : [visible.isSeenBy(agent)]
  if (asked.teams.length > 0) conditions.push(sql`c.team_id = any(${teamIds}::uuid[])`)
  if (asked.isOpen !== undefined)
    conditions.push(asked.isOpen ? sql`c.closed_at is null` : sql`c.closed_at is not null`)
  if (conditions.length === 0) return sql`true`
  // As one value, since the planner would rather look through all conversations than look up those few.
  return sql`(
    select ${sql.join(conditions, sql` and `)} from conversations c
     where c.workspace_id = ${agent.workspaceId} and c.id = w.conversation_id)`
}

/** Those whose name it is; where there is none, those with words that begin so. */
export function calledSo<T extends Named>(value: string, all: readonly T[]): T[] {
  const exact = all.filter(({ name }) => folded(name) === folded(value))
  return exact.length > 0 ? exact : withWords(value, all)
}

/** Those of whose words all that was asked for is the beginning. */
export function withWords<T extends Named>(value: string, all: readonly T[]): T[] {
  const asked = value.split(/\s+/).flatMap(askedWords)
  if (asked.length === 0) return []
  return all.filter(({ name }) => {
    const words = wordsOf(name)
    return asked.every((each) =>
      words.some((word) => (each.isPrefix ? word.startsWith(each.text) : word === each.text)),
    )
  })
}

function mergedInto(id: Id, labels: readonly Label[]): Id[] {
  return [
    id,
    ...labels.filter((label) => label.mergedInto === id).flatMap((label) => mergedInto(label.id, labels)),
  ]
}

function eitherOf(terms: readonly Term[]): Term[] {
  return terms.length === 0 ? [] : [`(${terms.join(" | ")})`]
}

async function read<T>(tx: Tx, query: RawBuilder<unknown>): Promise<T[]> {
  const { rows } = await sql<T>`${query}`.execute(tx)
  return rows
}
