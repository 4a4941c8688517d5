import { setTimeout as pause } from "node:timers/promises"
import { sql, type RawBuilder } from "kysely"
import type { Id } from "../../protocol/values.ts"
import { transaction, type Tx } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import { cut, readableColumns, type Readable } from "./cutting.ts"

type Feeder = {
  start(): void
  stop(): Promise<void>
  /** Keeps the words of everything there is. */
  feed(): Promise<void>
}

type Place = { number: number; downTo: Id | null }

/** Milliseconds. */
const LOOKS_EVERY = 1_000
/** Changes, or entries of the time before the log, of one transaction. */
const MOST_AT_ONCE = 200
/** Above every id. */
const ABOVE_ALL = "ffffffff-ffff-ffff-ffff-ffffffffffff"

/** Keeps the words of what is written, in whichever processes run jobs, a little behind the change log. */
export function createWordFeeder(sync: Sync): Feeder {
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let isStopped = false

  /** A step for each workspace that is behind, so that a long history holds up none of the others; whether any was made. */
  async function stepAll(): Promise<boolean> {
    const { rows } = await sql<{ workspaceId: Id }>`/* prepared */
      select c.workspace_id as "workspaceId"
        from counters c left join search_places p on p.workspace_id = c.workspace_id
       where p.workspace_id is null or p.number < c.number or p.down_to is not null`.execute(sync.db)
    let isAny = false
    for (const { workspaceId } of rows) {
      if (isStopped) return false
      try {
        const from = performance.now()
        if (await step(sync, workspaceId)) isAny = true
        // Whoever writes messages meanwhile comes first.
        await pause(Math.min(LOOKS_EVERY, performance.now() - from))
      } catch (error) {
        // The others shall not wait for it; it is tried again with the next look.
        sync.log.error({ err: error, workspaceId }, "what is written could not be made findable")
      }
    }
    return isAny
  }

  async function feed(): Promise<void> {
    while (await stepAll());
  }

  return {
    feed,
    start() {
      timer = setInterval(() => {
        looking ??= feed()
          .catch((error: unknown) => sync.log.error({ err: error }, "words could not be kept"))
          .finally(() => {
            looking = undefined
          })
      }, LOOKS_EVERY)
    },
    async stop() {
      isStopped = true
      clearInterval(timer)
      await looking
    },
  }
}

/** A step on through the log and one back through the time before it; whether it was made. */
async function step(sync: Sync, workspaceId: Id): Promise<boolean> {
  const { value } = await transaction(sync.db, async (tx) => {
    await sql`
      insert into search_places (workspace_id, number) values (${workspaceId}, 0) on conflict do nothing`.execute(
      tx,
    )
    // Another process that is at it has it locked, and does it.
    const { rows } = await sql<Place>`
      select number, down_to as "downTo" from search_places where workspace_id = ${workspaceId}
         for update skip locked`.execute(tx)
    const [place] = rows
    if (place === undefined) return false
    const next = await followLog(tx, workspaceId, place)
    if (next.downTo !== null) next.downTo = await goBack(tx, workspaceId, next.downTo)
    await sql`
      update search_places set number = ${next.number}, down_to = ${next.downTo}
       where workspace_id = ${workspaceId}`.execute(tx)
    return next.number !== place.number || next.downTo !== place.downTo
  })
  return value
}

async function followLog(tx: Tx, workspaceId: Id, place: Place): Promise<Place> {
  const { rows: changes } = await sql<{ number: number; kind: string; entityId: Id }>`
    select number, kind, entity_id as "entityId" from changes
     where workspace_id = ${workspaceId} and number > ${place.number} order by number limit ${MOST_AT_ONCE}`.execute(
    tx,
  )
  // Looked at afterwards: what the log has forgotten since was read.
  const { rows: counters } = await sql<{ number: number; oldest: number }>`
    select number, oldest from counters where workspace_id = ${workspaceId}`.execute(tx)
  const [counter] = counters
  // Everything that was written up to this number can be seen by whoever goes back from now on.
  if (counter !== undefined && counter.oldest > place.number)
    return { number: counter.number, downTo: ABOVE_ALL }
  const ids = new Set(changes.flatMap(({ kind, entityId }) => (kind === "entry" ? [entityId] : [])))
  if (ids.size > 0) await keep(tx, workspaceId, sql`e.id = any(${[...ids]}::uuid[])`)
  return { ...place, number: changes.at(-1)?.number ?? place.number }
}

/** The smallest id that was looked at; null when none is left. */
async function goBack(tx: Tx, workspaceId: Id, downTo: Id): Promise<Id | null> {
  const ids = await keep(tx, workspaceId, sql`e.id < ${downTo}`)
  return ids.length < MOST_AT_ONCE ? null : (ids.at(-1) ?? null)
}

/** Words of messages and notes, of `MOST_AT_ONCE` at most, the newest ids first; events are nobody's words. */
async function keep(tx: Tx, workspaceId: Id, matches: RawBuilder<unknown>): Promise<Id[]> {
  // Nobody moves or takes away what is being put down.
  const { rows: entries } = await sql<Readable>`
    select ${readableColumns} from entries e
     where e.workspace_id = ${workspaceId} and ${matches} and e.type <> 'event'
     order by e.id desc limit ${MOST_AT_ONCE} for key share`.execute(tx)
  await sql`
    insert into entry_words (workspace_id, conversation_id, at, entry_id, words)
    select w.workspace_id, w.conversation_id, w.at, w.entry_id, w.words from ${await cut(workspaceId, entries)} w
    on conflict (workspace_id, conversation_id, at) do update
      set words = excluded.words where entry_words.words <> excluded.words`.execute(tx)
  return entries.map(({ id }) => id)
}
