import pg from "pg"
import type { Config } from "../config/config.ts"
import type { Log } from "../log/log.ts"
import { openDoorbell } from "./doorbell.ts"
import { openKysely, openPool, prepareSession, surviveLoss, type Db } from "./driver.ts"
import { startEmbedded } from "./embedded/start.ts"
import { migrate } from "./migrate.ts"

const oldestVersion = 150_000

export type Database = {
  readonly db: Db
  readonly url: string
  /** Differs after a restore and after a promotion: what a browser remembers from before is then worthless. */
  readonly epoch: string
  /** What sessions and links are signed with: PARLEY_SECRET, else the installation's own. */
  readonly secret: string
  /** Payloads come at most once and may get lost; resolves when the channel is heard. The answer stops it. */
  listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>
  notify(channel: string, payload: string): void
  /** Ends the connections, and PostgreSQL too where it is ours. */
  close(): Promise<void>
}

/** Starts or reaches PostgreSQL and brings its schema up to date. */
export async function openDatabase(options: { config: Config; log: Log }): Promise<Database> {
  const { config, log } = options
  await using opened = new AsyncDisposableStack()
  const url = config.databaseUrl ?? (await startOwn(config, log, opened))
  let installation = await prepare(url)

  const pool = openPool(url, config.databaseConnections)
  let isClosing = false
  pool.on("error", (error) => {
    if (!isClosing) log.warn({ err: error }, "an idle database connection was lost")
  })
  opened.defer(() => pool.end())
  const doorbell = await openDoorbell({
    url,
    log,
    onConnect: async (client) => {
      installation = await readInstallation(client)
    },
  })
  opened.defer(() => doorbell.close())

  const kept = opened.move()
  return {
    db: openKysely(pool),
    url,
    get epoch() {
      return installation.epoch
    },
    secret: config.secret ?? installation.secret,
    listen: doorbell.listen,
    notify: doorbell.notify,
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

async function prepare(url: string): Promise<Installation> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  surviveLoss(client)
  try {
    await client.connect()
  } catch (error) {
    throw new Error("The database cannot be reached.", { cause: error })
  }
  try {
    await prepareSession(client)
    const { rows } = await client.query<{ version: number; name: string }>(
      `select current_setting('server_version_num')::int as version, current_setting('server_version') as name`,
    )
    const [server] = rows
    if (server === undefined || server.version < oldestVersion)
      throw new Error(`PostgreSQL ${server?.name ?? ""} is too old: Parley needs 15 or newer.`)
    await migrate(client)
    return await readInstallation(client)
  } finally {
    await client.end()
  }
}

type Installation = { epoch: string; secret: string }

async function readInstallation(client: pg.ClientBase): Promise<Installation> {
  const { rows } = await client.query<Installation>(
    `select restore_id || '.' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) as epoch, secret
       from installation`,
  )
  const [row] = rows
  if (row === undefined) throw new Error("The installation row is missing from the database.")
  return row
}
