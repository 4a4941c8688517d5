import type { Config } from "./config/config.ts"
import type { Log } from "./log/log.ts"
import { feedAgents, visitorMail } from "./notifications/notifications.ts"
import { feedPreviews } from "./previews/previews.ts"
import type { Sync } from "./sync/sync.ts"
import { feedWebhooks } from "./webhooks/webhooks.ts"

type Feeder = {
  start(): void
  stop(): Promise<void>
  /** Looks through all logs up to their end. */
  feed(): Promise<void>
}

/** Milliseconds. */
const LOOKS_EVERY = 1_000

/** Who is told of what the change log says, in whichever processes run jobs: writing costs nothing for it. */
export function createFeeder(
  sync: Sync,
  log: Log,
  { config, ownHost }: { config: Config; ownHost: string | undefined },
): Feeder {
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined

  async function feed(): Promise<void> {
    await feedWebhooks(sync)
    await feedAgents(sync, config)
    await visitorMail.feedVisitorMail(sync)
    await feedPreviews(sync, ownHost)
  }

  return {
    feed,
    start() {
      timer = setInterval(() => {
        looking ??= feed()
          .catch((error: unknown) => log.error({ err: error }, "the change log could not be looked through"))
          .finally(() => {
            looking = undefined
          })
      }, LOOKS_EVERY)
    },
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}
