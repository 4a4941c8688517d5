import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crc32, deflateSync, gzipSync } from "node:zlib"
import sharp from "sharp"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { newId, stamp } from "../../server/db/db.ts"
import { enqueue } from "../../server/jobs/jobs.ts"
import { toVisitor } from "../../protocol/visitor.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { agentUploads, visitorUploads, type File } from "./uploading.ts"
import { createVisitor } from "./visitor-client.ts"

/** Stands for the workspace in jobs that belong to none. */
const NOBODY = "00000000-0000-0000-0000-000000000000"

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let bo: Colleague
let salesId: string

beforeAll(async () => {
  parley = await openParley({ mostFileMegabytes: 20 })
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
  salesId = await company.makeTeam([])
})
afterAll(() => parley.stop())

const photo = (o: { text?: string } = {}) =>
  sharp({ create: { width: 900, height: 600, channels: 3, background: "#3f6b5c" } })
    .withExif({
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "48/1 51/1 24/1" },
      IFD0: { Artist: o.text ?? "Ines" },
    })
    .jpeg()
    .toBuffer()

function customer(name: string) {
  const found = company.customers.get(name)
  if (found === undefined) throw new Error(`Nobody is called ${name}.`)
  return found
}

const bytes = (size: number) => randomBytes(size)

async function answerWith(agent: Colleague, name: string, fileIds: string[], text = "") {
  const row = await company.see(agent, name)
  return agent.send("POST", `/conversations/${row.id}/answers`, {
    text,
    fileIds,
    addressId: row.lastAddressId,
    expects: { assigneeId: row.assigneeId, isOpen: row.isOpen, lastAnswerId: row.lastAnswer?.id ?? null },
  })
}

/** What the customer's browser is told of his messages. */
async function toldTo(name: string) {
  const visitor = createVisitor(parley.url, company.sourceId, customer(name).key)
  const stream = await visitor.connect({})
  const welcome = await stream.next("welcome")
  stream.close()
  return toVisitor.parse(welcome).kind === "welcome" ? welcome.messages : []
}

const fetchAs = (agent: Colleague, id: string, query = "") =>
  fetch(`${parley.url}/api/v1/files/${id}${query}`, { headers: { cookie: agent.cookie() } })

describe("an upload", () => {
  test("is whole whatever its parts, however often they come and whichever process takes them", async () => {
    const content = bytes(3_000_000)
    const { begin, part } = agentUploads(parley.url, ada)
    const id = newId()
    expect((await begin({ id, bytes: content })).body).toEqual({ received: 0 })
    // Not the next byte, so nothing is added.
    expect((await part(id, 5, content.subarray(5, 10))).body).toEqual({ received: 0 })
    const first = content.subarray(0, 1_000_000)
    const twice = await Promise.all([part(id, 0, first), part(id, 0, first)])
    expect(twice.map(({ body }) => body.received)).toEqual([1_000_000, 1_000_000])
    expect((await begin({ id, bytes: content })).body).toEqual({ received: 1_000_000 })
    expect(await part(id, 1_000_000, bytes(2_000_001))).toMatchObject({ status: 400 })
    await part(id, 1_000_000, content.subarray(1_000_000, 1_000_001))
    expect((await part(id, 1_000_001, content.subarray(1_000_001))).body).toEqual({ received: 3_000_000 })
    await company.write("Ines")
    await succeed(answerWith(ada, "Ines", [id]))
    // What was sent stays as it is.
    expect((await part(id, 0, bytes(3_000_000))).body).toEqual({ received: 3_000_000 })
    const got = Buffer.from(await (await fetchAs(ada, id)).arrayBuffer())
    const sum = (of: Buffer) => createHash("sha256").update(of).digest("hex")
    expect(sum(got)).toBe(sum(content))
  })

  test("belongs to who began it, until it is sent; nobody fetches what was not sent", async () => {
    const id = await agentUploads(parley.url, ada).whole({ bytes: bytes(10) })
    const others = agentUploads(parley.url, bo)
    expect(await others.begin({ id, bytes: bytes(10) })).toMatchObject({ status: 404 })
    expect(await others.part(id, 0, bytes(10))).toMatchObject({ status: 404 })
    expect((await fetchAs(ada, id)).status).toBe(404)
    await company.write("Olga")
    expect(await answerWith(bo, "Olga", [id])).toMatchObject({
      status: 409,
      body: { refusal: "file-missing" },
    })
    await bo.ask("DELETE", `/api/v1/files/${id}`)
    await succeed(answerWith(ada, "Olga", [id]))
    const another = await answerWith(ada, "Olga", [id])
    expect(another).toMatchObject({ status: 409, body: { refusal: "file-missing" } })
    // Once it is sent it cannot be taken back.
    await ada.ask("DELETE", `/api/v1/files/${id}`)
    expect((await fetchAs(bo, id)).status).toBe(200)
  })

  test("that is not whole, too large, empty or one too many is refused by name", async () => {
    await company.write("Paul")
    const { begin, part } = agentUploads(parley.url, bo)
    const id = newId()
    await begin({ id, bytes: bytes(100) })
    await part(id, 0, bytes(50))
    expect((await answerWith(bo, "Paul", [id])).body.refusal).toBe("file-missing")
    const large = { id: newId(), name: "a", type: "", size: 20_000_001 }
    expect(await bo.ask("POST", "/api/v1/files", large)).toMatchObject({ status: 413 })
    expect(await bo.ask("POST", "/api/v1/files", { ...large, size: 0 })).toMatchObject({ status: 400 })
    for (let count = 1; count < 50; count += 1) await begin({ bytes: bytes(1) })
    expect(await begin({ bytes: bytes(1) })).toMatchObject({ body: { refusal: "too-many-files" } })
    await bo.ask("DELETE", `/api/v1/files/${id}`)
    expect(await begin({ bytes: bytes(1) })).toMatchObject({ status: 200 })
    expect((await answerWith(bo, "Paul", [])).status).toBe(400)
  })
})

