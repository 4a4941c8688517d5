/** What was accepted before a backup began is there after a restore, once and as it was; nothing else is. */
import { randomBytes } from "node:crypto"
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { setTimeout as wait } from "node:timers/promises"
import { sql } from "kysely"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { readArchive, writeArchive } from "../../server/backup/archive.ts"
import { backUp, checkBackup, restore } from "../../server/backup/backup.ts"
import type { Config } from "../../server/config/config.ts"
import { newId, openDatabase, type Db } from "../../server/db/db.ts"
import { migrateWithin } from "../../server/db/migrate.ts"
import { createFileStore } from "../../server/files/files.ts"
import { start, type Parley } from "../../server/main.ts"
import { createOwner, type Person } from "../flows/person.ts"
import { readTables, recount } from "../flows/recount.ts"
import { answerTo, createVisitor } from "../flows/visitor-client.ts"
import {
  createTestDatabase,
  quietLog,
  testConfig,
  withDatabase,
  type TestDatabase,
} from "../harness/harness.ts"
import { startObjectStorage, type ObjectStorage } from "../harness/object-storage.ts"
import { connectStream, type StreamClient } from "../harness/stream-client.ts"

let folder: string
/** Where databases are made and dropped from. */
let home: TestDatabase
const made: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "parley-backup-"))
  home = await createTestDatabase()
})
afterAll(async () => {
  for (const name of made) await sql.raw(`drop database if exists ${name} with (force)`).execute(home.db)
  await home.close()
  await rm(folder, { recursive: true, force: true })
})

/** An empty database, in which no Parley ever was, and an empty data folder. */
async function emptyPlace(overrides: Partial<Config> = {}): Promise<Config & { databaseUrl: string }> {
  const name = `empty_${newId().replaceAll("-", "")}`
  await sql.raw(`create database ${name}`).execute(home.db)
  made.push(name)
  const config = testConfig({ roles: new Set(["http", "stream"]), ...overrides })
  return { ...config, dataFolder: path.join(folder, name), databaseUrl: withDatabase(home.url, name) }
}

const archive = () => path.join(folder, `${newId()}.tar.gz`)
const log = quietLog

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

type Line = { id: string; at: string; text: string; conversation: string }
async function linesOf(db: Db): Promise<Line[]> {
  const { rows } = await sql<Line>`
    select id, at, text, conversation_id as conversation from entries order by conversation_id, at`.execute(
    db,
  )
  return rows
}

