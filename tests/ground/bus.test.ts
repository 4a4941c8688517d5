import { setTimeout as wait } from "node:timers/promises"
import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openDatabase, type Database } from "../../server/db/db.ts"
import { createTestDatabase, quietLog, type TestDatabase } from "../harness/harness.ts"
import { lacksNats, startNats, type Nats } from "../harness/nats.ts"

const lack = lacksNats()

describe.skipIf(lack !== undefined)(`wake-ups by NATS${lack === undefined ? "" : ` (${lack})`}`, () => {
  const opened: (() => Promise<void>)[] = []
  let nats: Nats
  let home: TestDatabase
  let here: Database
  let there: Database

  beforeAll(async () => {
    nats = await startNats()
    opened.push(() => nats.stop())
    home = await createTestDatabase()
    opened.push(() => home.close())
    here = await openWith(home)
    there = await openWith(home)
  })
  afterAll(async () => {
    for (const close of opened.toReversed()) await close()
  })

  async function openWith(own: TestDatabase, url = nats.url): Promise<Database> {
    const database = await openDatabase({ config: { ...own.config, natsUrls: [url] }, log: quietLog })
    opened.push(() => database.close())
    return database
  }

  async function listen(on: Database, channel: string): Promise<string[]> {
    const heard: string[] = []
    await on.listen(channel, (payload) => heard.push(payload))
    return heard
  }

  test("are heard in other processes, equal ones of a moment once, and not by who listens to something else", async () => {
    const heard = await listen(there, "bell")
    const other = await listen(there, "another")
    for (const payload of ["a", "a", "b"]) here.notify("bell", payload)
    await expect.poll(() => heard).toEqual(["a", "b"])
    expect(other).toEqual([])
  })

  test("are not heard after the listener left", async () => {
    const heard: string[] = []
    const leave = await there.listen("left", (payload) => heard.push(payload))
    const staying = await listen(there, "left")
    await leave()
    here.notify("left", "a")
    await expect.poll(() => staying).toEqual(["a"])
    expect(heard).toEqual([])
  })

  test("are of one installation alone, even where another has the same user", async () => {
    const stranger = await createTestDatabase()
    opened.push(() => stranger.close())
    // Databases of one template have its id; any other installation, and a restored copy, has its own.
    await sql`update installation set restore_id = gen_random_uuid()`.execute(stranger.db)
    const heard = await listen(await openWith(stranger), "bell")
    const own = await listen(there, "bell")
    here.notify("bell", "ours")
    await expect.poll(() => own).toEqual(["ours"])
    await wait(100)
    expect(heard).toEqual([])
  })

  test("come again after NATS was gone, and a process may start while it is", async () => {
    const heard = await listen(there, "gone")
    await nats.kill()
    const begun = performance.now()
    const late = await openWith(home)
    const heardLate = await listen(late, "gone")
    here.notify("gone", "while it was gone")
    expect(performance.now() - begun).toBeLessThan(5_000)
    await nats.start()
    await expect
      .poll(() => {
        here.notify("gone", "again")
        return heard.includes("again") && heardLate.includes("again")
      })
      .toBe(true)
  })

  test("are sent on by a process that ends at once", async () => {
    const heard = await listen(there, "last")
    const brief = await openDatabase({ config: { ...home.config, natsUrls: [nats.url] }, log: quietLog })
    brief.notify("last", "said")
    await brief.close()
    await expect.poll(() => heard).toEqual(["said"])
  })

  test("move along when the installation gets another id", async () => {
    const heard = await listen(there, "moved")
    await sql`update installation set restore_id = gen_random_uuid()`.execute(home.db)
    for (const database of [here, there]) {
      const { epoch } = database
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()`.execute(home.db)
      await expect
        .poll(async () => {
          await sql`select 1`.execute(database.db).catch(() => undefined)
          return database.epoch
        })
        .not.toBe(epoch)
    }
    await expect
      .poll(() => {
        here.notify("moved", "still")
        return heard.includes("still")
      })
      .toBe(true)
  })

  test("with a wrong password delay nothing", async () => {
    const begun = performance.now()
    const refused = await openWith(home, nats.url.replace("parley:parley", "parley:wrong"))
    const heard = await listen(refused, "bell")
    refused.notify("bell", "a")
    expect(performance.now() - begun).toBeLessThan(5_000)
    expect(heard).toEqual([])
  })
})
