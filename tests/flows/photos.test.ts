import { crc32 } from "node:zlib"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { connectStream, StreamClient } from "../harness/stream-client.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { createProgram } from "./person.ts"
import { agentRow } from "./parleys.ts"
import { putPhoto } from "./uploading.ts"
import { createVisitor } from "./visitor-client.ts"

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let bo: Colleague

beforeAll(async () => {
  parley = await openParley()
  company = await createCompany(parley)
  ada = await company.hire("Ada Byron")
  bo = await company.hire("Bo")
})
afterAll(() => parley.stop())

const picture = (color: string, width = 900, height = 600) =>
  sharp({ create: { width, height, channels: 3, background: color } })

/** As cameras make it: lying on its side, and knowing where it was taken. */
const taken = () =>
  picture("#3f6b5c")
    .withExif({ IFD3: { GPSLatitudeRef: "N", GPSLatitude: "48/1 51/1 24/1" }, IFD0: { Orientation: "6" } })
    .jpeg()
    .toBuffer()

const photoOf = async (agent: Colleague) => {
  const { photo } = await agentRow(parley, company.workspaceId, agent.agentId)
  return typeof photo === "string" ? photo : null
}
const get = (path: string | null) => fetch(parley.url + (path ?? "/photos/none"))

test("a photo is a small square without anything else that was in the file, kept for ever under its address", async () => {
  expect((await putPhoto(parley.url, ada, await taken())).status).toBe(200)
  const path = await photoOf(ada)
  expect(path).toMatch(/^\/photos\/[0-9a-f-]{36}\/[\w-]{24}$/)
  // Of somebody who is not signed in, such as a customer.
  const response = await get(path)
  expect(response.status).toBe(200)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "image/webp",
    "cache-control": "public, max-age=31536000, immutable",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
  })
  const shown = await sharp(await response.arrayBuffer()).metadata()
  expect(shown).toMatchObject({ format: "webp", width: 192, height: 192 })
  expect(shown.exif).toBeUndefined()
})

test("another photo has another address, to which the old one leads; a removed one is gone from both", async () => {
  await putPhoto(parley.url, ada, await picture("#a00").png().toBuffer())
  const first = await photoOf(ada)
  await putPhoto(parley.url, ada, await picture("#00a").png().toBuffer())
  const second = await photoOf(ada)
  expect(second).not.toBe(first)
  const [byOld, byNew] = await Promise.all([get(first), get(second)])
  expect(Buffer.from(await byOld.arrayBuffer())).toEqual(Buffer.from(await byNew.arrayBuffer()))
  expect(byOld.headers.get("cache-control")).toBe("public, max-age=300")
  await succeed(ada.send("DELETE", "/me/photo"))
  expect(await photoOf(ada)).toBeNull()
  expect([(await get(first)).status, (await get(second)).status]).toEqual([404, 404])
})

test("colleagues see it at once, and what was repeated is done once", async () => {
  const screen = new StreamClient()
  await connectStream({ url: parley.url, cookie: bo.cookie(), workspaceId: company.workspaceId }, screen)
  await screen.until(() => screen.row("agent", ada.agentId) !== undefined, "colleagues")
  const id = newId()
  const one = await putPhoto(parley.url, ada, await picture("#070").png().toBuffer(), { id })
  await screen.until(() => screen.row("agent", ada.agentId)?.photo !== null, "a photo")
  const shown = await photoOf(ada)
  expect(await putPhoto(parley.url, ada, await picture("#700").png().toBuffer(), { id })).toEqual(one)
  expect(await photoOf(ada)).toBe(shown)
  screen.close()
})

test("a customer is shown the photos of who answers him, and nobody can guess one", async () => {
  await putPhoto(parley.url, ada, await picture("#077").png().toBuffer())
  await company.write("Vera")
  await company.answer(ada, "Vera")
  const visitor = createVisitor(parley.url, company.sourceId, company.customers.get("Vera")?.key ?? "")
  const stream = await visitor.connect({})
  const welcome = await stream.next("welcome")
  expect(welcome.messages.at(-1)?.agent).toEqual({
    name: "Ada",
    initials: "AB",
    color: expect.any(String),
    photo: await photoOf(ada),
  })
  expect(welcome.home.faces).toContainEqual(expect.objectContaining({ photo: await photoOf(ada) }))
  stream.close()
  for (const path of [
    `/photos/${company.workspaceId}/${ada.agentId}`,
    `/photos/${company.workspaceId}/`,
    `/photos/${newId()}/${(await photoOf(ada))?.split("/").at(-1)}`,
  ])
    expect((await get(path)).status).toBe(404)
})

test("only pictures are taken, of a size that harms nobody, from who is signed in", async () => {
  const before = await photoOf(bo)
  const huge = await picture("#000").png().toBuffer()
  huge.writeUInt32BE(30_000, 16)
  huge.writeUInt32BE(30_000, 20)
  huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29)
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
  for (const bytes of [
    Buffer.from(svg),
    Buffer.from("<html>"),
    Buffer.alloc(0),
    // It only begins like one.
    (await picture("#123").png().toBuffer()).subarray(0, 60),
    // More pixels than any camera makes, it says.
    huge,
  ])
    expect(await putPhoto(parley.url, bo, bytes)).toMatchObject({ status: 400 })
  const tooMuch = await putPhoto(parley.url, bo, Buffer.alloc(12_000_001))
  expect(tooMuch.status).toBe(413)
  const stranger = { ...bo, cookie: () => "" }
  expect((await putPhoto(parley.url, stranger, await taken())).status).toBe(401)
  expect(await photoOf(bo)).toBe(before)
})

test("a program with a key of his sets it, too", async () => {
  const { body } = await succeed(company.owner.send("POST", "/api-keys", { name: "Robot" }))
  const program = createProgram(parley.url, String(body.key))
  const response = await fetch(`${parley.url}/api/v1/me/photo?id=${newId()}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${String(body.key)}`, "content-type": "application/octet-stream" },
    body: await picture("#456").webp().toBuffer(),
  })
  expect(response.status).toBe(200)
  const { body: answer } = await program.get("/agents")
  expect(JSON.stringify(answer)).toContain(`/photos/${company.workspaceId}/`)
})
