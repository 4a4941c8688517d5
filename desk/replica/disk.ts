/**
 * The replica on this machine's disk (IndexedDB), one database for each workspace and agent. Rows and the cursor
 * they belong to are written in one transaction, so that what is read back is a state the server once told.
 *
 * Conversations lie in 256 buckets by the end of their id: writing a snapshot of 5,000 row by row would cost
 * 5,000 requests; reading is one request either way.
 */
import { deleteDB, openDB, type DBSchema, type IDBPDatabase, type IDBPObjectStore } from "idb"
import { z } from "zod"
import type { Counts } from "../../protocol/inboxes.ts"
import type { ConversationRow, EntryRow, Row } from "../../protocol/rows.ts"
import { pending, type Pending } from "./act.ts"
import { draft, isNothing, returned, type Draft, type Returned } from "./draft.ts"

/** Raised when rows on disk would be misread by this build: they are dropped, and the server tells them again. */
const FORMAT = 7

export type TimelineRecord = {
  conversationId: string
  entries: readonly EntryRow[]
  hasOlder: boolean
  isStale: boolean
  openedAt: number
}

/** The place in the change log that the rows on disk belong to. */
const head = z.object({ format: z.literal(FORMAT), epoch: z.string(), cursor: z.number().int() })
export type Head = { epoch: string; cursor: number }

/** What a first screen needs of the rows, so that it need not wait for all of them. */
const first = z.object({
  epoch: z.string(),
  cursor: z.number().int(),
  conversations: z.custom<readonly ConversationRow[]>(Array.isArray),
  counts: z.object({ badge: z.number(), inboxes: z.record(z.string(), z.number()) }),
})
export type First = { conversations: readonly ConversationRow[]; counts: Counts }

export type Stored = {
  /** Of the same state as all rows are. */
  first: { epoch: string; rows: Row[]; cursor: number; counts: Counts } | undefined
  pendings: Pending[]
  drafts: { key: string; draft: Draft }[]
  returned: Returned[]
}

/** A whole state the server once told. */
export type StoredRows = Head & { rows: Row[] }

/** Written in one transaction. Parts left out stay as they are. */
export type Change = {
  head?: Head
  first?: First
  /** Whole buckets. */
  buckets?: ReadonlyMap<number, readonly ConversationRow[]>
  /** Everything that is no conversation. */
  directory?: readonly Row[]
  timelines?: readonly TimelineRecord[]
  forgottenTimelines?: readonly string[]
  /** New acts. */
  issued?: readonly Pending[]
  /** Acts whose state changed, and ids of acts that are over. */
  pendings?: readonly Pending[]
  settled?: readonly string[]
  /** An empty draft is deleted. */
  drafts?: readonly { key: string; draft: Draft }[]
  returned?: readonly Returned[]
  /** Ids of returned texts that became part of a draft. */
  absorbed?: readonly string[]
}

export type Disk = {
  /** All but the mass of rows. */
  load(): Promise<Stored>
  loadRows(): Promise<StoredRows | undefined>
  loadTimelines(): Promise<TimelineRecord[]>
  save(change: Change): Promise<void>
  /** The bytes of a file until they are at the server. */
  keepUpload(id: string, bytes: Blob): Promise<void>
  readUpload(id: string): Promise<Blob | undefined>
  dropUpload(id: string): Promise<void>
  erase(): Promise<void>
  close(): void
}

export const BUCKETS = 256

export function bucketOf(id: string): number {
  return Number.parseInt(id.slice(-2), 16) % BUCKETS || 0
}

type Schema = DBSchema & {
  /** "head", and "first": what a build that does not know it leaves behind has the cursor of an older head. */
  head: { key: string; value: z.infer<typeof head> | z.infer<typeof first> }
  directory: { key: string; value: readonly Row[] }
  buckets: { key: number; value: readonly ConversationRow[] }
  timelines: { key: string; value: TimelineRecord }
  /** In the order they were issued. */
  outbox: { key: number; value: Pending & { id: string }; indexes: { id: string } }
  drafts: { key: string; value: Draft }
  returned: { key: number; value: Returned; indexes: { id: string } }
  uploads: { key: string; value: Blob }
}
const STORES = ["head", "directory", "buckets", "timelines", "outbox", "drafts", "returned"] as const

export function diskName(workspaceId: string, agentId: string): string {
  return `parley-${workspaceId}-${agentId}`
}

/** `onLost`: the browser took the disk away (erased by another tab, cleared by the user). */
export async function openDisk(name: string, onLost: () => void): Promise<Disk> {
  const database = await openDB<Schema>(name, 2, {
    upgrade(fresh, from) {
      if (from < 2) fresh.createObjectStore("uploads")
      if (from === 1) return
      for (const store of ["head", "directory", "buckets", "timelines", "drafts"] as const)
        fresh.createObjectStore(store)
      fresh.createObjectStore("outbox", { autoIncrement: true }).createIndex("id", "id", { unique: true })
      fresh.createObjectStore("returned", { autoIncrement: true }).createIndex("id", "id", { unique: true })
    },
    blocking(_current, _next, event) {
      if (event.target instanceof IDBDatabase) event.target.close()
      onLost()
    },
    terminated: onLost,
  })
  return {
    load: () => load(database),
    loadRows: () => loadRows(database),
    loadTimelines: () => database.getAll("timelines"),
    save: (change) => save(database, change),
    async keepUpload(id, bytes) {
      await database.put("uploads", bytes, id)
    },
    readUpload: (id) => database.get("uploads", id),
    dropUpload: (id) => database.delete("uploads", id),
    async erase() {
      database.close()
      await deleteDB(name)
    },
    close: () => database.close(),
  }
}

