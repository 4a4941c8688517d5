/**
 * A world small enough to test the stream by itself: things that are visible by keys, and readers with keys,
 * in two tables of a test database. Things are shown as rows of the kind "team", whose shape is plain.
 */
import { sql } from "kysely"
import type { Row } from "../../protocol/rows.ts"
import { fromDesk } from "../../protocol/stream.ts"
import { newId, type Clock, type Tx } from "../../server/db/db.ts"
import {
  createSync,
  openAgentSession,
  write,
  type Loader,
  type Reader,
  type Sync,
} from "../../server/sync/sync.ts"
import { createTestDatabase, noMetrics, quietLog, settableClock, type TestDatabase } from "./harness.ts"
import { StreamClient } from "./stream-client.ts"

export type Wire = { client: StreamClient; unsent: number; isSignedIn: boolean; close(): void }

export type World = {
  database: TestDatabase
  clock: ReturnType<typeof settableClock>
  sync: Sync
  workspaceId: string
  connected: string[][]
  disconnected: string[]
  /** Each load from now on waits until it is let go, in the order of asking; `undefined` ends that. */
  loads: (() => void)[] | undefined
  /** Another process on the same database. */
  another(): Sync
  makeReader(keys: string[]): Promise<string>
  setKeys(agentId: string, keys: string[] | undefined): Promise<number>
  put(id: string, thing: { keys: string[]; name: string }, hold?: () => Promise<void>): Promise<number>
  connect(agentId: string, options?: { client?: StreamClient; sync?: Sync }): Wire
  /** Connects anew and waits for everything. */
  fresh(agentId: string): Promise<StreamClient>
  close(): Promise<void>
}

export async function createWorld(): Promise<World> {
  const database = await createTestDatabase()
  const clock = settableClock()
  const { db } = database
  await sql`create table things (workspace_id uuid, id uuid, keys text[], name text, primary key (workspace_id, id))`.execute(
    db,
  )
  await sql`create table readers (workspace_id uuid, id uuid, keys text[], primary key (workspace_id, id))`.execute(
    db,
  )
  const workspaceId = newId()
  const syncs: Sync[] = []
  const connected: string[][] = []
  const disconnected: string[] = []
  const another = (): Sync => {
    const made = createFakeSync(database, clock, {
      connected,
      disconnected,
      beforeLoad: async () => {
        if (world.loads !== undefined) await new Promise<void>((resolve) => world.loads?.push(resolve))
      },
    })
    syncs.push(made)
    return made
  }
  const sync = another()

  function connect(agentId: string, options: { client?: StreamClient; sync?: Sync } = {}): Wire {
    const client = options.client ?? new StreamClient()
    let isEnded = false
    const wire: Wire = { client, unsent: 0, isSignedIn: true, close: () => session.gone() }
    const session = openAgentSession(options.sync ?? sync, {
      workspaceId,
      agentId,
      stillSignedIn: async () => wire.isSignedIn,
      line: {
        // What is still being read for somebody who is gone reaches nobody, as with a socket.
        send: (text) => {
          if (!isEnded) client.hear(text)
        },
        unsent: () => wire.unsent,
        drained: async () => wire.unsent === 0,
        end: () => {
          isEnded = true
          client.closed()
        },
      },
    })
    client.attach({
      send: (text) => session.hear(fromDesk.parse(JSON.parse(text))),
      close: () => session.gone(),
    })
    return wire
  }

  const world: World = {
    database,
    clock,
    sync,
    workspaceId,
    connected,
    disconnected,
    loads: undefined,
    another,
    connect,
    async makeReader(keys) {
      const id = newId()
      await sql`insert into readers values (${workspaceId}, ${id}, ${keys.concat(`agent:${id}`)})`.execute(db)
      return id
    },
    async setKeys(agentId, keys) {
      const { number } = await write(sync, { workspaceId }, async ({ tx, changed }) => {
        if (keys === undefined) await sql`delete from readers where id = ${agentId}`.execute(tx)
        else
          await sql`update readers set keys = ${keys.concat(`agent:${agentId}`)} where id = ${agentId}`.execute(
            tx,
          )
        changed("access-changed", agentId, [`agent:${agentId}`])
        return {}
      })
      return number
    },
    async put(id, { keys, name }, hold) {
      const { number } = await write(sync, { workspaceId }, async ({ tx, changed }) => {
        const { rows } = await sql<{
          keys: string[]
        }>`select keys from things where workspace_id = ${workspaceId} and id = ${id} for update`.execute(tx)
        await sql`
          insert into things values (${workspaceId}, ${id}, ${keys}, ${name})
          on conflict (workspace_id, id) do update set keys = excluded.keys, name = excluded.name`.execute(tx)
        changed("team", id, [...keys, ...(rows[0]?.keys ?? [])])
        await hold?.()
        return {}
      })
      return number
    },
    async fresh(agentId) {
      const { client, close } = connect(agentId)
      client.hello()
      await client.until(() => client.snapshots === 1, "a fresh snapshot")
      close()
      return client
    },
    async close() {
      await Promise.all(syncs.map((one) => one.stop()))
      await database.close()
    },
  }
  return world
}

