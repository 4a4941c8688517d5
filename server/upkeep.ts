import { visitorKeys } from "./customers/customers.ts"
import { stamp } from "./db/db.ts"
import type { Config } from "./config/config.ts"
import { uploads, type FileStore } from "./files/files.ts"
import { forgetLimits } from "./http/http.ts"
import { enqueue, trimFailedJobs, type Handlers } from "./jobs/jobs.ts"
import { trimPreviews } from "./previews/previews.ts"
import type { Sync } from "./sync/sync.ts"
import type { Identity } from "./team/team.ts"
import { trimDeliveries } from "./webhooks/webhooks.ts"

/** Stands for the workspace in jobs that belong to none. */
const INSTALLATION = "00000000-0000-0000-0000-000000000000"
const TRIM_EVERY = 60 * 60_000
const FAILED_JOBS_KEPT = 30 * 24 * 60 * 60_000

/** Puts down the first `trim`; afterwards each puts down the next. */
export async function startUpkeep(sync: Sync): Promise<void> {
  await enqueueTrim(sync, 0)
}

/** `trim`: forgets, every hour, what is kept for a time only. */
export function upkeepJobs(needs: {
  sync: Sync
  config: Config
  identity: Identity
  store: FileStore
}): Handlers {
  const { sync, config, identity, store } = needs
  return {
    async trim() {
      // Before anything can fail, so that no failure ends the chain.
      await enqueueTrim(sync, TRIM_EVERY)
      await sync.trim(config)
      await identity.forgetExpired()
      await forgetLimits(sync.db)
      await uploads.forgetUnsent({ db: sync.db, store }, sync.clock.now())
      await trimDeliveries(sync)
      await trimPreviews(sync)
      await visitorKeys.forgetExpired(sync.db, stamp(sync.clock.now()))
      await trimFailedJobs(sync.db, stamp(new Date(sync.clock.now().getTime() - FAILED_JOBS_KEPT)))
    },
  }
}

async function enqueueTrim({ db, clock }: Sync, after: number): Promise<void> {
  const runAt = stamp(new Date(clock.now().getTime() + after))
  await enqueue(db, { name: "trim", workspaceId: INSTALLATION, payload: {}, runAt, key: "trim" })
}
