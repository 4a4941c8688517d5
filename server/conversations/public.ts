/**
 * What a customer may know of his conversation and of those who answer him, picked field by field: messages that
 * went through his own address, and of an agent the first name, a photo, initials and a colour. Notes, events, other
 * addresses, e-mail addresses, teams and who is looking are never read here, so nothing can forget to drop them.
 */
import { sql } from "kysely"
import {
  colorOf,
  initialsOf,
  type Face,
  type HomeAnswer,
  type PublicMessage,
} from "../../protocol/visitor.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { prepared, type Db, type Tx } from "../db/db.ts"
import { filesOf } from "./entries.ts"
import type { FileView } from "../../protocol/rows.ts"
import { availableAgents, membersOf, presence } from "../team/team.ts"

/** `linkOf`: the path of a file that whoever has it may fetch. */
type Linking = { linkOf: (fileId: Id) => string }

type MessageRecord = {
  id: Id
  at: Stamp
  text: string
  agentId: Id | null
  agentName: string | null
  photo: string | null
  isSeen: boolean
  files: FileView[]
}

/** An answer that its author may still take back is nobody's but the agents'. */
const isPublic = sql`e.type = 'message' and e.delivery is distinct from 'held'`

/** Messages of one address before a stamp, the latest of them, oldest first. */
export async function publicMessages(
  db: Db,
  o: { workspaceId: Id; addressId: Id; before: Stamp; limit: number } & Linking,
): Promise<PublicMessage[]> {
  const { rows } = await sql<MessageRecord>`
    select e.id, e.at, e.text, e.agent_id as "agentId", a.name as "agentName", a.photo,
           e.agent_id is null and e.at <= coalesce(address.agent_seen_at, '-infinity') as "isSeen",
           ${filesOf(o.workspaceId, sql`e.file_ids`)} as files
      from entries e
      join addresses address on address.workspace_id = e.workspace_id and address.id = e.address_id
      left join agents a on a.workspace_id = e.workspace_id and a.id = e.agent_id
     where e.workspace_id = ${o.workspaceId} and e.address_id = ${o.addressId} and ${isPublic}
       and e.at < ${o.before}::timestamptz
     order by e.at desc
     limit ${o.limit}`.execute(db)
  return rows.map((row) => messageOf(row, o)).reverse()
}

function messageOf(record: MessageRecord, { linkOf }: Linking): PublicMessage {
  const { id, at, text, agentId, agentName, photo, isSeen } = record
  const agent = agentId === null ? null : faceOf({ id: agentId, name: agentName ?? "", photo })
  const files = record.files.map(({ id, name, type, size, width, height, voice }) => ({
    ...{ id, name, type, size, width, height, voice },
    path: linkOf(id),
  }))
  return { id, at, agent, text, isSeen, files }
}

export type News = {
  messages: PublicMessage[]
  unread: number
  /** Since then what was said before may be more, or less, than a browser has of it. */
  joinedAt: Stamp | null
}

/**
 * Messages of one address, oldest first, and how many of its answers were not seen, in one statement: the latest, or
 * those named by `ids` with the last of his own that an agent has seen, which says that all before it were.
 */
export async function publicNews(
  db: Db,
  o: { workspaceId: Id; addressId: Id } & Linking & ({ ids: readonly Id[] } | { latest: number }),
): Promise<News> {
  const ofAddress = sql`e.workspace_id = ${o.workspaceId} and e.address_id = ${o.addressId} and ${isPublic}`
  const told =
    "ids" in o
      ? sql`
        select e.id, e.at, e.text, e.agent_id, e.file_ids from entries e
         where ${ofAddress} and e.id = ${prepared.anyOf(o.ids)}
        union
        (select e.id, e.at, e.text, e.agent_id, e.file_ids from entries e
          where ${ofAddress} and e.agent_id is null and e.at <= (select agent_seen_at from address)
          order by e.at desc limit 1)`
      : sql`
        select e.id, e.at, e.text, e.agent_id, e.file_ids from entries e
         where ${ofAddress} order by e.at desc limit ${o.latest}`
  const { rows } = await sql<(MessageRecord | { id: null }) & Omit<News, "messages">>`/* prepared */
    with address as materialized (
      select seen_at, agent_seen_at, joined_at from addresses where workspace_id = ${o.workspaceId} and id = ${o.addressId}
    )
    select told.id, told.at, told.text, told.agent_id as "agentId", a.name as "agentName", a.photo,
           told.agent_id is null and told.at <= coalesce(address.agent_seen_at, '-infinity') as "isSeen",
           address.joined_at as "joinedAt",
           (select count(*) from entries e
             where ${ofAddress} and e.agent_id is not null and e.at > coalesce(address.seen_at, '-infinity')) as unread,
           ${filesOf(o.workspaceId, sql`told.file_ids`)} as files
      from address
      left join (${told}) told on true
      left join agents a on a.workspace_id = ${o.workspaceId} and a.id = told.agent_id
     order by told.at`.execute(db)
  const messages = rows.flatMap((row) => (row.id === null ? [] : [messageOf(row, o)]))
  return { messages, unread: rows[0]?.unread ?? 0, joinedAt: rows[0]?.joinedAt ?? null }
}