describe("who sees a file", () => {
  test("of a customer: the agents of his conversation, and no longer than they see that", async () => {
    const { key } = await company.write("Rosa")
    const file = await photo()
    const id = await visitorUploads(parley.url, { sourceId: company.sourceId, key }).whole({
      name: "C:\\fake\\boots.jpg",
      bytes: file,
    })
    const visitor = createVisitor(parley.url, company.sourceId, key)
    expect((await visitor.ask("messages", { key, id: newId(), text: "", fileIds: [id] })).status).toBe(200)
    const last = (await company.timeline(bo, "Rosa")).at(-1)
    expect(last?.body).toMatchObject({
      type: "message",
      text: "",
      files: [{ id, name: "boots.jpg", type: "image/jpeg", size: file.length, width: 900, height: 600 }],
    })
    expect((await fetchAs(bo, id)).status).toBe(200)
    await succeed(
      ada.send("POST", `/conversations/${customer("Rosa").conversationId}/assign`, {
        to: { kind: "team", teamId: salesId },
        expects: { assigneeId: null },
      }),
    )
    expect((await fetchAs(bo, id)).status).toBe(404)
    expect((await fetchAs(bo, id, "?as=small")).status).toBe(404)
    expect((await fetchAs(ada, id)).status).toBe(200)
  })

  test("of an agent: his customer, by a link that is signed; of a note: no customer at all", async () => {
    const { conversationId } = await company.write("Sven")
    const { whole } = agentUploads(parley.url, ada)
    const [secret, open] = [
      await whole({ bytes: await photo() }),
      await whole({ bytes: bytes(9), name: "offer.pdf" }),
    ]
    await succeed(ada.send("POST", `/conversations/${conversationId}/notes`, { text: "", fileIds: [secret] }))
    await succeed(answerWith(ada, "Sven", [open], "Here"))
    const told = await toldTo("Sven")
    expect(JSON.stringify(told)).not.toContain(secret)
    const path = told.at(-1)?.files[0]?.path ?? ""
    const got = await fetch(parley.url + path)
    expect(got.status).toBe(200)
    expect(got.headers.get("content-disposition")).toContain("attachment")
    expect((await fetch(parley.url + path.replace(open, secret))).status).toBe(404)
    expect((await fetch(`${parley.url}${path}x`)).status).toBe(404)
    expect((await fetch(`${parley.url}/files/${"a.".repeat(9)}`)).status).toBe(404)
  })

  test("a visitor cannot send what another has uploaded", async () => {
    const one = await company.write("Tom")
    const other = await company.write("Ugo")
    const id = await visitorUploads(parley.url, { sourceId: company.sourceId, key: one.key }).whole({
      bytes: bytes(5),
    })
    const { ask } = createVisitor(parley.url, company.sourceId, other.key)
    const said = await ask("messages", { key: other.key, id: newId(), text: "mine", fileIds: [id] })
    expect(said).toMatchObject({ status: 409, body: { refusal: "file-missing" } })
    const thief = visitorUploads(parley.url, { sourceId: company.sourceId, key: other.key })
    expect((await thief.part(id, 0, bytes(5))).status).toBe(404)
  })
})