function createFakeSync(
  database: TestDatabase,
  clock: Clock,
  noted: { connected: string[][]; disconnected: string[]; beforeLoad: () => Promise<void> },
): Sync {
  return createSync({
    database,
    clock,
    log: quietLog,
    metrics: noMetrics,
    wakeJobs: () => undefined,
    loaders: () => [
      {
        ...thingLoader,
        async load(...asked) {
          await noted.beforeLoad()
          return thingLoader.load(...asked)
        },
      },
    ],
    async findReader(tx, workspaceId, agentId) {
      const { rows } = await sql<{
        keys: string[]
      }>`select keys from readers where workspace_id = ${workspaceId} and id = ${agentId}`.execute(tx)
      const [row] = rows
      return row && { workspaceId, agentId, keys: new Set(row.keys) }
    },
    async keysOfConversations(tx, workspaceId, ids) {
      const things = await readThings(tx, workspaceId, ids)
      return new Map(things.map(({ id, keys }) => [id, keys]))
    },
    countsFor: async () => ({ badge: 0, inboxes: {} }),
    async renewPresence(_sync, _workspaceId, agentIds) {
      noted.connected.push(agentIds)
    },
    async connectionClosed(_sync, _workspaceId, agentId) {
      noted.disconnected.push(agentId)
    },
  })
}

type Thing = { id: string; keys: string[]; name: string }

async function readThings(tx: Tx, workspaceId: string, ids: readonly string[] | null): Promise<Thing[]> {
  const { rows } = await sql<Thing>`
    select id, keys, name from things
     where workspace_id = ${workspaceId} and (${ids}::uuid[] is null or id = any(${ids}::uuid[])) order by id`.execute(
    tx,
  )
  return rows
}

const thingLoader: Loader = {
  kind: "team",
  async load(tx, workspaceId, ids, readers) {
    const things = await readThings(tx, workspaceId, ids)
    return new Map(
      readers.map((reader) => [
        reader.agentId,
        new Map(visible(things, reader).map((thing) => [thing.id, rowOf(thing)])),
      ]),
    )
  },
  async *snapshot(tx, reader) {
    const ids = visible(await readThings(tx, reader.workspaceId, null), reader).map(({ id }) => id)
    for (let from = 0; from < ids.length; from += 100) yield ids.slice(from, from + 100)
  },
}

function visible(things: Thing[], reader: Reader): Thing[] {
  return things.filter(({ keys }) => keys.some((key) => reader.keys.has(key)))
}

function rowOf({ id, name }: Thing): Row {
  return {
    kind: "team",
    id,
    name,
    isEveryone: false,
    deliveryMode: "queue",
    offerSeconds: 60,
    returnsWhenAway: true,
    hours: null,
    isOpen: true,
    memberIds: [],
  }
}
