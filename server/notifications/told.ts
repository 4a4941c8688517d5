/** What an agent is told of a conversation while he is not looking, by whichever way. */
import { sql } from "kysely"
import { belongsTo } from "../../protocol/inboxes.ts"
import {
  toldOfEverything,
  type NotificationKind,
  type NotificationPreference,
} from "../../protocol/notifications.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { partsOfNote } from "../../protocol/text.ts"
import type { Id } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import type { Reader } from "../sync/sync.ts"
import { presence } from "../team/team.ts"

export type Who = { agentId: Id; preference: NotificationPreference; isAvailableInATeam: boolean }
type Telling = { who: Who; reader: Reader; row: ConversationRow; what: NotificationKind }
export type Told = {
  what: NotificationKind
  workspaceId: Id
  conversationId: Id
  /** null: a lead. */
  customer: string | null
  city: string | null
  /** Of the note. */
  author: string | null
  /** null where he does not want it on his screen, or something else was written since. */
  text: string | null
}

/** Of `agents a`: a `Who`. */
export const whoColumns = sql`
  a.id as "agentId",
  ${JSON.stringify(toldOfEverything)}::jsonb || coalesce(
    (select p.preference from notification_preferences p
      where p.workspace_id = a.workspace_id and p.agent_id = a.id), '{}') as preference,
  ${presence.isAvailable} and exists (
    select 1 from memberships m
      join teams t on t.workspace_id = m.workspace_id and t.id = m.team_id and t.is_open
     where m.workspace_id = a.workspace_id and m.agent_id = a.id and not m.switched_off) as "isAvailableInATeam"`

export function waits(row: ConversationRow | undefined): boolean {
  return row !== undefined && (row.own.unread > 0 || row.own.hasUnreadMention)
}

/** undefined: it is not so any more. */
export async function whatIsTold(tx: Tx, telling: Telling): Promise<Told | undefined> {
  if (!isStillSo(telling)) return undefined
  const { who, reader, row, what } = telling
  const { workspaceId } = reader
  const { customer, id: conversationId } = row
  const written = who.preference.showsText ? await writtenIn(tx, workspaceId, what, row) : undefined
  const author = what === "mention" ? await authorOf(tx, workspaceId, row) : null
  const { name, city } = customer
  return { what, workspaceId, conversationId, customer: name, city, author, text: written ?? null }
}

function isStillSo({ who: { agentId, isAvailableInATeam }, reader, row, what }: Telling): boolean {
  if (what === "mention") return row.own.hasUnreadMention
  if (!row.isOpen || row.snooze !== null) return false
  if (what === "offer") return row.offer?.agentId === agentId
  if (what === "mine") return row.assigneeId === agentId
  const teamIds = new Set([...reader.keys].flatMap((key) => (key.startsWith("team:") ? [key.slice(5)] : [])))
  const eyes = { agentId, isAdmin: reader.keys.has("admins"), teamIds, isAvailableInATeam: true }
  return isAvailableInATeam && belongsTo("unassigned", row, eyes)
}

/** What the notification is about, if that is the latest that was written. */
async function writtenIn(
  tx: Tx,
  workspaceId: Id,
  what: NotificationKind,
  { last }: ConversationRow,
): Promise<string | undefined> {
  if (last === null || (last.type === "note") !== (what === "mention")) return undefined
  const parts = partsOfNote(last.text)
  const ids = parts.flatMap((part) => (part.kind === "text" ? [] : [part.id]))
  const names = ids.length === 0 ? new Map<Id, string>() : await namesOf(tx, workspaceId, ids)
  return parts.map((part) => (part.kind === "text" ? part.text : `@${names.get(part.id) ?? ""}`)).join("")
}

async function authorOf(tx: Tx, workspaceId: Id, { last }: ConversationRow): Promise<string | null> {
  if (last?.type !== "note" || last.agentId === null) return null
  return (await namesOf(tx, workspaceId, [last.agentId])).get(last.agentId) ?? null
}

async function namesOf(tx: Tx, workspaceId: Id, ids: readonly Id[]): Promise<Map<Id, string>> {
  const { rows } = await sql<{ id: Id; name: string }>`
    select id, name from agents where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])
    union all
    select id, name from teams where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(tx)
  return new Map(rows.map(({ id, name }) => [id, name]))
}