describe("a picture", () => {
  test("is shown made anew, and where it was taken does not go to customers", async () => {
    await company.write("Vera")
    const id = await agentUploads(parley.url, ada).whole({
      name: "me.jpg",
      bytes: await photo({ text: "Ada" }),
    })
    await succeed(answerWith(ada, "Vera", [id]))
    const small = await fetchAs(ada, id, "?as=small")
    expect(small.headers.get("content-type")).toBe("image/jpeg")
    expect(await sharp(await small.arrayBuffer()).metadata()).toMatchObject({ width: 640, height: 427 })
    const path = (await toldTo("Vera")).at(-1)?.files[0]?.path ?? ""
    for (const query of ["", "?as=small", "?as=large"]) {
      const shown = Buffer.from(await (await fetch(parley.url + path + query)).arrayBuffer())
      const { exif, width } = await sharp(shown).metadata()
      expect({ exif, width }).toEqual({ exif: undefined, width: query === "?as=small" ? 640 : 900 })
    }
    const original = await sharp(await (await fetchAs(ada, id)).arrayBuffer()).metadata()
    expect(original.exif).toBeDefined()
  })
})

describe("what was made to deceive", () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  const html = Buffer.from("<!doctype html><script>alert(1)</script>")
  let png: Buffer
  beforeAll(async () => {
    png = await sharp({ create: { width: 4, height: 4, channels: 3, background: "#fff" } })
      .png()
      .toBuffer()
  })
  /** 30,000 × 30,000 pixels of nothing, as a PNG of one bit a pixel that has a hundred kilobytes. */
  function huge(): Buffer {
    const side = 30_000
    const chunk = (type: string, data: Buffer): Buffer => {
      const head = Buffer.alloc(4)
      head.writeUInt32BE(data.length)
      const body = Buffer.concat([Buffer.from(type), data])
      const sum = Buffer.alloc(4)
      sum.writeUInt32BE(crc32(body))
      return Buffer.concat([head, body, sum])
    }
    const ihdr = Buffer.alloc(13)
    ihdr.writeUInt32BE(side, 0)
    ihdr.writeUInt32BE(side, 4)
    ihdr[8] = 1
    const pixels = deflateSync(Buffer.alloc(side * (1 + side / 8)))
    const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
    return Buffer.concat([
      signature,
      chunk("IHDR", ihdr),
      chunk("IDAT", pixels),
      chunk("IEND", Buffer.alloc(0)),
    ])
  }

  async function send(file: Omit<File, "bytes"> & { bytes: Buffer }) {
    const { key } = await company.write(`Eve ${newId()}`)
    const at = { sourceId: company.sourceId, key }
    const id = await visitorUploads(parley.url, at).whole({ ...file, bytes: Buffer.from(file.bytes) })
    const { ask } = createVisitor(parley.url, company.sourceId, key)
    expect((await ask("messages", { key, id: newId(), text: "", fileIds: [id] })).status).toBe(200)
    const response = await fetchAs(ada, id)
    const name = decodeURIComponent(
      /UTF-8''(.*)$/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "",
    )
    return { id, response, name }
  }

  test.each([
    ["an SVG with a script", () => svg, "x.svg", "image/svg+xml"],
    ["an SVG that says it is a PNG", () => svg, "x.png", "image/png"],
    ["HTML", () => html, "x.html", "text/html"],
    ["HTML that says it is plain text", () => html, "x.txt", "text/plain"],
    ["a picture with a script behind it", () => Buffer.concat([png, html]), "x.png", "image/png"],
    ["a script that goes on as a picture", () => Buffer.concat([html, png]), "x.jpg", "image/jpeg"],
    ["a PDF with HTML", () => Buffer.concat([Buffer.from("%PDF-1.4\n"), html]), "x.pdf", "application/pdf"],
  ])("%s never runs", async (_what, content, name, type) => {
    const { id, response } = await send({ name, type, bytes: content() })
    expect(response.headers.get("content-type")).toBe("application/octet-stream")
    expect(response.headers.get("content-disposition")).toMatch(/^attachment/)
    expect(response.headers.get("x-content-type-options")).toBe("nosniff")
    expect(response.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox")
    const shown = await fetchAs(ada, id, "?as=large")
    // A picture with something behind it is shown without that.
    if (shown.status === 200) expect(Buffer.from(await shown.arrayBuffer()).includes("script")).toBe(false)
    else expect(shown.status).toBe(404)
  })

  test(
    "a picture of 900 million pixels is a download, and nobody waits for it",
    { timeout: 60_000 },
    async () => {
      const { id } = await send({ name: "huge.png", type: "image/png", bytes: huge() })
      expect((await fetchAs(ada, id, "?as=small")).status).toBe(404)
      expect((await fetchAs(ada, id)).status).toBe(200)
    },
  )

  test("an archive that would unpack to a thousandfold is never unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    const before = process.memoryUsage().rss
    const { response } = await send({ name: "bomb.gz", bytes: bomb })
    expect(Number(response.headers.get("content-length"))).toBe(bomb.length)
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000)
  })

  test.each([
    ["a path", "../../etc/passwd", "passwd"],
    ["a Windows path", "..\\..\\boot.ini", "boot.ini"],
    ["control characters", "a\u0000b\r\nSet-Cookie: x\u0007.txt", "ab Set-Cookie: x.txt"],
    ["the order of reading turned round", "photo\u202Egpj.exe", "photogpj.exe"],
    ["nothing", " ", "file"],
    ["very much", `${"a".repeat(900)}.pdf`, `${"a".repeat(196)}.pdf`],
    ["another alphabet and a quote", "مر\"حبا';.txt", "مر\"حبا';.txt"],
  ])("a name of %s is a name and nothing more", async (_what, given, kept) => {
    const { response, name } = await send({ name: given, bytes: html })
    expect(response.status).toBe(200)
    expect(name).toBe(kept)
  })
})

