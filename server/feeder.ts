import type { Log } from "./log/log.ts"
import { feedDevices } from "./notifications/notifications.ts"
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
export function createFeeder(sync: Sync, log: Log): Feeder {
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined

  async function feed(): Promise<void> {
    await feedWebhooks(sync)
    await feedDevices(sync)
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
