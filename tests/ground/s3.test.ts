/** Files, wherever they are kept: the same for a folder and for a bucket. */
import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { createFileStore, type FileStore } from "../../server/files/files.ts"
import { start, type Parley } from "../../server/main.ts"
import { everyoneOf } from "../flows/parleys.ts"
import { createOwner, type Person } from "../flows/person.ts"
import { createTestDatabase, quietLog, settableClock, type TestDatabase } from "../harness/harness.ts"
import { startObjectStorage, type ObjectStorage } from "../harness/object-storage.ts"
import { startFakeTwilio, type FakeTwilio } from "../providers/fake-twilio.ts"

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQI12P4//8/AAX+Av7czFnnAAAAAElFTkSuQmCC",
  "base64",
)

let storage: ObjectStorage
let dataFolder: string
beforeAll(async () => {
  storage = await startObjectStorage()
  dataFolder = await mkdtemp(path.join(os.tmpdir(), "parley-files-"))
})
afterAll(async () => {
  await storage.stop()
  await rm(dataFolder, { recursive: true, force: true })
})

const name = () => ({ workspaceId: newId(), id: newId() })
const NUMBER = "+15005550006"
const publicUrl = "https://chat.example.com"
const noLook = async () => undefined

describe.each(["a folder", "a bucket"])("in %s", (where) => {
  let store: FileStore
  beforeAll(() => {
    store = createFileStore(where === "a folder" ? { dataFolder } : { dataFolder, ...storage.access })
  })

  const keep = (file: ReturnType<typeof name>, bytes: Uint8Array) =>
    store.keep(file, Readable.from([bytes]), noLook)

  test.each([0, 1, 100_000, 10 * 1024 * 1024])("a file of %i bytes comes back as it was", async (size) => {
    const file = name()
    const bytes = randomBytes(size)
    const kept = await keep(file, bytes)
    expect(kept).toMatchObject({ size, sha256: createHash("sha256").update(bytes).digest("hex") })
    const found = await store.read(file)
    expect(found?.size).toBe(size)
    expect(found && (await buffer(found.bytes)).equals(bytes)).toBe(true)
  })

  test("what is kept again replaces what was there; another workspace's file of that id is another", async () => {
    const file = name()
    await keep(file, Buffer.from("first"))
    await keep(file, Buffer.from("second"))
    const found = await store.read(file)
    expect(found && (await buffer(found.bytes)).toString()).toBe("second")
    expect(await store.read({ ...file, workspaceId: newId() })).toBeUndefined()
  })

  test("a file that was never kept is not there", async () => {
    expect(await store.read(name())).toBeUndefined()
  })

  test("a file that breaks off on its way in, or is refused when looked at, was never there", async () => {
    const file = name()
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield randomBytes(100_000)
      throw new Error("broken off")
    }
    const before = await readdir(os.tmpdir())
    await expect(store.keep(file, broken(), noLook)).rejects.toThrow("broken off")
    await expect(
      store.keep(file, Readable.from([png]), () => Promise.reject(new Error("disliked"))),
    ).rejects.toThrow("disliked")
    expect(await store.read(file)).toBeUndefined()
    const parts = (names: string[]) => names.filter((one) => one.endsWith(".part"))
    expect(parts(await readdir(os.tmpdir()))).toEqual(parts(before))
    expect(parts(await readdir(dataFolder, { recursive: true }))).toEqual([])
  })

  test("a file is read from any byte on, and gone when it is removed, however often", async () => {
    const file = name()
    const bytes = randomBytes(300_000)
    await keep(file, bytes)
    for (const from of [0, 1, 299_999]) {
      const found = await store.read(file, from)
      expect(found?.size).toBe(bytes.length)
      expect(found && (await buffer(found.bytes)).equals(bytes.subarray(from))).toBe(true)
    }
    await store.remove(file)
    await store.remove(file)
    expect(await store.read(file)).toBeUndefined()
  })
})

describe("a bucket", () => {
  test.each([
    ["a wrong secret", { s3Secret: "not the secret" }, "SignatureDoesNotMatch"],
    ["an unknown key", { s3KeyId: "nobody" }, "InvalidAccessKeyId"],
    ["no such bucket", { s3Url: "elsewhere", s3Secret: "S3RVER" }, "NoSuchBucket"],
  ])("with %s is refused at the start, in words and without the secret", async (_what, wrong, why) => {
    const access = { ...storage.access, ...wrong }
    if (access.s3Url === "elsewhere") access.s3Url = storage.access.s3Url?.replace("parley", "elsewhere")
    const store = createFileStore({ dataFolder, ...access })
    const said: unknown = await store.check(quietLog).catch((error: unknown) => error)
    expect(String(said)).toMatch(`Error: The object storage refuses: ${why}`)
    expect(String(said)).toMatch("S3_SECRET_ACCESS_KEY")
    expect(String(said)).not.toContain(access.s3Secret)
    await expect(store.read(name())).rejects.toThrow(why)
    await expect(store.keep(name(), Readable.from([png]), noLook)).rejects.toThrow(why)
  })

  test("that is right is found right; one that is away keeps nobody from starting", async () => {
    const store = createFileStore({ dataFolder, ...storage.access })
    await store.check(quietLog)
    await storage.pause()
    await store.check(quietLog)
    await storage.resume()
  })
})

describe("a customer's picture", () => {
  const clock = settableClock()
  let database: TestDatabase
  let parley: Parley
  let fake: FakeTwilio
  let ada: Person
  let sourceId: string

  beforeAll(async () => {
    database = await createTestDatabase()
    fake = await startFakeTwilio()
    const roles = new Set(["http", "stream"] as const)
    parley = await start({ ...database.config, ...storage.access, dataFolder, publicUrl, roles }, { clock })
    ada = await createOwner(parley.url)
    const made = await ada.send("POST", "/sources", {
      ...{ name: "Line", teamId: await everyoneOf(parley) },
      settings: fake.settings(NUMBER),
    })
    sourceId = String(made.body["id"])
    await parley.runDueJobs()
  })
  afterAll(async () => {
    await parley.stop()
    await database.close()
    await fake.stop()
  })

  const states = async (): Promise<string[]> => {
    const { rows } = await sql<{ state: string }>`select state from files`.execute(database.db)
    return rows.map(({ state }) => state)
  }

  test("waits while the bucket is away, and is shown from it when it is back", async () => {
    const hook = `/webhooks/sms/${sourceId}`
    const message = fake.customerWrites({
      ...{ from: "+33612345678", to: NUMBER, body: "", at: clock.now() },
      media: [{ type: "image/png", bytes: png }],
    })
    const told = await fake.post(parley.url + hook, fake.webhookOf(message), { signedUrl: publicUrl + hook })
    expect(told.status).toBe(200)
    await storage.pause()
    // More often than a job that fails is tried.
    for (let tries = 0; tries < 9; tries += 1) {
      await parley.runDueJobs()
      clock.advance(60)
    }
    expect(await states()).toEqual(["waiting"])
    await storage.resume()
    await parley.runDueJobs()
    expect(await states()).toEqual(["stored"])

    const { rows } = await sql<{ id: string }>`select id from files`.execute(database.db)
    const read = () =>
      fetch(`${parley.url}/api/v1/files/${rows[0]?.id}`, { headers: { cookie: ada.cookie() } })
    const shown = await read()
    expect(shown.headers.get("content-type")).toBe("application/octet-stream")
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(png)
    await storage.pause()
    expect((await read()).status).toBe(503)
    await storage.resume()
  })
})
