import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Config } from "../config/config.ts"
import { stamp } from "../db/db.ts"
import { RetryLater, type Handlers } from "../jobs/jobs.ts"
import type { Sync } from "../sync/sync.ts"
import { forgetTold } from "./log.ts"
import { post, type Outcome } from "./sending.ts"

type Waiting = {
  webhookId: Id
  url: string
  secret: string
  oldSecret: string | null
  oldSecretUntil: Stamp | null
  isOff: boolean
  failingSince: Stamp | null
  body: string
  attempts: number
  wantedAt: Stamp
}

const DAY = 24 * 60 * 60_000
/** Who has not been reached for this long is not tried any more; milliseconds. */
const SWITCHED_OFF_AFTER = 3 * DAY
/** Seconds before each next try, until the day is over. */
const PAUSES = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400]
const LONGEST_PAUSE = 28_800

/** `deliver-webhook`: at least once, one after another for each webhook, tried for a day. */
export function webhookJobs({ sync, config }: { sync: Sync; config: Config }): Handlers {
  return {
    "deliver-webhook": {
      run: ({ deliveryId }, { workspaceId }) => deliver({ sync, config }, workspaceId, deliveryId),
      giveUp: ({ deliveryId }, { workspaceId }) =>
        giveUp(sync, { workspaceId, deliveryId, why: "Parley stopped each time it tried." }),
    },
    "forget-told": ({ conversationIds }, { workspaceId }) =>
      forgetTold(sync.db, workspaceId, conversationIds),
  }
}

async function deliver(
  { sync, config }: { sync: Sync; config: Config },
  workspaceId: Id,
  deliveryId: Id,
): Promise<void> {
  const waiting = await findWaiting(sync, workspaceId, deliveryId)
  if (waiting === undefined) return
  if (waiting.isOff) return giveUp(sync, { workspaceId, deliveryId, why: "The webhook was off." })
  const now = sync.clock.now()
  const { secret, oldSecret, oldSecretUntil } = waiting
  const hasOld = oldSecret !== null && oldSecretUntil !== null && oldSecretUntil > stamp(now)
  const letter = {
    id: deliveryId,
    timestamp: Math.floor(now.getTime() / 1_000),
    body: waiting.body,
    secrets: [secret, ...(hasOld ? [oldSecret] : [])],
  }
  const outcome = await post(new URL(waiting.url), letter, config.webhooksInside)
  const seconds = await settle(sync, { ...waiting, workspaceId, deliveryId }, outcome)
  if (seconds !== undefined) throw new RetryLater(seconds, outcome.answer)
}

async function findWaiting({ db }: Sync, workspaceId: Id, deliveryId: Id): Promise<Waiting | undefined> {
  const { rows } = await sql<Waiting>`
    select d.webhook_id as "webhookId", w.url, w.secret, w.old_secret as "oldSecret",
           w.old_secret_until as "oldSecretUntil", w.off_at is not null or w.deleted_at is not null as "isOff",
           w.failing_since as "failingSince", d.body, d.attempts, d.wanted_at as "wantedAt"
      from webhook_deliveries d
      join webhooks w on w.workspace_id = d.workspace_id and w.id = d.webhook_id
     where d.workspace_id = ${workspaceId} and d.id = ${deliveryId} and d.state = 'waiting'`.execute(db)
  return rows[0]
}

async function giveUp(
  { db }: Sync,
  { workspaceId, deliveryId, why }: { workspaceId: Id; deliveryId: Id; why: string },
): Promise<void> {
  await sql`
    update webhook_deliveries set state = 'failed', answer = ${why}
     where workspace_id = ${workspaceId} and id = ${deliveryId}`.execute(db)
}

/** Notes how the try went; how long to wait before the next one, if there is to be one. */
async function settle(
  sync: Sync,
  tried: Waiting & { workspaceId: Id; deliveryId: Id },
  { status, tookMs, answer }: Outcome,
): Promise<number | undefined> {
  const { workspaceId, deliveryId, webhookId, attempts, wantedAt } = tried
  const now = sync.clock.now()
  const at = stamp(now)
  const isThere = status !== null && status >= 200 && status < 300
  // https://github.com/standard-webhooks/standard-webhooks: the receiver wants no more.
  const isGone = status === 410
  const failingSince = isThere ? null : (tried.failingSince ?? at)
  const secondsLeft = (Date.parse(wantedAt) + DAY - now.getTime()) / 1_000
  const state = isThere ? "delivered" : isGone || secondsLeft <= 0 ? "failed" : "waiting"
  const hasFailedForDays =
    failingSince !== null && now.getTime() - Date.parse(failingSince) >= SWITCHED_OFF_AFTER
  const offWhy = isGone ? "gone" : hasFailedForDays ? "failing" : null
  await sql`
    with noted as (
      update webhook_deliveries
         set state = ${state}, attempts = attempts + 1, tried_at = ${at}, status = ${status}, took_ms = ${tookMs},
             answer = ${answer}
       where workspace_id = ${workspaceId} and id = ${deliveryId} and state = 'waiting')
    update webhooks
       set failing_since = ${failingSince},
           off_at = case when ${offWhy}::text is null then off_at else coalesce(off_at, ${at}::timestamptz) end,
           off_why = coalesce(off_why, ${offWhy})
     where workspace_id = ${workspaceId} and id = ${webhookId}`.execute(sync.db)
  return state === "waiting" ? Math.min(PAUSES[attempts] ?? LONGEST_PAUSE, secondsLeft) : undefined
}
