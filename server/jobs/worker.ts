import type { Database, Clock } from "../db/db.ts"
import type { Log } from "../log/log.ts"
import { isJobName, parsePayload, type JobName, type Payload } from "./catalogue.ts"
import { watchLeases } from "./leases.ts"
import { bringForward, bury, claim, finish, postpone, renew, type ClaimedJob } from "./queue.ts"

const attemptsAtMost = 8
/** Attempts that came to no end, because the process did, count too, but might be nobody's fault. */
const claimsAtMost = attemptsAtMost + 4
const atOnce = 24
/** About as many of one name in one workspace, so that a provider who lets everybody wait holds up only his own. */
const atOnceOfOne = 8
const claimedAtOnce = 4
/** The machine's clock was set when it goes back by more than this. */
const clockStep = 10_000
const pollEvery = 1_000
const renewEvery = 10_000

export type RunningJob = { id: string; workspaceId: string; attempt: number; lastAttempt: boolean }

type Handler<Name extends JobName> = (payload: Payload<Name>, job: RunningJob) => Promise<void>

/** `giveUp` says what becomes of its subject when it is buried without having come to an end. */
type Handling<Name extends JobName> = Handler<Name> | { run: Handler<Name>; giveUp: Handler<Name> }

/** A worker takes only the jobs it has a handler for. */
export type Handlers = { [Name in JobName]?: Handling<Name> }

/**
 * Thrown by a handler that cannot go on now and knows when it can (a provider's rate limit). It is no failure:
 * it uses up no attempt, so a handler that must give up some day decides that itself.
 */
export class RetryLater extends Error {
  readonly seconds: number

  constructor(seconds: number, reason = "not now") {
    super(reason)
    this.name = "RetryLater"
    this.seconds = seconds
  }
}

export type Worker = {
  start(): void
  /** Something was enqueued: look now instead of within a second. */
  wake(): void
  /** Takes no more jobs and resolves when the running ones have ended. */
  stop(): Promise<void>
  /** For tests: runs what is due by the clock, and what becomes due by that, to the end. */
  runDue(): Promise<void>
}

