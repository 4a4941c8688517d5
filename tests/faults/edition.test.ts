import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createFakeDisk } from "../../desk/replica/fakes/disk.ts"
import { newId } from "../../desk/replica/act.ts"
import { openReplica } from "../../desk/replica/open.ts"
import { createOwner } from "../flows/person.ts"
import { createTestDatabase, type TestDatabase } from "../harness/harness.ts"
import { installBrowserNetwork } from "./browser-network.ts"
import { layCable } from "./cable.ts"
import { makeNextEdition } from "./edition.ts"
import { prepareServer, type ServerProcess } from "./server-process.ts"

const folder = mkdtempSync(path.join(os.tmpdir(), "parley-editions-"))
const root = path.resolve(import.meta.dirname, "../..")
let database: TestDatabase
let before: ServerProcess
let next: ServerProcess
let environment: Record<string, string>
let owner: Awaited<ReturnType<typeof createOwner>>

beforeAll(async () => {
  database = await createTestDatabase()
  environment = { DATABASE_URL: database.url, PARLEY_DATA: path.join(folder, "data") }
  before = prepareServer({ name: "before", folder, environment })
  next = prepareServer({ name: "next", folder, environment, root: makeNextEdition(folder) })
  await before.start()
  await next.start()
  owner = await createOwner(before.url())
}, 90_000)

afterAll(async () => {
  await Promise.all([before.stop(), next.stop()])
  await database.close()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

/** The files that a page of this server names, and those that they name. */
async function filesOf(server: ServerProcess): Promise<string[]> {
  const page = await fetch(`${server.url()}/inbox/me`, { headers: { accept: "text/html" } })
  const named = (await page.text()).match(/\/assets\/[\w.-]+/g) ?? []
  const worker = await (await fetch(`${server.url()}/worker.js`)).text()
  return [...new Set([...named, ...(worker.match(/\/assets\/[\w.-]+/g) ?? [])])]
}

test("while an upgrade goes on, either edition hands out the files of both", async () => {
  const [old, fresh] = [await filesOf(before), await filesOf(next)]
  expect(old.length).toBeGreaterThan(5)
  expect(fresh.filter((file) => old.includes(file))).toEqual([])
  for (const [files, own, other] of [
    [old, before, next],
    [fresh, next, before],
  ] as const)
    for (const file of files) {
      const [mine, theirs] = await Promise.all([fetch(own.url() + file), fetch(other.url() + file)])
      expect([file, mine.status, theirs.status]).toEqual([file, 200, 200])
      expect(theirs.headers.get("content-type")).toBe(mine.headers.get("content-type"))
      expect(theirs.headers.get("cache-control")).toBe(mine.headers.get("cache-control"))
      expect(await theirs.text()).toBe(await mine.text())
    }
  const unknown = await fetch(`${before.url()}/assets/index-00000000.js`)
  expect(unknown.status).toBe(404)
})

test("the edition before goes on with the schema of the next, and is not started on it again", async () => {
  const { status } = await owner.send("POST", "/teams", { name: "Shop", memberIds: [] })
  expect(status).toBe(200)
  const again = spawnSync(process.execPath, ["server/main.ts"], {
    cwd: root,
    env: { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", ...environment },
    encoding: "utf8",
    timeout: 30_000,
  })
  expect(again.status).toBe(1)
  expect(again.stderr).toMatch(/newer Parley \(migration 9000, moods\)/)
})

test(
  "a desk that speaks otherwise than the next edition is told to load anew, and loses nothing it wrote",
  { timeout: 100_000 },
  async () => {
    const other = prepareServer({
      name: "other",
      folder,
      environment,
      root: makeNextEdition(folder, { protocol: 99 }),
    })
    const network = installBrowserNetwork()
    const line = await layCable()
    line.lead(before.url())
    const { body: session } = await owner.get("/session")
    const [workspace] = Array.isArray(session.workspaces) ? session.workspaces : []
    network.signIn(line.url, { cookie: owner.cookie(), onHeard: () => undefined })
    let outdated = 0
    const replica = openReplica({
      workspaceId: owner.workspaceId,
      agentId: String(Object(workspace).agentId),
      base: line.url,
      openDisk: createFakeDisk().open,
      onSignedOut: () => undefined,
      onOutdated: () => void (outdated += 1),
    })
    try {
      await expect.poll(() => replica.memory.connection, { timeout: 25_000 }).toBe("online")
      await other.start()
      line.lead(other.url())
      line.reset()
      await expect.poll(() => outdated, { timeout: 20_000 }).toBeGreaterThan(0)
      const body = { id: newId(), preference: { order: "oldest" as const } }
      const issued = replica.issue({ command: "setInbox", params: { inbox: "me" }, body })
      line.lead(before.url())
      line.reset()
      await expect.poll(() => replica.memory.connection, { timeout: 20_000 }).toBe("online")
      expect((await issued).kind).toBe("done")
    } finally {
      await replica.close({ erase: false })
      network.remove()
      await line.close()
      await other.stop()
    }
  },
)
