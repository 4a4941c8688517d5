import { sql } from "kysely"
import type { ConversationRow, EntryRow, Row } from "../../protocol/rows.ts"
import type { WebhookEvent } from "../../protocol/programs.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { loaderOf } from "../conversations/conversations.ts"
import { newId, type Tx } from "../db/db.ts"
import { write, type Loader, type Sync } from "../sync/sync.ts"
import { putDown, type Told } from "./log.ts"

type Change = { number: number; entryId: Id; isCommand: boolean; at: Stamp }
type Behind = { workspaceId: Id; webhookId: Id }
/** What an entry alone does not say. */
type About = { id: Id; isFirst: boolean; labels: { id: Id; at: Stamp }[] }

/** Changes of one transaction. */
const MOST_AT_ONCE = 200

/** Turns what is new in the change logs into deliveries. */
export async function feedWebhooks(sync: Sync): Promise<void> {
  const { rows } = await sql<Behind>`/* prepared */
    select w.workspace_id as "workspaceId", w.id as "webhookId"
      from webhooks w join counters c on c.workspace_id = w.workspace_id
     where w.off_at is null and w.deleted_at is null and w.fed_number < c.number`.execute(sync.db)
  for (const behind of rows)
    try {
      while (await feedOne(sync, behind));
    } catch (error) {
      // The others shall not wait for it; it is tried again with the next look.
      sync.log.error({ err: error, ...behind }, "a webhook could not be fed")
    }
}

/** A step through the log of one webhook; whether there may be more. */
async function feedOne(sync: Sync, { workspaceId, webhookId }: Behind): Promise<boolean> {
  const { isMore } = await write(sync, { workspaceId }, async (writing) => {
    const { tx } = writing
    // Another process that is at it has it locked, and does it.
    const { rows } = await sql<{ events: WebhookEvent[]; fedNumber: number; number: number }>`
      select w.events, w.fed_number as "fedNumber", c.number
        from webhooks w join counters c on c.workspace_id = w.workspace_id
       where w.workspace_id = ${workspaceId} and w.id = ${webhookId} and w.off_at is null and w.deleted_at is null
         for update of w skip locked`.execute(tx)
    const [webhook] = rows
    if (webhook === undefined) return { isMore: false }
    const { rows: changes } = await sql<Change>`
      select number, entity_id as "entryId", command_id is not null as "isCommand", at from changes
       where workspace_id = ${workspaceId} and number > ${webhook.fedNumber} and number <= ${webhook.number}
         and kind = 'entry'
       order by number limit ${MOST_AT_ONCE}`.execute(tx)
    const isMore = changes.length === MOST_AT_ONCE
    const wanted = new Set(webhook.events)
    const told = await eventsOf(tx, workspaceId, changes)
    await putDown(
      writing,
      { workspaceId, webhookId },
      told.filter(({ event }) => wanted.has(event)),
    )
    await sql`
      update webhooks set fed_number = ${isMore ? (changes.at(-1)?.number ?? 0) : webhook.number}
       where workspace_id = ${workspaceId} and id = ${webhookId}`.execute(tx)
    return { isMore }
  })
  return isMore
}

async function eventsOf(
  tx: Tx,
  workspaceId: Id,
  changes: readonly Change[],
): Promise<(Told & { event: WebhookEvent })[]> {
  if (changes.length === 0) return []
  const ids = [...new Set(changes.map(({ entryId }) => entryId))]
  const entries = await loadAll<EntryRow>(tx, workspaceId, { loader: loaderOf("entry"), ids })
  const conversationIds = [...new Set([...entries.values()].map(({ conversationId }) => conversationId))]
  const conversations = await loadAll<ConversationRow>(tx, workspaceId, {
    loader: loaderOf("conversation"),
    ids: conversationIds,
  })
  const abouts = new Map((await readAbouts(tx, workspaceId, ids)).map((about) => [about.id, about]))
  return changes.flatMap((change) => {
    const entry = entries.get(change.entryId)
    const about = abouts.get(change.entryId)
    const conversation = entry && conversations.get(entry.conversationId)
    if (entry === undefined || about === undefined || conversation === undefined) return []
    // Unread marks, stars and mentions are some agent's own, and a webhook is none.
    const { own: _own, ...seen } = conversation
    return [...namesOf(change, entry, about)].map(({ event, what, more }) => ({
      id: newId(),
      event,
      about: `${event} ${what}`,
      data: { workspaceId, conversation: seen, entry, ...more },
    }))
  })
}

type Named = {
  event: WebhookEvent
  /** What makes it another event of the same name. */
  what: string
  more?: object
}

function* namesOf(change: Change, { id, at, body }: EntryRow, about: About): Iterable<Named> {
  // An entry is told of when it is written; its time may be a little ahead of its change's, never behind.
  const isNew = at >= change.at
  if (body.type === "event") {
    const event = isNew ? EVENTS[body.event.what] : undefined
    if (event !== undefined) yield { event, what: id }
    return
  }
  if (body.type === "note") {
    if (isNew) yield { event: "note.written", what: id }
    return
  }
  if (isNew && about.isFirst) yield { event: "conversation.opened", what: id }
  if (isNew) yield { event: body.agentId === null ? "message.received" : "answer.sent", what: id }
  // No agent's command says so: the provider does, or our own giving up.
  if (body.delivery?.state === "failed" && !change.isCommand)
    yield { event: "delivery.failed", what: `${id} ${change.number}` }
  for (const label of about.labels)
    if (change.isCommand && label.at === change.at)
      yield { event: "label.put", what: `${id} ${label.id} ${label.at}`, more: { labelId: label.id } }
}

const EVENTS: Partial<Record<string, WebhookEvent>> = {
  assigned: "conversation.assigned",
  unassigned: "conversation.assigned",
  moved: "conversation.assigned",
  closed: "conversation.closed",
  reopened: "conversation.reopened",
}

/** As an admin sees them: a webhook is the whole workspace's. */
async function loadAll<R extends Row>(
  tx: Tx,
  workspaceId: Id,
  { loader, ids }: { loader: Loader; ids: readonly Id[] },
): Promise<Map<Id, R>> {
  const reader = { workspaceId, agentId: newId(), keys: new Set(["workspace", "admins"]) }
  const loaded = (await loader.load(tx, workspaceId, ids, [reader])).get(reader.agentId)
  // A loader gives rows of its own kind.
  return (loaded ?? new Map()) as Map<Id, R>
}

async function readAbouts(tx: Tx, workspaceId: Id, ids: readonly Id[]): Promise<About[]> {
  const { rows } = await sql<About>`
    select e.id,
           not exists (select 1 from entries earlier
                        where earlier.workspace_id = e.workspace_id and earlier.conversation_id = e.conversation_id
                          and earlier.type = 'message' and earlier.at < e.at) as "isFirst",
           coalesce((select jsonb_agg(jsonb_build_object('id', l.label_id, 'at', to_char(
                              l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) order by l.at)
                       from entry_labels l
                      where l.workspace_id = e.workspace_id and l.entry_id = e.id), '[]') as labels
      from entries e where e.workspace_id = ${workspaceId} and e.id = any(${[...ids]}::uuid[])`.execute(tx)
  return rows
}
