import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Config } from "../config/config.ts"
import { stamp, type Tx } from "../db/db.ts"
import { write, type Sync } from "../sync/sync.ts"
import { mailAgentJob } from "./agent-mail.ts"
import { mailsFrom } from "./mail.ts"

/**
 * Milliseconds. Who is looking has read it by then (a second of looking, and the way here), and of a burst of
 * messages one is told.
 */
const AFTER = 3_000
/** Changes of one transaction. */
const MOST_AT_ONCE = 500
/**
 * Safari takes the permission away from whoever pushes without showing something; what was read there goes with the
 * next push that shows. https://webkit.org/blog/12945/meet-web-push/
 */
const NEVER_SILENT = "%.push.apple.com/%"

/** How long one has to read it at his desk or his phone before it is mailed. */
const MAILED_AFTER = { offer: 20_000, mention: 5 * 60_000 } as const

/** `deviceId` null: by mail. */
type Told = {
  deviceId: Id | null
  agentId: Id
  conversationId: Id
  what: "offer" | "mine" | "mention" | "unassigned" | "read"
  at: Stamp
}
type Span = { workspaceId: Id; after: number; upTo: number; mails: boolean }

/** Turns what is new in the change logs into pushes and, where there are any, mails to agents. */
export async function feedAgents(sync: Sync, config: Config): Promise<void> {
  const o = { mails: mailsFrom(config) !== undefined }
  // Of what was before, nobody is told now.
  if (o.mails)
    await sql`
      insert into push_places (workspace_id, fed_number)
      select workspace_id, number from counters c
       where not exists (select 1 from push_places p where p.workspace_id = c.workspace_id)
      on conflict do nothing`.execute(sync.db)
  const { rows } = await sql<{ workspaceId: Id }>`/* prepared */
    select p.workspace_id as "workspaceId"
      from push_places p join counters c on c.workspace_id = p.workspace_id
     where p.fed_number < c.number`.execute(sync.db)
  for (const { workspaceId } of rows)
    try {
      while (await feedOne(sync, workspaceId, o));
    } catch (error) {
      // The others shall not wait for it; it is tried again with the next look.
      sync.log.error({ err: error, workspaceId }, "the agents of a workspace could not be told")
    }
}

/** A step through the log of one workspace; whether there may be more. */
async function feedOne(sync: Sync, workspaceId: Id, { mails }: { mails: boolean }): Promise<boolean> {
  const { isMore } = await write(sync, { workspaceId }, async ({ tx, enqueue }) => {
    // Another process that is at it, or a device that is just being added, has it locked.
    const { rows } = await sql<{ after: number; number: number }>`
      select p.fed_number as after, c.number
        from push_places p join counters c on c.workspace_id = p.workspace_id
       where p.workspace_id = ${workspaceId} for update of p skip locked`.execute(tx)
    const [place] = rows
    if (place === undefined) return { isMore: false }
    if (!mails && !(await hasDevices(tx, workspaceId))) {
      await sql`delete from push_places where workspace_id = ${workspaceId}`.execute(tx)
      return { isMore: false }
    }
    const upTo = Math.min(place.number, place.after + MOST_AT_ONCE)
    for (const told of await findTold(tx, { workspaceId, after: place.after, upTo, mails }))
      await enqueue(told.deviceId === null ? mailOf(told) : pushOf(told, told.deviceId))
    await sql`update push_places set fed_number = ${upTo} where workspace_id = ${workspaceId}`.execute(tx)
    return { isMore: upTo < place.number }
  })
  return isMore
}

function pushOf({ conversationId, what, at }: Told, deviceId: Id) {
  return {
    name: "notify-device" as const,
    payload: { deviceId, conversationId, what },
    // Not one for all: what is not so any more when it is looked at must not stand in the place of what is.
    key: `notify-device:${deviceId}:${conversationId}:${what}`,
    lane: `notify-device:${deviceId}`,
    runAt: stamp(new Date(Date.parse(at) + AFTER)),
    isOnce: true,
  }
}

