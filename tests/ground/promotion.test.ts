import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openDatabase, type Database } from "../../server/db/db.ts"
import { lacksDebianPostgres, startDebianPostgres, type DebianPostgres } from "../harness/debian-postgres.ts"
import { quietLog, testConfig } from "../harness/harness.ts"

const lack = lacksDebianPostgres()

/** One address for whichever of them is in charge, as a virtual address or a proxy is. */
type Address = { url: string; leadTo(to: DebianPostgres): void; cut(): void; close(): void }

describe.skipIf(lack !== undefined)(`a promotion${lack === undefined ? "" : ` (${lack})`}`, () => {
  const opened: (() => Promise<void> | void)[] = []
  let before: DebianPostgres
  let after: DebianPostgres
  let address: Address
  let database: Database

  beforeAll(async () => {
    before = await startDebianPostgres()
    opened.push(() => before.stop())
    address = await openAddress(before)
    opened.push(() => address.close())
    database = await openDatabase({ config: testConfig({ databaseUrl: address.url }), log: quietLog })
    opened.push(() => database.close())
    await before.ask("create table place (name text)")
    await before.ask("insert into place values ('before')")
    after = await before.openStandby()
    opened.push(() => after.stop())
  })
  afterAll(async () => {
    for (const close of opened.toReversed()) await close()
  })

  const place = async (): Promise<string | undefined> =>
    (await sql<{ name: string }>`select name from place`.execute(database.db)).rows[0]?.name

  test("does not happen by itself: a standby is refused in words", async () => {
    const config = testConfig({ databaseUrl: after.url })
    await expect(openDatabase({ config, log: quietLog })).rejects.toThrow("The database is a standby")
    expect(await place()).toBe("before")
    address.leadTo(after)
    address.cut()
    await expect(place()).rejects.toThrow()
    await expect(place()).rejects.toThrow("The database is a standby")
    address.leadTo(before)
    await expect.poll(() => place().catch(() => "nowhere")).toBe("before")
  })

  test("is noticed before anything is read from the new primary, and nothing is read from the old one after it", async () => {
    const { epoch } = database
    expect(await place()).toBe("before")
    await after.ask("select pg_promote(true)")
    await after.ask("update place set name = 'after'")
    // Connections to the old one go on.
    address.leadTo(after)
    const events: string[] = []
    database.onNewEpoch(() => events.push("a new epoch"))
    // The first takes the idle connection; the second has to open another one.
    const waiting = sql`select pg_sleep(0.5)`.execute(database.db)
    events.push((await place()) ?? "")
    await waiting
    expect(events).toEqual(["a new epoch", "after"])
    expect(database.epoch).not.toBe(epoch)
    for (let round = 0; round < 10; round += 1) expect(await place()).toBe("after")
  })

  test("leaves nobody with the one who was replaced, though it still runs", async () => {
    address.leadTo(before)
    address.cut()
    await expect(place()).rejects.toThrow()
    await expect(place()).rejects.toThrow("was replaced by another one")
    address.leadTo(after)
    await expect.poll(() => place().catch(() => "nowhere")).toBe("after")
  })
})

async function openAddress(first: DebianPostgres): Promise<Address> {
  let target = first
  const open = new Set<Socket>()
  const server: Server = createServer((near) => {
    const far = connect(target.socket)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket.on("error", () => socket.destroy())
      socket.on("close", () => {
        open.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const cut = (): void => {
    for (const socket of open) socket.destroy()
  }
  // A TCP server tells an address and a port.
  const { port } = server.address() as AddressInfo
  // All of them have the first one's password.
  const { password } = new URL(first.url.replace(/@[^/]*/, "@localhost"))
  return {
    url: `postgresql://parley:${password}@127.0.0.1:${port}/postgres`,
    leadTo(to) {
      target = to
    },
    cut,
    close() {
      cut()
      server.close()
    },
  }
}
