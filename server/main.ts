/**
 * The process: reads the configuration, joins the modules and starts what this process is to do.
 *
 * Everything that a module needs from one to its right is handed to it here, as a function; nothing else knows
 * all modules. What is started is put on one stack and taken down in the opposite order: no more requests, then
 * what is in flight, sockets with a goodbye, jobs, the database.
 */
import { channelJobs, createAdapters, sourceLoader, type Adapters } from "./channels/channels.ts"
import { ConfigProblems, readConfig, type Config } from "./config/config.ts"
import {
  conversationJobs,
  conversationLoaders,
  countsFor,
  entryChanged,
  keysOfConversations,
  receive,
  recordDelivery,
} from "./conversations/conversations.ts"
import { openDatabase, systemClock, type Clock, type Database } from "./db/db.ts"
import { createFileStore, makeSound, type FileStore } from "./files/files.ts"
import { createHttp, type App } from "./http/http.ts"
import { createWorker, type Handlers, type Worker } from "./jobs/jobs.ts"
import { labelLoader } from "./labels/labels.ts"
import { createLog, type Log } from "./log/log.ts"
import { createMetrics } from "./metrics/metrics.ts"
import {
  agentMailJobs,
  createPushService,
  mailJobs,
  pushJobs,
  visitorMail,
  type PushService,
} from "./notifications/notifications.ts"
import { previewJobs, theWeb, type Web } from "./previews/previews.ts"
import { replyLoader } from "./replies/replies.ts"
import { createWordFeeder } from "./search/search.ts"
import { createSync, type Sync } from "./sync/sync.ts"
import { createIdentity, findReader, presence, teamLoaders, type Identity } from "./team/team.ts"
import { createFeeder } from "./feeder.ts"
import { webhookJobs } from "./webhooks/webhooks.ts"
import { upkeepJobs, startUpkeep } from "./upkeep.ts"

export type Parley = {
  /** Where this process listens, whatever people call it. */
  url: string
  app: App
  database: Database
  sync: Sync
  stop(): Promise<void>
  /** For tests: runs what is due by the clock. */
  runDueJobs(): Promise<void>
}

/** Rung by processes that enqueue jobs and run none. */
const WORK = "parley_jobs"

export async function start(
  config: Config,
  { clock = systemClock, web = theWeb }: { clock?: Clock; web?: Web } = {},
): Promise<Parley> {
  await using started = new AsyncDisposableStack()
  const log = createLog(config)
  const database = await openDatabase({ config, log })
  started.defer(() => database.close())

  const sync = createSync({
    database,
    clock,
    log,
    metrics: createMetrics(config),
    loaders: () => [...teamLoaders, sourceLoader, labelLoader, replyLoader, ...conversationLoaders],
    findReader,
    keysOfConversations,
    countsFor,
    renewPresence: presence.renewPresence,
    connectionClosed: presence.connectionClosed,
    // Where jobs run here, too, those elsewhere look for themselves within a second.
    wakeJobs: () => (config.roles.has("jobs") ? worker.wake() : database.notify(WORK, "")),
  })
  const identity = createIdentity({ database, log, config })
  const adapters = createAdapters(config)
  const store = createFileStore(config)
  await store.check(log)
  const push = createPushService(config)
  const handlers = allJobs({ sync, config, log, identity, adapters, store, push, web })
  const worker: Worker = createWorker({ database, log, clock, handlers })
  started.defer(() => worker.stop())
  const feeder = createFeeder(sync, log, { config, ownHost: hostOf(config) })
  started.defer(() => feeder.stop())
  const wordFeeder = createWordFeeder(sync)
  started.defer(() => wordFeeder.stop())
  const app = await createHttp({ config, log, sync, identity, adapters, store, push })
  // Closing waits for every connection, so sockets say goodbye as soon as it begins.
  app.addHook("preClose", () => sync.stop())
  started.defer(() => app.close())
  await app.listen({ port: config.port, host: config.host })
  if (config.roles.has("jobs")) {
    await database.listen(WORK, () => worker.wake())
    await startUpkeep(sync)
    worker.start()
    feeder.start()
    wordFeeder.start()
  }

  const running = started.move()
  return {
    url: urlOf(app, config),
    app,
    database,
    sync,
    stop: () => running.disposeAsync(),
    async runDueJobs() {
      await worker.runDue()
      await feeder.feed()
      await wordFeeder.feed()
      await worker.runDue()
    },
  }
}

type Joined = {
  sync: Sync
  config: Config
  log: Log
  identity: Identity
  adapters: Adapters
  store: FileStore
  push: PushService
  web: Web
}

function allJobs(joined: Joined): Handlers {
  const { sync, config, log, identity, adapters, store, push, web } = joined
  return {
    ...presence.teamJobs(sync),
    ...channelJobs({
      sync,
      adapters,
      store,
      receive: (inbound) => receive(sync, inbound),
      recordDelivery: (delivery) => recordDelivery(sync, delivery),
      entryChanged,
    }),
    ...conversationJobs({ sync, adapters }),
    "make-sound": ({ fileId }, { workspaceId }) =>
      makeSound({ db: sync.db, store }, { workspaceId, id: fileId }),
    ...previewJobs({ sync, ownHost: hostOf(config), web }),
    ...webhookJobs({ sync, config }),
    ...mailJobs(config, log),
    ...visitorMail.visitorMailJobs({ sync, config }),
    ...agentMailJobs({ sync, config }),
    ...pushJobs(sync, push),
    ...upkeepJobs({ sync, config, identity, store }),
  }
}

/** Where people have the desk, if that was said. */
function hostOf({ publicUrl }: Config): string | undefined {
  return publicUrl === undefined ? undefined : new URL(publicUrl).host
}

function urlOf(app: App, config: Config): string {
  const address = app.server.address()
  const port = typeof address === "object" && address !== null ? address.port : config.port
  const host = ["0.0.0.0", "::"].includes(config.host) ? "localhost" : config.host
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`
}

async function run(): Promise<void> {
  const config = readConfig(process.env)
  const parley = await start(config)
  say(`Parley is ready at ${config.publicUrl ?? parley.url}`)
  let askedAt: number | undefined
  const stop = (): void => {
    // Whoever asks twice does not want to wait. (npm passes Ctrl-C on to us, who got it from the terminal already.)
    if (askedAt !== undefined && Date.now() - askedAt > 1_000) process.exit(1)
    if (askedAt !== undefined) return
    askedAt = Date.now()
    say("Parley is stopping.")
    parley.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    )
  }
  process.on("SIGINT", stop)
  process.on("SIGTERM", stop)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fail(error: unknown): never {
  process.stderr.write(`${reasonOf(error)}\n`)
  process.exit(1)
}

/** What an operator can mend is said in words; a bug is shown with its stack. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = "code" in error ? error.code : undefined
  const place = "port" in error && "address" in error ? `${String(error.address)}:${String(error.port)}` : ""
  if (code === "EADDRINUSE") return `${place} is in use. Stop what uses it, or set PORT to another one.`
  if (code === "EADDRNOTAVAIL")
    return `${place} is no address of this machine. Set HOST to one, or leave it out.`
  if (code === "EACCES") return "This user may not listen on the port. Set PORT to one above 1023."
  const isMeant = error instanceof ConfigProblems || error.constructor === Error
  if (!isMeant) return error.stack ?? error.message
  return error.cause instanceof Error ? `${error.message}\n${error.cause.message}` : error.message
}

if (import.meta.main) run().catch(fail)