async function load(database: IDBPDatabase<Schema>): Promise<Stored> {
  const transaction = database.transaction(["head", "directory", "outbox", "drafts", "returned"])
  const [heads, screen, directory, outbox, draftKeys, drafts, back] = await Promise.all([
    transaction.objectStore("head").get("head"),
    transaction.objectStore("head").get("first"),
    transaction.objectStore("directory").get("directory"),
    transaction.objectStore("outbox").getAll(),
    transaction.objectStore("drafts").getAllKeys(),
    transaction.objectStore("drafts").getAll(),
    transaction.objectStore("returned").getAll(),
  ])
  return {
    first: firstOf(heads, screen, directory ?? []),
    pendings: parsed(pending, outbox),
    drafts: drafts.flatMap((one, index) => {
      const read = draft.safeParse(one)
      return read.success ? [{ key: draftKeys[index] ?? "", draft: read.data }] : []
    }),
    returned: parsed(returned, back),
  }
}

function firstOf(heads: unknown, screen: unknown, directory: readonly Row[]): Stored["first"] {
  const known = head.safeParse(heads)
  const kept = first.safeParse(screen)
  if (!known.success || !kept.success) return undefined
  const { epoch, cursor, conversations, counts } = kept.data
  if (epoch !== known.data.epoch || cursor !== known.data.cursor) return undefined
  return { epoch, cursor, counts, rows: [...directory, ...conversations] }
}

async function loadRows(database: IDBPDatabase<Schema>): Promise<StoredRows | undefined> {
  const transaction = database.transaction(["head", "directory", "buckets"])
  const [heads, directory, buckets] = await Promise.all([
    transaction.objectStore("head").get("head"),
    transaction.objectStore("directory").get("directory"),
    transaction.objectStore("buckets").getAll(),
  ])
  // Rows are the server's and were checked when they came; reading 5,000 through their schema would cost 60 ms.
  const known = head.safeParse(heads)
  if (!known.success) {
    await forgetRows(database)
    return undefined
  }
  return {
    epoch: known.data.epoch,
    cursor: known.data.cursor,
    rows: [...(directory ?? []), ...buckets.flat()],
  }
}

/** What another build wrote would be misread, and its timelines, beside rows of a later time, pass for whole. */
async function forgetRows(database: IDBPDatabase<Schema>): Promise<void> {
  const stores = ["directory", "buckets", "timelines"] as const
  const transaction = database.transaction(stores, "readwrite")
  await Promise.all([...stores.map((name) => transaction.objectStore(name).clear()), transaction.done])
}

function parsed<S extends z.ZodType>(schema: S, values: readonly unknown[]): z.output<S>[] {
  return values.flatMap((value) => {
    const read = schema.safeParse(value)
    return read.success ? [read.data] : []
  })
}

async function save(database: IDBPDatabase<Schema>, change: Change): Promise<void> {
  const transaction = database.transaction(STORES, "readwrite", {
    durability: change.issued ? "strict" : "default",
  })
  const store = <Name extends (typeof STORES)[number]>(name: Name) => transaction.objectStore(name)
  // Nothing is awaited in between: a failing request aborts the transaction, and `done` says so.
  const asked: Promise<unknown>[] = []
  if (change.head) asked.push(store("head").put({ ...change.head, format: FORMAT }, "head"))
  if (change.head && change.first) asked.push(store("head").put({ ...change.head, ...change.first }, "first"))
  if (change.directory) asked.push(store("directory").put(change.directory, "directory"))
  for (const [bucket, rows] of change.buckets ?? []) asked.push(store("buckets").put(rows, bucket))
  for (const timeline of change.timelines ?? [])
    asked.push(store("timelines").put(timeline, timeline.conversationId))
  for (const conversationId of change.forgottenTimelines ?? [])
    asked.push(store("timelines").delete(conversationId))
  for (const one of change.issued ?? []) asked.push(store("outbox").add({ ...one, id: one.act.body.id }))
  for (const one of change.pendings ?? [])
    asked.push(putById(store("outbox"), { ...one, id: one.act.body.id }))
  for (const id of change.settled ?? []) asked.push(deleteById(store("outbox"), id))
  for (const { key, draft: own } of change.drafts ?? [])
    asked.push(isNothing(own) ? store("drafts").delete(key) : store("drafts").put(own, key))
  for (const one of change.returned ?? []) asked.push(putById(store("returned"), one))
  for (const id of change.absorbed ?? []) asked.push(deleteById(store("returned"), id))
  // Said at once where nothing has to be looked up first: then it is written even if the tab dies in this moment.
  if (!change.pendings && !change.settled && !change.returned && !change.absorbed) transaction.commit()
  await Promise.all([...asked, transaction.done])
}

type Listed = "outbox" | "returned"
type ListedStore<Name extends Listed> = IDBPObjectStore<Schema, typeof STORES, Name, "readwrite">

/** Replaces the record of that id where it stands, or adds it at the end. */
async function putById<Name extends Listed>(
  store: ListedStore<Name>,
  value: Schema[Name]["value"],
): Promise<void> {
  const key = await store.index("id").getKey(IDBKeyRange.only(value.id))
  await store.put(value, key)
}

async function deleteById<Name extends Listed>(store: ListedStore<Name>, id: string): Promise<void> {
  const key = await store.index("id").getKey(IDBKeyRange.only(id))
  if (key !== undefined) await store.delete(key)
}
