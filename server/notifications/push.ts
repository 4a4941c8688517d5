/** From something that happened to the devices of those whom it concerns. */
import { sql } from "kysely"
import type { Language } from "../../protocol/languages.ts"
import { isWanted, type NotificationKind } from "../../protocol/notifications.ts"
import type { Id } from "../../protocol/values.ts"
import { countsFor, loaderOf } from "../conversations/conversations.ts"
import { snapshot, type Tx } from "../db/db.ts"
import { RetryLater, type Handlers } from "../jobs/jobs.ts"
import type { Reader, Sync } from "../sync/sync.ts"
import { findReader } from "../team/team.ts"
import type { PushService } from "./send-push.ts"
import { waits, whatIsTold, whoColumns, type Who } from "./told.ts"

type Device = Who & {
  endpoint: string
  publicKey: string
  secret: string
  shown: Id[]
  language: Language | null
}
type Kind = NotificationKind | "read"
type Message = { kind: "tell" | "read"; badge: number; read: Id[]; language?: Language | null }

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
    select ${whoColumns}, d.endpoint, d.public_key as "publicKey", d.secret, d.shown, a.language
      from devices d
      join agents a on a.workspace_id = d.workspace_id and a.id = d.agent_id and a.disabled_at is null
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
  const { badge } = await countsFor(tx, reader)
  const read = device.shown.filter((id) => !waits(find(id)))
  const row = find(conversationId)
  // Unread again meanwhile: then the notification may stay.
  if (what === "read") return waits(row) ? undefined : { kind: "read", badge, read: [conversationId] }
  const told =
    row && waits(row) && isWanted(device.preference, what, now)
      ? await whatIsTold(tx, { who: device, reader, row, what })
      : undefined
  return told && { kind: "tell", badge, read, language: device.language, ...told }
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
