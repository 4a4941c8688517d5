import type pg from "pg"
import type { Config } from "../config/config.ts"
import type { Log } from "../log/log.ts"
import type { Bus } from "./bus.ts"
import { openDoorbell } from "./doorbell.ts"
import { type Db, connectAlone, openKysely, openPool, prepareSession } from "./driver.ts"
import { startEmbedded } from "./embedded/start.ts"
import { openInstallations, refuseStandby, type Installations } from "./installation.ts"
import { migrate } from "./migrate.ts"
import { isAway } from "./away.ts"
import { newId } from "./id.ts"
import { openNats } from "./nats.ts"
import { openWatch } from "./watch.ts"

const oldestVersion = 150_000

export type Database = {
  readonly db: Db
  readonly url: string
  /** Differs after a restore and after a promotion: what a browser remembers from before is then worthless. */
  readonly epoch: string
  /** Calls back before anything is read from what is there now. */
  onNewEpoch(listener: () => void): void
  /** What sessions and links are signed with: PARLEY_SECRET, else the installation's own. */
  readonly secret: string
  /** Payloads come at most once and may get lost; resolves when the channel is heard. The answer stops it. */
  listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>
  notify(channel: string, payload: string): void
  /** What this process has open, and how many wait for one. */
  connections(): { used: number; idle: number; waiting: number }
  /** Whether something failed because the database cannot be reached or has no room: the same is worth another try. */
  isAway(error: unknown): boolean
  /** Ends the connections, and PostgreSQL too where it is ours. */
  close(): Promise<void>
}

/** Starts or reaches PostgreSQL and brings its schema up to date. */
export async function openDatabase(options: { config: Config; log: Log }): Promise<Database> {
  const { config, log } = options
  await using opened = new AsyncDisposableStack()
  const url = config.databaseUrl ?? (await startOwn(config, log, opened))
  const installations = await prepare(url)

  const name = `parley-${newId().slice(-12)}`
  const named = `${url}${url.includes("?") ? "&" : "?"}application_name=${name}`
  const watch = openWatch({ url: named, name, log })
  opened.defer(() => watch.stop())
  const pool = openPool(named, {
    most: config.databaseConnections,
    onOpen: watch.guard,
    onConnect: installations.read,
  })
  let isClosing = false
  pool.on("error", (error) => {
    if (!isClosing) log.warn({ err: error }, "an idle database connection was lost")
  })
  opened.defer(() => pool.end())
  const bus = await openBus(named, { config, log, installations, onOpen: watch.guard })
  opened.defer(() => bus.close())

  const kept = opened.move()
  return {
    db: openKysely(pool, (client) => installations.isCurrent(client) && watch.isTrusted(client)),
    url,
    get epoch() {
      return installations.current.epoch
    },
    onNewEpoch: installations.onNewEpoch,
    secret: config.secret ?? installations.current.secret,
    listen: bus.listen,
    notify: bus.notify,
    connections: () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    isAway,
    async close() {
      isClosing = true
      await kept.disposeAsync()
    },
  }
}

async function startOwn(config: Config, log: Log, opened: AsyncDisposableStack): Promise<string> {
  const embedded = await startEmbedded({ folder: config.dataFolder, log })
  opened.defer(() => embedded.stop())
  return embedded.url
}

/** Its channels are those of everybody on this database, whatever carries them. */
async function openBus(
  url: string,
  o: { config: Config; log: Log; installations: Installations; onOpen: (client: pg.ClientBase) => void },
): Promise<Bus> {
  const { config, log, installations, onOpen } = o
  if (config.natsUrls === undefined) return openDoorbell({ url, log, onOpen, onConnect: installations.read })
  const getRestoreId = (): string => installations.current.restoreId
  const bus = openNats({ urls: config.natsUrls, log, getRestoreId })
  installations.onNewEpoch(bus.renew)
  return bus
}

async function prepare(url: string): Promise<Installations> {
  // It may wait for another's migration for long, and must hear when that one's line is dead.
  const client = await connectAlone(url, { keepAlive: true, keepAliveInitialDelayMillis: 10_000 })
  try {
    await prepareSession(client)
    const { rows } = await client.query<{ version: number; name: string }>(
      `select current_setting('server_version_num')::int as version, current_setting('server_version') as name`,
    )
    const [server] = rows
    if (server === undefined || server.version < oldestVersion)
      throw new Error(`PostgreSQL ${server?.name ?? ""} is too old: Parley needs 15 or newer.`)
    await refuseStandby(client)
    await migrate(client)
    return await openInstallations(client)
  } finally {
    await client.end()
  }
}
