/**
 * Finds connections that went dead without a word (a router lost its memory, a machine lost its power): TCP itself
 * would let a statement wait on one for a quarter of an hour, and everybody behind its locks as long.
 *
 * PostgreSQL answers everything it is sent, so a connection is suspected that was written to and has not been heard
 * since. Whether it is dead or a statement just takes long is asked of PostgreSQL itself over a connection of its own:
 * where the process at the other end works, it is waited for; where it waits for us, it never got what we said, or we
 * not its answer. Then the connection is broken on this side, which fails what is in flight, and ended on the other,
 * which frees its locks. Nothing is lost: no answer was given, and commands are safe to repeat.
 */
import { Socket } from "node:net"
import pg from "pg"
import type { Log } from "../log/log.ts"
import { surviveLoss } from "./driver.ts"

const LOOK_EVERY = 1_000
/** Looks, not seconds: a process that stood still itself finds many seconds gone, and the answers not yet read. */
const SUSPECTED_AFTER = 5
/** Where PostgreSQL cannot be asked. */
const GIVEN_UP_AFTER = 10
/** Where PostgreSQL knows no such process: it is gone, or hides behind a pooler. */
const UNKNOWN_AFTER = 15
const ANSWERS_WITHIN = 4_000

export type Watch = {
  /** From now on, before anything is asked. */
  guard(client: pg.ClientBase): void
  /** Not where it was last heard of before others were found dead. */
  isTrusted(client: pg.ClientBase): boolean
  stop(): void
}

type Line = {
  stream: Socket
  /** Of the process at the other end. */
  pid: number
  /** Bytes that had been written when something was last heard. */
  answered: number
  heardAt: number
  silentLooks: number
}

/** `name` is the application name of all that is watched: process numbers alone mean nothing after a promotion. */
export function openWatch(o: { url: string; name: string; log: Log }): Watch {
  const { url, name, log } = o
  const lines = new Map<Socket, Line>()
  const byClient = new WeakMap<pg.ClientBase, Line>()
  let distrustedBefore = 0
  let asking: Promise<void> | undefined

  const timer = setInterval(() => {
    for (const line of lines.values())
      line.silentLooks = line.stream.bytesWritten === line.answered ? 0 : line.silentLooks + 1
    if (findSuspects().length === 0) return
    asking ??= judge().finally(() => (asking = undefined))
  }, LOOK_EVERY)
  timer.unref()

  function findSuspects(): Line[] {
    return [...lines.values()].filter(({ silentLooks }) => silentLooks >= SUSPECTED_AFTER)
  }

  async function judge(): Promise<void> {
    const pids = findSuspects().map(({ pid }) => pid)
    const states = await askStates(url, name, pids).catch((error: unknown) => {
      log.debug({ err: error }, "PostgreSQL cannot be asked about silent connections")
      return undefined
    })
    // Some were heard of meanwhile.
    const dead = findSuspects().filter(({ pid, silentLooks }) => {
      if (states === undefined) return silentLooks >= GIVEN_UP_AFTER
      const isBusy = states.get(pid)
      return isBusy === undefined ? silentLooks >= UNKNOWN_AFTER : pids.includes(pid) && !isBusy
    })
    if (dead.length === 0) return
    log.warn({ connections: dead.length }, "connections to PostgreSQL went silent and are given up")
    distrustedBefore = performance.now()
    for (const { stream } of dead)
      stream.destroy(new Error("PostgreSQL is not heard on this connection any more."))
    const known = dead.map(({ pid }) => pid).filter((pid) => states?.has(pid))
    if (known.length > 0)
      await endProcesses(url, name, known).catch((error: unknown) =>
        log.debug({ err: error }, "the other ends of silent connections were not ended"),
      )
  }

  return {
    guard(client) {
      const { stream, pid } = wireOf(client)
      const line = { stream, pid, answered: stream.bytesWritten, heardAt: performance.now(), silentLooks: 0 }
      lines.set(stream, line)
      byClient.set(client, line)
      // Before pg hears it, who may write the next statement at once.
      stream.prependListener("data", () => {
        line.answered = stream.bytesWritten
        line.heardAt = performance.now()
        line.silentLooks = 0
      })
      stream.once("close", () => lines.delete(stream))
    },
    isTrusted(client) {
      const line = byClient.get(client)
      return line === undefined || line.heardAt >= distrustedBefore
    },
    stop: () => clearInterval(timer),
  }
}

function wireOf(client: pg.ClientBase): { stream: Socket; pid: number } {
  const connection: unknown = Reflect.get(client, "connection")
  const stream: unknown = Reflect.get(Object(connection), "stream")
  if (!(stream instanceof Socket)) throw new Error("The driver keeps its socket elsewhere now.")
  return { stream, pid: Number(Reflect.get(client, "processID")) }
}

/** Of those PostgreSQL knows: whether it is at work, and not waiting for us. */
async function askStates(url: string, name: string, pids: number[]): Promise<Map<number, boolean>> {
  const rows = await askOnce<{ pid: number; isBusy: boolean }>(
    url,
    `select pid, state in ('active', 'fastpath function call') and wait_event_type is distinct from 'Client'
            as "isBusy"
       from pg_stat_activity where application_name = $1 and pid = any ($2)`,
    [name, pids],
  )
  return new Map(rows.map(({ pid, isBusy }) => [pid, isBusy]))
}

async function endProcesses(url: string, name: string, pids: number[]): Promise<void> {
  await askOnce(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and pid = any ($2)`,
    [name, pids],
  )
}

async function askOnce<R extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[],
): Promise<R[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: ANSWERS_WITHIN,
    query_timeout: ANSWERS_WITHIN,
  })
  surviveLoss(client)
  const over = setTimeout(() => wireOf(client).stream.destroy(), 2 * ANSWERS_WITHIN)
  try {
    await client.connect()
    return (await client.query<R>(text, values)).rows
  } finally {
    clearTimeout(over)
    void client.end().catch(() => undefined)
  }
}