describe("a backup made while people write", () => {
  let storage: ObjectStorage
  let original: Parley
  let copy: Parley
  let there: Config
  let ada: Person & { workspaceId: string }
  let agentId: string
  let desk: StreamClient
  let before: Line[]
  let atTheEnd: Line[]
  const files = new Map<string, Buffer>()

  beforeAll(async () => {
    storage = await startObjectStorage()
    const place = await emptyPlace(storage.access)
    original = await start(place)
    ada = await createOwner(original.url)
    const { db } = original.database
    agentId = String(Object(Object((await ada.get("/session")).body.workspaces)[0]).agentId)
    const { rows: sources } = await sql<{ id: string }>`select id from sources`.execute(db)
    const visitors = Array.from({ length: 8 }, () => createVisitor(original.url, sources[0]?.id ?? ""))

    let accepted = 0
    const stopping = new AbortController()
    const writing = visitors.map(async (visitor, who) => {
      for (let count = 1; !stopping.signal.aborted; count += 1) {
        const { status, body } = await visitor.say(
          `${who} ${count}\twith a tab, a \\ and a\nline, ünïcode 🙂`,
        )
        if (status === 200) accepted += 1
        if (status === 200 && count % 5 === 0)
          await answerTo(original.database, ada, { messageId: body.id, text: `answer ${count}` })
        await wait(50)
      }
    })
    const until = async (most: number) => {
      while (accepted < most) await Promise.race([wait(5), ...writing])
    }
    await until(30)
    await putFiles(place, db)
    await putWaiting(db)
    desk = await connectStream({ url: original.url, cookie: ada.cookie() })
    await desk.until(() => desk.snapshots === 1, "a snapshot")

    before = await linesOf(db)
    const file = archive()
    const [{ rows, missing }] = await Promise.all([
      backUp({ config: place, log, file }),
      until(accepted + 20),
    ])
    stopping.abort()
    await Promise.all(writing)
    atTheEnd = await linesOf(db)
    expect(rows).toBeGreaterThan(before.length)
    expect(missing).toHaveLength(1)

    there = await emptyPlace()
    await restore({ config: there, log, file })
    copy = await start(there)
  })
  afterAll(async () => {
    for (const one of [copy, original, storage]) await one.stop()
  })

  async function putFiles(place: Config, db: Db): Promise<void> {
    const store = createFileStore(place)
    for (const size of [0, 1, 512, 3_000_000, -1]) {
      const file = { workspaceId: ada.workspaceId, id: newId() }
      const bytes = randomBytes(Math.max(size, 0))
      if (size >= 0) await store.keep(file, Readable.from([bytes]), async () => undefined)
      if (size >= 0) files.set(file.id, bytes)
      await sql`
        with file as (
          insert into files (workspace_id, id, entry_id, source_id, name, type, size, state, created_at)
          values (${ada.workspaceId}, ${file.id}, ${newId()}, ${newId()}, 'a', 'image/png', ${size}, 'stored', now())
          returning *)
        insert into file_parts (workspace_id, file_id, start, id, size)
        select workspace_id, id, 0, id, size from file`.execute(db)
    }
  }

  /** An answer and a mail on their way, each with its job, one being worked on. */
  async function putWaiting(db: Db): Promise<void> {
    await sql`
      update entries set delivery = 'sending'
       where id = (select id from entries where agent_id is not null order by at limit 1)`.execute(db)
    // One that runs, and the next one under the same key.
    for (const name of ["deliver", "send-mail", "trim"])
      for (const leaseId of [newId(), null])
        await sql`
          insert into jobs (workspace_id, id, name, payload, key, run_at, lease_id, leased_until)
          values (${ada.workspaceId}, ${newId()}, ${name}, '{}', ${name}, 'infinity', ${leaseId}, 'infinity')`.execute(
          db,
        )
  }

  test("holds all that was accepted before it began, once, in order; and nothing that was never written", async () => {
    const restored = await linesOf(copy.database.db)
    const all = new Set(restored.map((line) => JSON.stringify(line)))
    expect(all.size).toBe(restored.length)
    expect(before.filter((line) => !all.has(JSON.stringify(line)))).toEqual([])
    const written = new Set(atTheEnd.map((line) => JSON.stringify(line)))
    expect(restored.filter((line) => !written.has(JSON.stringify(line)))).toEqual([])
    expect(restored.length).toBeLessThan(atTheEnd.length)
  })

  test("holds the files, bit by bit, from a bucket into a folder", async () => {
    const store = createFileStore(there)
    for (const [id, bytes] of files) {
      const found = await store.read({ workspaceId: ada.workspaceId, id })
      expect(found && (await buffer(found.bytes)).equals(bytes), id).toBe(true)
    }
  })

  test("makes browsers start anew, signed in as they were, with the badge that the tables say", async () => {
    const snapshots = desk.snapshots
    const { epoch } = desk
    expect(epoch).toBe(original.database.epoch)
    desk.close()
    await desk.until(() => desk.isClosed, "the line to end")
    await connectStream({ url: copy.url, cookie: ada.cookie() }, desk)
    await desk.until(() => desk.snapshots > snapshots, "a fresh snapshot")
    expect(desk.welcome?.resumed).toBe(false)
    expect(desk.epoch).not.toBe(epoch)
    const counted = recount(await readTables(copy.database.db, ada.workspaceId), agentId)
    expect(counted?.badge).toBeGreaterThan(0)
    expect(desk.counts?.badge).toBe(counted?.badge)
    desk.close()
  })

  test("sends nothing by itself that was on its way: answers are maybe sent, mails have failed", async () => {
    const { rows: entries } = await sql<{ delivery: string }>`
      select delivery from entries where delivery in ('sending', 'unsure')`.execute(copy.database.db)
    expect(entries).toEqual([{ delivery: "unsure" }])
    const { rows: jobs } = await sql<{ name: string; isFailed: boolean; isRunning: boolean }>`
      select name, failed_at is not null as "isFailed",
             lease_id is not null and leased_until > now() and failed_at is null as "isRunning"
        from jobs where run_at = 'infinity' order by name`.execute(copy.database.db)
    const mail = { name: "send-mail", isFailed: true, isRunning: false }
    const trim = { name: "trim", isFailed: false, isRunning: false }
    expect(jobs).toEqual([mail, mail, trim, trim])
  })
})

