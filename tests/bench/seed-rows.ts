import { lexemesOf } from "../../server/search/terms.ts"
import type { Company } from "./seed-people.ts"
import type { Line, Story } from "./seed-story.ts"

/** What COPY fills, with the columns in the order of the rows below. */
export const filled = {
  customers: "workspace_id, id, name, city, country, language, created_at",
  addresses: "workspace_id, id, customer_id, source_id, channel, value, display, last_used_at, created_at",
  conversations:
    "workspace_id, id, customer_id, team_id, assignee_id, last_assignee_id, closed_at, last_at, updated_at, listed_at, waiting_since, last_source_id, last_address_id, last_entry_id, last_customer_entry_id, last_answer_id, last_answer_agent_id, last_answer_at, created_at",
  entries:
    "workspace_id, id, conversation_id, at, type, agent_id, address_id, source_id, text, event, delivery, provider_id",
  entry_words: "workspace_id, conversation_id, at, entry_id, words",
  notices: "workspace_id, agent_id, conversation_id, entry_id, what, at",
  marks: "workspace_id, agent_id, conversation_id, read_up_to",
  stars: "workspace_id, agent_id, conversation_id, at",
} as const
export type Filled = keyof typeof filled

/** COPY's text format: https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS */
type Value = string | null
const NULL = "\\N"
function row(values: Value[]): string {
  let text = values[0] ?? NULL
  for (let place = 1; place < values.length; place++) text += `\t${values[place] ?? NULL}`
  return `${text}\n`
}
const stampOf = (at: number): string => new Date(at).toISOString()
const stampOrNull = (at: number | null | undefined): Value =>
  at === null || at === undefined ? null : stampOf(at)

/** A story's rows other than its entries. */
export function* rowsOf(story: Story, { workspaceId }: Company): Generator<[Filled, string]> {
  const { id, customerId, addressId, lines } = story
  const first = stampOf(lines[0]?.at ?? 0)
  const written = lines.filter(({ kind }) => kind === "customer" || kind === "answer" || kind === "note")
  const last = written.at(-1)
  const customer = lines.findLast(({ kind }) => kind === "customer")
  const answer = lines.findLast(({ kind }) => kind === "answer")
  const closed = lines.findLast(({ kind }) => kind === "closed")
  const { channel, id: sourceId } = story.source
  const isSms = channel === "sms"
  const waiting = story.isOpen
    ? lines.find(({ kind, at }) => kind === "customer" && at > (answer?.at ?? 0))
    : undefined

  yield ["customers", row([workspaceId, customerId, story.name, "Bergen", "NO", "en", first])]
  yield [
    "addresses",
    row([
      ...[workspaceId, addressId, customerId, sourceId, channel],
      ...[isSms ? story.phone : addressId.replaceAll("-", "").repeat(2), isSms ? story.phone : ""],
      ...[stampOf(customer?.at ?? 0), first],
    ]),
  ]
  yield [
    "conversations",
    row([
      ...[workspaceId, id, customerId, story.teamId, story.assigneeId, story.lastAssigneeId],
      ...[stampOrNull(closed?.at), stampOf(lines.at(-1)?.at ?? 0), stampOf(last?.at ?? 0)],
      ...[closed === undefined ? null : stampOrNull(last?.at), stampOrNull(waiting?.at)],
      ...[sourceId, addressId, last?.id ?? null, customer?.id ?? null],
      ...[answer?.id ?? null, answer?.agentId ?? null, stampOrNull(answer?.at), first],
    ]),
  ]
  for (const { agentId, line } of story.mentions)
    yield ["notices", row([workspaceId, agentId, id, line.id, "mention", stampOf(line.at)])]
  const assigned = lines.find(({ kind }) => kind === "assigned")
  if (assigned !== undefined && story.assignedBy !== null)
    yield ["notices", row([workspaceId, assigned.agentId, id, assigned.id, "assigned", stampOf(assigned.at)])]
  for (const { agentId, at } of story.marks) yield ["marks", row([workspaceId, agentId, id, stampOrNull(at)])]
  for (const agentId of story.starredBy)
    yield ["stars", row([workspaceId, agentId, id, stampOf(lines.at(-1)?.at ?? 0)])]
}

export function entryRow(story: Story, line: Line, { workspaceId }: Company): string {
  const { kind, agentId } = line
  const isMessage = kind === "customer" || kind === "answer"
  const type = isMessage ? "message" : kind === "note" ? "note" : "event"
  const isSms = story.source.channel === "sms"
  const delivery = kind === "answer" ? (isSms ? "delivered" : "read") : null
  return row([
    workspaceId,
    line.id,
    story.id,
    stampOf(line.at),
    type,
    type === "event" || kind === "customer" ? null : agentId,
    isMessage ? story.addressId : null,
    isMessage ? story.source.id : null,
    line.text,
    eventOf(story, line),
    delivery,
    isMessage && isSms ? `SM${line.id}` : null,
  ])
}

/** What an entry is found by; nothing for events. */
export function wordsRow(story: Story, line: Line, { workspaceId }: Company): string {
  const { kind, agentId, text } = line
  if (kind === "assigned" || kind === "closed") return ""
  const isNote = kind === "note"
  const lexemes = lexemesOf(workspaceId, {
    type: isNote ? "note" : "message",
    agentId: kind === "customer" ? null : agentId,
    sourceId: isNote ? null : story.source.id,
    text,
    fileIds: [],
  })
  // None of them holds a quote, since texts here hold none.
  const vector = lexemes.map((lexeme) => `'${lexeme}'`).join(" ")
  return row([workspaceId, story.id, stampOf(line.at), line.id, vector])
}

function eventOf({ assignedBy }: Story, { kind, agentId }: Line): string | null {
  if (kind === "assigned")
    return JSON.stringify({ what: "assigned", toAgentId: agentId, byAgentId: assignedBy ?? agentId })
  if (kind === "closed") return JSON.stringify({ what: "closed", byAgentId: agentId })
  return null
}