function mailOf({ agentId, conversationId, what, at }: Told) {
  const kind = what === "offer" ? what : "mention"
  return mailAgentJob({ agentId, conversationId, what: kind }, Date.parse(at) + MAILED_AFTER[kind])
}

/** A statement of its own: the one that locked does not see a device whose adding it has waited for. */
async function hasDevices(tx: Tx, workspaceId: Id): Promise<boolean> {
  const { rows } = await sql`select 1 from devices where workspace_id = ${workspaceId} limit 1`.execute(tx)
  return rows.length > 0
}

/**
 * Whom it concerns and how, by how conversations stand now: offered or given to him, mentioned, his customer wrote; or it
 * has begun to wait for somebody of his team, unless he let go of it himself. `read`: something has changed about what a
 * device shows.
 */
async function findTold(tx: Tx, { workspaceId, after, upTo, mails }: Span): Promise<Told[]> {
  const { rows } = await sql<Told>`
    with changed as (
      select kind, entity_id, at from changes
       where workspace_id = ${workspaceId} and number > ${after} and number <= ${upTo}
         and kind in ('entry', 'conversation')
    ), written as (
      -- An entry's time may be a little ahead of the change that says it is there, never behind.
      select e.id, e.conversation_id, e.at, e.type = 'message' and e.agent_id is null as is_customers, e.event
        from changed join entries e on e.workspace_id = ${workspaceId} and e.id = changed.entity_id
       where changed.kind = 'entry' and e.at >= changed.at
    ), waiting as (
      select distinct on (c.id) c.id, c.team_id, w.at, w.event ->> 'byAgentId' as by_agent_id
        from written w join conversations c on c.workspace_id = ${workspaceId} and c.id = w.conversation_id
       where c.closed_at is null and c.assignee_id is null and c.offer_agent_id is null
         and (w.is_customers and w.at = c.waiting_since
              or w.event ->> 'what' in ('unassigned', 'moved', 'offer-ended', 'reopened', 'woke'))
       order by c.id, w.at desc
    ), told as (
      select n.agent_id, w.conversation_id, w.at,
             case n.what when 'offered' then 'offer' when 'mention' then 'mention' else 'mine' end as what
        from written w
        join notices n on n.workspace_id = ${workspaceId} and n.conversation_id = w.conversation_id
                      and n.entry_id = w.id
      union all
      select c.assignee_id, c.id, w.at, 'mine'
        from written w join conversations c on c.workspace_id = ${workspaceId} and c.id = w.conversation_id
       where w.is_customers and c.assignee_id is not null
         -- Whose it has become since was told by that, or took it himself.
         and not exists (
           select 1 from entries later
            where later.workspace_id = c.workspace_id and later.conversation_id = c.id and later.at > w.at
              and later.event ->> 'what' = 'assigned')
      union all
      select m.agent_id, waiting.id, waiting.at, 'unassigned'
        from waiting
        join memberships m on m.workspace_id = ${workspaceId} and m.team_id = waiting.team_id and not m.switched_off
       where m.agent_id::text is distinct from waiting.by_agent_id
    )
    select d.id as "deviceId", d.agent_id as "agentId", told.conversation_id as "conversationId", told.what,
           min(told.at) as at
      from told join devices d on d.workspace_id = ${workspaceId} and d.agent_id = told.agent_id
     group by d.id, d.agent_id, told.conversation_id, told.what
    union all
    select null, told.agent_id, told.conversation_id, told.what, min(told.at)
      from told
     where ${mails} and told.what in ('offer', 'mention')
     group by told.agent_id, told.conversation_id, told.what
    union all
    select d.id, d.agent_id, changed.entity_id, 'read', max(changed.at)
      from changed join devices d on d.workspace_id = ${workspaceId} and changed.entity_id = any (d.shown)
     where changed.kind = 'conversation' and d.endpoint not like ${NEVER_SILENT}
     group by d.id, d.agent_id, changed.entity_id
     order by at`.execute(tx)
  return rows
}