export function createWorker(options: {
  database: Database
  log: Log
  clock: Clock
  handlers: Handlers
}): Worker {
  const { log, clock, handlers } = options
  const { db } = options.database
  const names = Object.keys(handlers)
  const running = new Map<Promise<void>, ClaimedJob>()
  const leases = watchLeases(db)
  let lookedAt: Date | undefined
  let isStarted = false
  let isStopping = false
  let looking: Promise<void> | undefined
  let isLookingAgain = false
  let pollTimer: NodeJS.Timeout | undefined
  let renewTimer: NodeJS.Timeout | undefined

  /** One look at a time; a call during it means another look after it. */
  function look(): Promise<void> {
    isLookingAgain = true
    looking ??= lookUntilQuiet()
      .catch((error: unknown) => log.error({ err: error }, "jobs could not be claimed"))
      .finally(() => {
        looking = undefined
      })
    return looking
  }

  async function lookUntilQuiet(): Promise<void> {
    while (isLookingAgain && !isStopping) {
      isLookingAgain = false
      const free = atOnce - running.size
      if (free <= 0 || names.length === 0) return
      const jobs = await claim(db, {
        names,
        now: await readClock(),
        most: Math.min(free, claimedAtOnce),
        dead: await leases.dead(new Set([...running.values()].map(({ leaseId }) => leaseId))),
        full: findFull(),
      })
      for (const job of jobs) begin(job)
      if (jobs.length > 0) isLookingAgain = true
    }
  }

  async function readClock(): Promise<Date> {
    const now = clock.now()
    const back = lookedAt === undefined ? 0 : lookedAt.getTime() - now.getTime()
    if (lookedAt !== undefined && back > clockStep) {
      log.warn({ seconds: Math.round(back / 1_000) }, "the clock was put back, and what waits with it")
      await bringForward(db, lookedAt, back)
    }
    lookedAt = now
    return now
  }

  function findFull(): ClaimedJob[] {
    const kinds = Map.groupBy(running.values(), ({ workspaceId, name }) => `${workspaceId} ${name}`)
    return [...kinds.values()].flatMap((jobs) => (jobs.length >= atOnceOfOne ? jobs.slice(0, 1) : []))
  }

  function begin(job: ClaimedJob): void {
    const run: Promise<void> = runOne(job)
      .catch((error: unknown) =>
        log.error({ err: error, job: job.id, name: job.name }, "a job's end was not noted"),
      )
      .finally(() => {
        running.delete(run)
        if (isStarted) void look()
      })
    running.set(run, job)
  }

  async function runOne(job: ClaimedJob): Promise<void> {
    const lastAttempt = job.attempts >= attemptsAtMost
    if (job.attempts > claimsAtMost) {
      log.error({ job: job.id, name: job.name }, "a job ended the process each time it was run")
      // Buried all the same: it would come back for ever.
      await handle(job, "giveUp").catch((error: unknown) =>
        log.error({ err: error, job: job.id, name: job.name }, "nobody was told that a job was given up"),
      )
      await bury(db, job, clock.now(), "The process ended each time it was run.")
      return
    }
    try {
      await handle(job, "run")
    } catch (error) {
      await putOff(job, error, lastAttempt)
      return
    }
    await finish(db, job)
  }

  async function handle({ name, ...job }: ClaimedJob, how: "run" | "giveUp"): Promise<void> {
    if (!isJobName(name)) throw new Error(`No job is called ${name}.`)
    await handleNamed(name, job, how)
  }

  async function handleNamed<Name extends JobName>(
    name: Name,
    { id, workspaceId, attempts, payload }: Omit<ClaimedJob, "name">,
    how: "run" | "giveUp",
  ): Promise<void> {
    const handling: Handling<Name> | undefined = handlers[name]
    if (handling === undefined) throw new Error(`Nobody handles ${name}.`)
    const { run, giveUp } = typeof handling === "function" ? { run: handling, giveUp: undefined } : handling
    const job = { id, workspaceId, attempt: attempts, lastAttempt: attempts >= attemptsAtMost }
    await (how === "run" ? run : giveUp)?.(parsePayload(name, payload), job)
  }

  async function putOff(job: ClaimedJob, error: unknown, lastAttempt: boolean): Promise<void> {
    const failure = String(error instanceof Error ? error.message : error).slice(0, 500)
    const after = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000)
    if (error instanceof RetryLater) {
      await postpone(db, job, { runAt: after(error.seconds), attempts: job.attempts - 1, failure })
      return
    }
    const told = { err: error, job: job.id, name: job.name, attempt: job.attempts, lastAttempt }
    if (lastAttempt) log.error(told, "a job failed for good")
    else log.warn(told, "a job failed and is tried again")
    if (lastAttempt) await bury(db, job, clock.now(), failure)
    else await postpone(db, job, { runAt: after(backOff(job.attempts)), attempts: job.attempts, failure })
  }

  async function renewAll(): Promise<void> {
    const leases = new Set([...running.values()].map((job) => job.leaseId))
    if (leases.size > 0) await renew(db, [...leases])
  }

  return {
    start() {
      isStarted = true
      pollTimer = setInterval(() => void look(), pollEvery)
      renewTimer = setInterval(() => {
        renewAll().catch((error: unknown) => log.error({ err: error }, "leases of jobs were not renewed"))
      }, renewEvery)
      void look()
    },
    wake() {
      if (isStarted) void look()
    },
    async stop() {
      isStarted = false
      isStopping = true
      clearInterval(pollTimer)
      await looking
      await Promise.all(running.keys())
      clearInterval(renewTimer)
    },
    async runDue() {
      do {
        await look()
        await Promise.all(running.keys())
        await look()
      } while (running.size > 0)
    },
  }
}

/** Seconds before the next try: about 2, 6, 18 … 1,458, half an hour and more in all; spread, so that many do not come back at once. */
function backOff(attempt: number): number {
  return 2 * 3 ** (attempt - 1) * (0.75 + Math.random() / 2)
}