describe("a quiet installation", () => {
  let place: Config & { databaseUrl: string }
  let file: string

  beforeAll(async () => {
    place = await emptyPlace()
    const parley = await start(place)
    await createOwner(parley.url)
    await parley.stop()
    file = archive()
    await backUp({ config: place, log, file })
  })

  /** Every table as text; what a restore changes on purpose left out. */
  async function everything(url: string): Promise<Record<string, unknown[]>> {
    return withClient(url, async (client) => {
      const { rows: tables } = await client.query<{ name: string }>(
        `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname in ('public', 'identity') and c.relkind = 'r' and c.relpersistence = 'p'`,
      )
      const all: Record<string, unknown[]> = {}
      for (const { name } of tables) {
        const [schema = "", table = ""] = name.split(".")
        const { rows } = await client.query<{ line: object }>(
          `select to_jsonb(t) - 'restore_id' as line from "${schema}"."${table}" t order by t::text`,
        )
        all[name] = rows.map(({ line }) => line)
      }
      return all
    })
  }

  test("every table there is goes into a backup, but what is worth nothing after a crash", async () => {
    const { manifest } = await checkBackup(file)
    const schema = await readFile("server/db/schema.sql", "utf8")
    const tables = [...schema.matchAll(/^create table (\S+) \(/gm)].map(([, name = ""]) =>
      name.replaceAll('"', ""),
    )
    expect(tables.length).toBeGreaterThan(20)
    const held = manifest.tables.map(({ name }) => name.replace(/^public\./, ""))
    expect([...held, "schema_migrations"].toSorted()).toEqual(tables.toSorted())
  })

  test("is the same after a restore, row by row, and numbers go on behind those that were given out", async () => {
    const there = await emptyPlace()
    expect(await restore({ config: there, log, file })).toMatchObject({ unsure: 0 })
    expect(await everything(there.databaseUrl)).toEqual(await everything(place.databaseUrl))
    await withClient(there.databaseUrl, async (client) => {
      const { rows } = await client.query<{ isLater: boolean }>(
        `with given as (select coalesce(max(position), 0) as most from jobs)
         insert into jobs (workspace_id, id, name, payload, run_at)
         select gen_random_uuid(), gen_random_uuid(), 'trim', '{}', now() from given
         returning position > (select most from given) as "isLater"`,
      )
      expect(rows).toEqual([{ isLater: true }])
    })
  })

  test("a backup is its owner's alone, replaces nothing, and one that fails leaves nothing", async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await expect(backUp({ config: place, log, file })).rejects.toThrow("is there already")
    const nowhere = path.join(folder, "no-such-folder", "a.tar.gz")
    await expect(backUp({ config: place, log, file: nowhere })).rejects.toThrow("ENOENT")
    const empty = await emptyPlace()
    const other = archive()
    await expect(backUp({ config: empty, log, file: other })).rejects.toThrow("Parley never ran")
    await expect(stat(`${other}.part`)).rejects.toThrow("ENOENT")
  })

  test("restores only where nobody works and nothing is", async () => {
    await expect(restore({ config: place, log, file })).rejects.toThrow(
      "a workspace in this database already",
    )
    const there = await emptyPlace()
    const database = await openDatabase({ config: there, log })
    await expect(restore({ config: there, log, file })).rejects.toThrow("Somebody is connected")
    await database.close()
    // One that was started and stopped again has nothing in it that anybody would miss.
    await restore({ config: there, log, file })
    expect((await everything(there.databaseUrl))["public.workspaces"]).toHaveLength(1)
  })

  test("a backup of an earlier version becomes one of this version; one of a later version is refused", async () => {
    const older = await emptyPlace()
    await withClient(older.databaseUrl, async (client) => {
      await client.query("begin")
      await migrateWithin(client, 8)
      await client.query(
        "insert into workspaces (id, name, created_at) values (gen_random_uuid(), 'Old', now())",
      )
      await client.query("commit")
    })
    const early = archive()
    await backUp({ config: older, log, file: early })
    const there = await emptyPlace()
    await restore({ config: there, log, file: early })
    const now = await everything(there.databaseUrl)
    expect(now["public.workspaces"]).toMatchObject([{ name: "Old" }])
    expect(now["public.schema_migrations"]).toEqual(
      (await everything(place.databaseUrl))["public.schema_migrations"],
    )

    await expect(restore({ config: older, log, file })).rejects.toThrow(
      "a workspace in this database already",
    )
    const newer = await emptyPlace()
    await (await openDatabase({ config: newer, log })).close()
    await expect(restore({ config: newer, log, file: early })).rejects.toThrow("A newer Parley")

    await withClient(there.databaseUrl, (client) =>
      client.query("insert into schema_migrations (number, name, checksum) values (9999, 'future', 'x')"),
    )
    const later = archive()
    await backUp({ config: there, log, file: later })
    await expect(checkBackup(later)).rejects.toThrow("made by a newer Parley (migration 9999, future)")
  })

  /** The same archive with other texts in it, and with its old sums. */
  async function altered(change: (name: string, text: string) => string | undefined): Promise<string> {
    const other = archive()
    await writeArchive(other, (writer) =>
      readArchive(file, async ({ name, bytes }) => {
        const text = change(name, (await buffer(bytes)).toString("latin1"))
        if (text !== undefined) await writer.add(name, Buffer.from(text, "latin1"))
      }),
    )
    return other
  }

  test("an archive that is damaged, cut off or something else is refused, and nothing is touched", async () => {
    const bytes = await readFile(file)
    const there = await emptyPlace()
    const refuses = async (what: Uint8Array | string) => {
      const damaged = typeof what === "string" ? what : archive()
      if (typeof what !== "string") await writeFile(damaged, what)
      await expect(restore({ config: there, log, file: damaged })).rejects.toThrow(
        "is no whole backup of Parley",
      )
    }
    for (const part of [0, 0.1, 0.5, 0.9, 0.999])
      await refuses(bytes.subarray(0, Math.floor(bytes.length * part)))
    // Behind the ten bytes of gzip's own head, of which it says itself that they mean nothing to it.
    for (let place = 11; place < bytes.length; place += Math.ceil(bytes.length / 12)) {
      const flipped = Buffer.from(bytes)
      flipped[place] = (flipped[place] ?? 0) ^ 0x10
      await refuses(flipped)
    }
    await refuses(Buffer.from("not an archive"))
    await refuses(path.join(folder, "nowhere.tar.gz"))
    await refuses(await altered((name, text) => (name === "complete" ? undefined : text)))
    await refuses(
      await altered((name, text) => (name.includes("workspaces") ? text.replace("Acme", "Evil") : text)),
    )
    await refuses(await altered((name, text) => (name.includes("workspaces") ? undefined : text)))
    await refuses(
      await altered((name, text) => (name === "manifest" ? text.replace("parley", "barley") : text)),
    )
    expect(await everything(there.databaseUrl)).toEqual({})
    // The same way of altering it is taken where nothing is altered.
    await restore({ config: there, log, file: await altered((_, text) => text) })
  })

  test("a restore that fails half-way has not been", async () => {
    const there = await emptyPlace({ s3Url: "http://127.0.0.1:1/nowhere", s3KeyId: "a", s3Secret: "b" })
    const { rows } = await withClient(place.databaseUrl, (client) =>
      client.query<{ workspaceId: string; id: string }>(`with file as (
          insert into files (workspace_id, id, entry_id, source_id, name, type, state, created_at)
          select id, gen_random_uuid(), id, id, 'a', 'a', 'stored', now() from workspaces returning *)
        insert into file_parts (workspace_id, file_id, start, id, size)
        select workspace_id, id, 0, id, 10 from file returning workspace_id as "workspaceId", id`),
    )
    for (const name of rows)
      await createFileStore(place).keep(name, Readable.from([randomBytes(10)]), async () => undefined)
    const withFile = archive()
    await backUp({ config: place, log, file: withFile })
    await expect(restore({ config: there, log, file: withFile })).rejects.toThrow("does not answer")
    expect(await everything(there.databaseUrl)).toEqual({})
  })
})
