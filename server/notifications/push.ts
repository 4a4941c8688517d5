/** From something that happened to the devices of those whom it concerns. */
import { sql } from "kysely"
import { belongsTo } from "../../protocol/inboxes.ts"
import { isWanted, toldOfEverything, type NotificationPreference } from "../../protocol/notifications.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { partsOfNote } from "../../protocol/text.ts"
import type { Id } from "../../protocol/values.ts"
import { countsFor, loaderOf } from "../conversations/conversations.ts"
import { snapshot, type Tx } from "../db/db.ts"
import { RetryLater, type Handlers } from "../jobs/jobs.ts"
import type { Reader, Sync } from "../sync/sync.ts"
import { findReader, presence } from "../team/team.ts"
import type { PushService } from "./send-push.ts"

type Device = {
  agentId: Id
  endpoint: string
  publicKey: string
  secret: string
  shown: Id[]
  preference: NotificationPreference | null
  isAvailableInATeam: boolean
}
type Kind = "offer" | "mine" | "mention" | "unassigned" | "read"
type Message = { kind: "tell" | "read"; badge: number; read: Id[] }

/** Seconds: what is older has long been found in the lists. */
const LIFE = 24 * 60 * 60
const LIFE_UNASSIGNED = 60 * 60
/** Kept of a device; what is above stands on nobody's screen any more. */
const MOST_SHOWN = 30
export function pushJobs(sync: Sync, service: PushService): Pick<Required<Handlers>, "notify-device"> {
  return {
    async "notify-device"({ deviceId, conversationId, what }, { workspaceId, lastAttempt }) {
      const now = sync.clock.now()
      const look = () =>
        snapshot(sync.db, async (tx) => {
          const device = await findDevice(tx, workspaceId, deviceId)
          const reader = device && (await findReader(tx, workspaceId, device.agentId))
          const message =
            device && reader && (await compose(tx, { device, reader, conversationId, what, now }))
          return message && { device, message }
        })
      const worth = await look()
      if (worth === undefined) return
      // Before it is sent, and looked at once more: what is read from now on is taken away again.
      if (what !== "read") await keepShown(sync, { workspaceId, deviceId, away: [], shown: [conversationId] })
      const found = await look()
      if (found === undefined) return
      const { device, message } = found
      const outcome = await service.send(sync.db, {
        ...device,
        message,
        life: what === "unassigned" ? LIFE_UNASSIGNED : LIFE,
        urgency: what === "read" ? "low" : what === "unassigned" ? "normal" : "high",
        topic: conversationId.replaceAll("-", ""),
      })
      if (outcome.kind === "taken") {
        const away = what === "read" ? [...message.read, conversationId] : message.read
        await keepShown(sync, { workspaceId, deviceId, away, shown: [] })
      } else if (outcome.kind === "gone") {
        await sql`delete from devices where workspace_id = ${workspaceId} and id = ${deviceId}`.execute(
          sync.db,
        )
      } else if (outcome.kind === "later" && !lastAttempt) {
        if (outcome.seconds !== undefined) throw new RetryLater(outcome.seconds, outcome.why)
        throw new Error(`A push service does not answer: ${outcome.why}`)
      } else sync.log.warn({ workspaceId, deviceId, why: outcome.why }, "a push is given up")
    },
  }
}

async function findDevice(tx: Tx, workspaceId: Id, deviceId: Id): Promise<Device | undefined> {
  const { rows } = await sql<Device>`
    select d.agent_id as "agentId", d.endpoint, d.public_key as "publicKey", d.secret, d.shown,
           preferences.preference,
           ${presence.isAvailable} and exists (
             select 1 from memberships m
               join teams t on t.workspace_id = m.workspace_id and t.id = m.team_id and t.is_open
              where m.workspace_id = a.workspace_id and m.agent_id = a.id and not m.switched_off)
             as "isAvailableInATeam"
      from devices d
      join agents a on a.workspace_id = d.workspace_id and a.id = d.agent_id and a.disabled_at is null
      left join notification_preferences preferences
           on preferences.workspace_id = d.workspace_id and preferences.agent_id = d.agent_id
     where d.workspace_id = ${workspaceId} and d.id = ${deviceId}`.execute(tx)
  return rows[0]
}

type Wanted = { device: Device; reader: Reader; conversationId: Id; what: Kind; now: Date }

/** As the desk's `offline/tell.ts` understands it; undefined when there is nothing to tell any more. */
async function compose(
  tx: Tx,
  { device, reader, conversationId, what, now }: Wanted,
): Promise<Message | undefined> {
  const { workspaceId, agentId } = reader
  const loaded = await loaderOf("conversation").load(
    tx,
    workspaceId,
    [...new Set([conversationId, ...device.shown])],
    [reader],
  )
  const find = (id: Id) => {
    const row = loaded.get(agentId)?.get(id)
    return row?.kind === "conversation" ? row : undefined
  }
  const waits = (row: ConversationRow | undefined) =>
    row !== undefined && (row.own.unread > 0 || row.own.hasUnreadMention)
  const { badge } = await countsFor(tx, reader)
  const read = device.shown.filter((id) => !waits(find(id)))
  const row = find(conversationId)
  // Unread again meanwhile: then the notification may stay.
  if (what === "read") return waits(row) ? undefined : { kind: "read", badge, read: [conversationId] }
  const preference = device.preference ?? toldOfEverything
  if (row === undefined || !waits(row) || !isWanted(preference, what, now)) return undefined
  if (!isStillSo(what, row, { agentId, device, reader })) return undefined
  const { customer } = row
  const written = preference.showsText ? await writtenIn(tx, workspaceId, what, row) : undefined
  const author = what === "mention" ? await authorOf(tx, workspaceId, row) : null
  const told = { what, conversationId, customer: customer.name, city: customer.city, author }
  return { kind: "tell", badge, read, ...told, text: written ?? null } as Message
}

function isStillSo(
  what: Exclude<Kind, "read">,
  row: ConversationRow,
  { agentId, device, reader }: { agentId: Id; device: Device; reader: Reader },
): boolean {
  if (what === "mention") return row.own.hasUnreadMention
  if (!row.isOpen || row.snooze !== null) return false
  if (what === "offer") return row.offer?.agentId === agentId
  if (what === "mine") return row.assigneeId === agentId
  const teamIds = new Set([...reader.keys].flatMap((key) => (key.startsWith("team:") ? [key.slice(5)] : [])))
  const who = { agentId, isAdmin: reader.keys.has("admins"), teamIds, isAvailableInATeam: true }
  return device.isAvailableInATeam && belongsTo("unassigned", row, who)
}

/** What the notification is about, if that is the latest that was written. */
async function writtenIn(
  tx: Tx,
  workspaceId: Id,
  what: Kind,
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

async function keepShown(
  { db }: Sync,
  o: { workspaceId: Id; deviceId: Id; away: readonly Id[]; shown: readonly Id[] },
): Promise<void> {
  await sql`
    update devices set shown = (
      select coalesce(array_agg(id order by place desc), '{}') from (
        select id, min(place) as place
          from unnest(${o.shown}::uuid[] || shown) with ordinality as one (id, place)
         where id = any(${o.shown}::uuid[]) or id <> all(${o.away}::uuid[])
         group by id order by min(place) limit ${MOST_SHOWN}) kept)
     where workspace_id = ${o.workspaceId} and id = ${o.deviceId}`.execute(db)
}