// Last, since the clock does not go back.
describe("with time", () => {
  test("an upload that nobody sent is forgotten with its bytes after two weeks", async () => {
    const { begin, whole } = agentUploads(parley.url, ada)
    const content = bytes(20)
    const id = await whole({ bytes: content })
    const kept = await whole({ bytes: content })
    await company.write("Quin")
    await succeed(answerWith(ada, "Quin", [kept]))
    parley.clock.advance(15 * 86_400)
    const due = { name: "trim", workspaceId: NOBODY, payload: {}, runAt: stamp(parley.clock.now()) } as const
    await enqueue(parley.database.db, due)
    await parley.runDueJobs()
    expect((await begin({ id, bytes: content })).body).toEqual({ received: 0 })
    expect((await fetchAs(ada, kept)).status).toBe(200)
  })

  test("a link to a file ends", async () => {
    await company.write("Wim")
    await succeed(answerWith(ada, "Wim", [await agentUploads(parley.url, ada).whole({ bytes: bytes(9) })]))
    const path = (await toldTo("Wim")).at(-1)?.files[0]?.path ?? ""
    parley.clock.advance(29 * 86_400)
    expect((await fetch(parley.url + path)).status).toBe(200)
    parley.clock.advance(3 * 86_400)
    expect((await fetch(parley.url + path)).status).toBe(404)
  })
})

test("while the disk takes nothing, a file waits and then arrives whole", async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), "parley-full-"))
  const other = await openParley({ dataFolder })
  try {
    const there = await createCompany(other)
    const { begin, part } = agentUploads(other.url, await there.hire("Ada"))
    const file = { id: newId(), name: "a.bin", bytes: bytes(1_000) }
    expect(await begin(file)).toMatchObject({ status: 200 })
    const folder = join(dataFolder, "files")
    await rename(folder, `${folder} of before`).catch(() => undefined)
    await writeFile(folder, "No folder.")
    const full = await part(file.id, 0, file.bytes)
    expect(full).toMatchObject({ status: 503, body: { refusal: "unavailable" } })
    await rm(folder)
    expect(await part(file.id, 0, file.bytes)).toMatchObject({ status: 200, body: { received: 1_000 } })
  } finally {
    await other.stop()
    await rm(dataFolder, { recursive: true })
  }
})
