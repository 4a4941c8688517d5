import { createHash } from "node:crypto"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { createFileStore, fetched, type FileRecord, type FileStore } from "../../server/files/files.ts"
import { isPublicAddress } from "../../server/files/network.ts"
import { startFakeTwilio, type FakeTwilio } from "./fake-twilio.ts"

/** One white pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQI12P4//8/AAX+Av7czFnnAAAAAElFTkSuQmCC",
  "base64",
)
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
const html = Buffer.from("<!doctype html><script>alert(1)</script>")

let fake: FakeTwilio
let dataFolder: string
let store: FileStore

beforeAll(async () => {
  fake = await startFakeTwilio()
  dataFolder = await mkdtemp(join(tmpdir(), "parley-media-"))
  store = createFileStore({ dataFolder })
})
afterAll(async () => {
  await fake.stop()
  await rm(dataFolder, { recursive: true })
})

const access = () => ({
  origin: fake.apiBase,
  headers: {
    authorization: `Basic ${Buffer.from(`${fake.accountId}:${fake.authToken}`).toString("base64")}`,
  },
})

function offer(type: string, bytes: Buffer, redirect?: string): string {
  const message = fake.customerWrites({
    from: "+33612345678",
    to: "+15005550006",
    body: "",
    media: [{ type, bytes, ...(redirect === undefined ? {} : { redirect }) }],
  })
  return fake.apiBase + message.media[0]?.path
}

const record = (type: string): FileRecord => ({
  workspaceId: newId(),
  id: newId(),
  entryId: newId(),
  sourceId: newId(),
  uploader: null,
  width: null,
  voice: null,
  height: null,
  name: "mms-1",
  type,
  size: 0,
  state: "waiting",
  remote: null,
  sha256: null,
})

async function fetchFrom(remote: string, type: string, into = store) {
  const file = record(type)
  const stored = await fetched.storeRemote(into, { file, remote, access: access() })
  if ("refused" in stored) throw new Error(`refused: ${stored.refused}`)
  return { stored, file }
}

test("a picture is fetched with the account's credentials, kept whole and measured", async () => {
  const { stored, file } = await fetchFrom(offer("image/png", png), "image/png")
  expect(stored).toEqual({
    name: "mms-1.png",
    type: "image/png",
    size: png.length,
    width: 1,
    height: 1,
    sha256: createHash("sha256").update(png).digest("hex"),
  })
  expect(await readFile(join(dataFolder, "files", file.workspaceId, file.id))).toEqual(png)
  expect(await readdir(join(dataFolder, "files", file.workspaceId))).toEqual([file.id])
})

test.each([
  ["an SVG that says it is a PNG", svg, "image/png"],
  ["an SVG that says so", svg, "image/svg+xml"],
  ["an SVG that begins as XML", Buffer.concat([Buffer.from('<?xml version="1.0"?>'), svg]), "image/svg+xml"],
  ["HTML that says it is a JPEG", html, "image/jpeg"],
  ["HTML that says so", html, "text/html"],
  ["a picture that begins with a script", Buffer.concat([html, png]), "image/png"],
])("%s is a download and nothing else", async (_what, bytes, type) => {
  const { stored } = await fetchFrom(offer(type, bytes), type)
  expect(stored.width).toBeNull()
  expect(stored.type).not.toMatch(/html|svg|^image/)
})

test("what a file is says its content: a PNG that claims to be a video is a picture", async () => {
  const { stored } = await fetchFrom(offer("video/mp4", png), "video/mp4")
  expect(stored).toMatchObject({ type: "image/png", name: "mms-1.png" })
})

test("a contact card keeps its ending and is a download", async () => {
  const { stored } = await fetchFrom(
    offer("text/x-vcard", Buffer.from("BEGIN:VCARD\nEND:VCARD")),
    "text/x-vcard",
  )
  expect(stored).toMatchObject({ type: "text/vcard", name: "mms-1.vcf" })
})

test("a file of more than 10 MB is refused and leaves nothing behind", async () => {
  const remote = offer("image/png", Buffer.concat([png, Buffer.alloc(10 * 1024 * 1024)]))
  const file = record("image/png")
  expect(await fetched.storeRemote(store, { file, remote, access: access() })).toHaveProperty("refused")
  expect(await readdir(join(dataFolder, "files", file.workspaceId))).toEqual([])
})

test("an address inside our network is not gone to, be it named or reached by a redirect", async () => {
  const other = await startFakeTwilio()
  other.media.set("/secret", { type: "image/png", bytes: png })
  const secret = `${other.apiBase}/secret`
  const named = secret.replace("127.0.0.1", "localhost")
  const file = record("image/png")
  for (const remote of [
    secret,
    named,
    offer("image/png", png, secret),
    offer("image/png", png, named),
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "file:///etc/passwd",
    offer("image/png", png, "ftp://example.com/"),
  ])
    expect(await fetched.storeRemote(store, { file, remote, access: access() })).toHaveProperty("refused")
  expect(other.requests).toEqual([])
  await other.stop()
})

test("where strangers may sign up, what they call their provider may not stand inside our network either", async () => {
  const open = createFileStore({ dataFolder, signup: "open" })
  const file = record("image/png")
  const asked = fake.requests.length
  const remote = offer("image/png", png)
  for (const origin of [fake.apiBase, fake.apiBase.replace("127.0.0.1", "localhost")])
    expect(
      await fetched.storeRemote(open, {
        file,
        remote: remote.replace(fake.apiBase, origin),
        access: { ...access(), origin },
      }),
    ).toHaveProperty("refused")
  expect(fake.requests).toHaveLength(asked)
})

test("a redirect is followed without our credentials", async () => {
  const other = await startFakeTwilio()
  other.media.set("/signed-address", { type: "image/png", bytes: png })
  const open = createFileStore({ dataFolder, mayConnectTo: () => true })
  const { stored } = await fetchFrom(
    offer("image/png", png, `${other.apiBase}/signed-address`),
    "image/png",
    open,
  )
  expect(stored.size).toBe(png.length)
  expect(other.requests).toEqual([{ method: "GET", url: "/signed-address", authorization: undefined }])
  await other.stop()
})

test("redirects without end are refused, and a provider's error is tried again later", async () => {
  const message = fake.customerWrites({
    from: "+33612345678",
    to: "+15005550006",
    body: "",
    media: [{ type: "image/png", bytes: png }],
  })
  const path = message.media[0]?.path ?? ""
  fake.media.set(path, { type: "image/png", bytes: png, redirect: fake.apiBase + path })
  await expect(fetchFrom(fake.apiBase + path, "image/png")).rejects.toThrow(/^refused/)
  const missing = fetchFrom(
    `${fake.apiBase}/2010-04-01/Accounts/${fake.accountId}/Messages/MM1/Media/ME1`,
    "image/png",
  )
  await expect(missing).rejects.toThrow(/status 404/)
  await expect(missing).rejects.not.toThrow(/^refused/)
})

test("addresses of machines, private networks and documentation are not public", () => {
  for (const inside of [
    "127.0.0.1",
    "10.0.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2001:db8::1",
    "not an address",
  ])
    expect([inside, isPublicAddress(inside)]).toEqual([inside, false])
  for (const outside of ["8.8.8.8", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1"])
    expect([outside, isPublicAddress(outside)]).toEqual([outside, true])
})