/** The conversation of an address; it exists from the first message on. */
export async function findConversationOf(
  db: Db,
  o: { workspaceId: Id; addressId: Id },
): Promise<Id | undefined> {
  const { rows } = await sql<{ id: Id }>`/* prepared */
    select c.id from addresses a
      join conversations c on c.workspace_id = a.workspace_id and c.customer_id = a.customer_id
     where a.workspace_id = ${o.workspaceId} and a.id = ${o.addressId}`.execute(db)
  return rows[0]?.id
}

/** Who answers this source's customers and how soon, honestly: what is not known is not said. */
export async function publicHome(
  tx: Tx,
  o: { workspaceId: Id; teamId: Id; greeting: string; now: Date },
): Promise<Omit<HomeAnswer, "replyMinutes" | "takesEmail">> {
  const { workspaceId, teamId } = o
  const available = await availableAgents(tx, workspaceId, teamId)
  const members = await membersOf(tx, workspaceId, [teamId])
  const ids = new Set([...available, ...members].map(({ agentId }) => agentId))
  const { rows } = await sql<{ company: string }>`
    select name as company from workspaces where id = ${workspaceId}`.execute(tx)
  return {
    company: rows[0]?.company ?? "",
    greeting: o.greeting,
    faces: await publicFaces(tx, workspaceId, [...ids].slice(0, 5)),
    availableCount: available.length,
    opensAt: await presence.opensAt(tx, o),
  }
}

/** In the order asked for; unknown ones are left out. */
export async function publicFaces(db: Db, workspaceId: Id, agentIds: readonly Id[]): Promise<Face[]> {
  if (agentIds.length === 0) return []
  const { rows } = await sql<Shown>`
    select a.id, a.name, a.photo from agents a
     where a.workspace_id = ${workspaceId} and a.id = any(${[...agentIds]}::uuid[])
     order by array_position(${[...agentIds]}::uuid[], a.id)`.execute(db)
  return rows.map(faceOf)
}

type Shown = { id: Id; name: string; photo: string | null }

/** An agent who entered his e-mail address as his name is shown by its first letter only. */
function faceOf({ id, name, photo }: Shown): Face {
  const initials = initialsOf(name)
  const [first = ""] = name.trim().split(/\s+/)
  return { name: first.includes("@") ? initials : first, initials, color: colorOf(id), photo }
}

const FEWEST_REPLIES = 3
const MOST_CONVERSATIONS = 500

/**
 * The median time, in minutes, in which this team first answered what customers wrote in the last fourteen days.
 * null with fewer than three answers. What still waits counts with the time it has waited, so that a team that
 * answers one in ten does not look quick; what was closed without an answer ("thanks!") needed none.
 */
export async function replyMinutes(
  db: Db,
  o: { workspaceId: Id; teamId: Id; now: Stamp },
): Promise<number | null> {
  const since = sql`${o.now}::timestamptz - interval '14 days'`
  const ofTeam = sql`c.workspace_id = ${o.workspaceId} and c.team_id = ${o.teamId}`
  const { rows } = await sql<{ minutes: number | null; replies: number }>`
    with recent as (
      (select c.id from conversations c
        where ${ofTeam} and c.closed_at is null and c.updated_at > ${since}
        order by c.updated_at desc
        limit ${MOST_CONVERSATIONS})
      union all
      (select c.id from conversations c
        where ${ofTeam} and c.closed_at is not null and c.listed_at > ${since}
        order by c.listed_at desc
        limit ${MOST_CONVERSATIONS})
    ), said as (
      select e.conversation_id, e.at,
             case when e.type = 'event' then 'closed' when e.agent_id is null then 'customer' else 'agent' end as kind
        from recent
        join entries e on e.workspace_id = ${o.workspaceId} and e.conversation_id = recent.id
       where e.at > ${since} and (e.type = 'message' or e.type = 'event' and e.event ->> 'what' = 'closed')
    ), following as (
      select conversation_id, at, kind, lag(kind) over spoken as before
        from said window spoken as (partition by conversation_id order by at)
    ), waits as (
      select at, kind, lead(at) over spoken as ended_at, lead(kind) over spoken as ended_by
        from following
       where kind <> 'customer' or before is distinct from 'customer'
      window spoken as (partition by conversation_id order by at)
    )
    select ceil(extract(epoch from percentile_cont(0.5) within group (
             order by coalesce(ended_at, ${o.now}::timestamptz) - at)) / 60)::int as minutes,
           count(*) filter (where ended_by = 'agent') as replies
      from waits
     where kind = 'customer' and ended_by is distinct from 'closed'`.execute(db)
  const [found] = rows
  return found && found.replies >= FEWEST_REPLIES ? found.minutes : null
}
