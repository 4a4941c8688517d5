import { spawnSync } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { toVisitor } from "../../protocol/visitor.ts"
import { LONGEST_VOICE, MOST_PEAKS } from "../../protocol/voice.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { agentUploads, visitorUploads } from "./uploading.ts"
import { createVisitor } from "./visitor-client.ts"

const hasFfmpeg = spawnSync("ffmpeg", ["-version"], { stdio: "ignore" }).error === undefined
if (!hasFfmpeg) console.warn("Skipped in part: ffmpeg is missing: apt-get install ffmpeg")

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
/** A tone of two seconds, as Chromium and Firefox record: Opus in WebM. */
let tone: Buffer<ArrayBuffer>
const voice = { ms: 2_000, peaks: [10, 100, 40, 0] }

beforeAll(async () => {
  parley = await openParley()
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  tone = Buffer.from(await readFile(path.join(import.meta.dirname, "two-seconds.webm")))
})
afterAll(() => parley.stop())

const fetchAs = (agent: Colleague, id: string, query = "", headers: Record<string, string> = {}) =>
  fetch(`${parley.url}/api/v1/files/${id}${query}`, { headers: { cookie: agent.cookie(), ...headers } })
const bytesOf = async (response: Response | Promise<Response>) =>
  Buffer.from(await (await response).arrayBuffer())

/** A visitor writes with this file alone; answers its id. */
async function visitorSends(name: string, bytes: Buffer<ArrayBuffer>, type = "audio/webm"): Promise<string> {
  const { key } = await company.write(name)
  const { whole } = visitorUploads(parley.url, { sourceId: company.sourceId, key })
  const id = await whole({ name: "voice-message.webm", type, bytes, voice })
  const said = await createVisitor(parley.url, company.sourceId, key).ask("messages", {
    ...{ key, id: newId(), text: "", fileIds: [id] },
  })
  expect(said.status).toBe(200)
  return id
}

async function answerWith(name: string, fileIds: string[], more: object = {}) {
  const row = await company.see(ada, name)
  const expects = { assigneeId: row.assigneeId, isOpen: row.isOpen, lastAnswerId: row.lastAnswer?.id ?? null }
  const body = { text: "", fileIds, addressId: row.lastAddressId, expects, ...more }
  return ada.send("POST", `/conversations/${row.id}/answers`, body)
}

async function filesTold(name: string) {
  const key = company.customers.get(name)?.key ?? ""
  const stream = await createVisitor(parley.url, company.sourceId, key).connect({})
  const welcome = toVisitor.parse(await stream.next("welcome"))
  stream.close()
  return welcome.kind === "welcome" ? welcome.messages.flatMap(({ files }) => files) : []
}

async function fileSeen(name: string) {
  const body = (await company.timeline(ada, name)).at(-1)?.body
  return body && "files" in body ? body.files[0] : undefined
}

describe("a voice message", () => {
  test("of a visitor is seen with its length and waveform, in the timeline and in the row", async () => {
    const id = await visitorSends("Ines", tone)
    expect(await fileSeen("Ines")).toMatchObject({ id, type: "audio/webm", voice, width: null })
    expect((await company.see(ada, "Ines")).last).toMatchObject({ text: "", hasFiles: true, voiceMs: 2_000 })
    expect((await filesTold("Ines")).at(-1)).toMatchObject({ id, voice })
  })

  test("of a note is for no customer; of an answer it is for its customer alone", async () => {
    const { conversationId } = await company.write("Sven")
    const { whole } = agentUploads(parley.url, ada)
    const [secret, open] = [await whole({ bytes: tone, voice }), await whole({ bytes: tone, voice })]
    await succeed(ada.send("POST", `/conversations/${conversationId}/notes`, { text: "", fileIds: [secret] }))
    await succeed(answerWith("Sven", [open]))
    const told = await filesTold("Sven")
    expect(told.map(({ id }) => id)).toEqual([open])
    const link = told[0]?.path ?? ""
    expect((await fetch(parley.url + link)).status).toBe(200)
    expect((await fetch(parley.url + link.replace(open, secret))).status).toBe(404)
    const bo = await company.hire("Bo")
    const salesId = await company.makeTeam([])
    const toSales = { to: { kind: "team", teamId: salesId }, expects: { assigneeId: ada.agentId } }
    await succeed(ada.send("POST", `/conversations/${conversationId}/assign`, toSales))
    expect((await fetchAs(bo, secret, "?as=sound")).status).toBe(404)
  })

  test("that is taken back is still one", async () => {
    await company.write("Tove")
    const id = await agentUploads(parley.url, ada).whole({ bytes: tone, voice })
    await succeed(answerWith("Tove", [id], { isUndoable: true }))
    const row = await company.see(ada, "Tove")
    const entryId = row.last?.id
    const back = await succeed(ada.send("POST", `/conversations/${row.id}/entries/${entryId}/unsend`, {}))
    expect(back.body.files).toMatchObject([{ id, voice }])
    await succeed(answerWith("Tove", [id]))
    expect(await fileSeen("Tove")).toMatchObject({ id, voice })
  })

  test.each([
    ["no length", { ...voice, ms: 0 }],
    ["a length beyond all patience", { ...voice, ms: LONGEST_VOICE + 1 }],
    ["part of a millisecond", { ...voice, ms: 1.5 }],
    ["no waveform", { ...voice, peaks: [] }],
    ["a waveform without end", { ...voice, peaks: Array.from({ length: MOST_PEAKS + 1 }, () => 1) }],
    ["a peak above the highest", { ...voice, peaks: [101] }],
    ["a peak below nothing", { ...voice, peaks: [-1] }],
    ["a waveform of words", { ...voice, peaks: ["<b>"] }],
  ])("of %s is refused", async (_what, wrong) => {
    const { begin } = agentUploads(parley.url, ada)
    expect(await begin({ bytes: tone, voice: wrong })).toMatchObject({ status: 400 })
  })

  test.each([
    ["a page with a script", "<!doctype html><script>alert(1)</script>"],
    ["a playlist of our own files", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"],
    ["a list to put together", "ffconcat version 1.0\nfile /etc/passwd\n"],
  ])("that is %s is a download like any other", async (what, content) => {
    const id = await visitorSends(what, Buffer.from(content))
    expect(await fileSeen(what)).toMatchObject({ id, type: "application/octet-stream", voice: null })
    expect((await company.see(ada, what)).last).toMatchObject({ hasFiles: true, voiceMs: null })
    expect((await fetchAs(ada, id, "?as=sound")).status).toBe(404)
    expect((await fetchAs(ada, id)).headers.get("content-disposition")).toMatch(/^attachment/)
  })
})

describe("its bytes", () => {
  test("are given in the ranges that players ask for", async () => {
    const id = await visitorSends("Rune", tone)
    const asked = (range: string) => fetchAs(ada, id, "", { range })
    for (const [range, from, to] of [
      ["bytes=0-1", 0, 2],
      ["bytes=0-", 0, tone.length],
      ["bytes=100-299", 100, 300],
      [`bytes=4000-99999`, 4_000, tone.length],
    ] as const) {
      const got = await asked(range)
      expect(got.status).toBe(206)
      expect(got.headers.get("content-range")).toBe(`bytes ${from}-${to - 1}/${tone.length}`)
      expect(await bytesOf(got)).toEqual(tone.subarray(from, to))
    }
    for (const range of ["bytes=9-1", "bytes=-5", "bytes=0-1,4-5", `bytes=${tone.length}-`, "lines=0-1"]) {
      const got = await asked(range)
      expect(got.status).toBe(200)
      expect(await bytesOf(got)).toEqual(tone)
    }
  })

  test.skipIf(!hasFfmpeg)(
    "are heard by everybody as AAC, made ahead by a job; the original stays",
    async () => {
      const id = await visitorSends("Olga", tone)
      await parley.runDueJobs()
      const sound = await fetchAs(ada, id, "?as=sound")
      expect(sound.headers.get("content-type")).toBe("audio/mp4")
      expect(sound.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox")
      const made = await bytesOf(sound)
      const said = await probe(made)
      expect(said).toContain("Audio: aac")
      expect(said).toMatch(/Duration: 00:00:0(1\.9|2\.0)/)
      const part = await fetchAs(ada, id, "?as=sound", { range: "bytes=10-19" })
      expect(part.headers.get("content-range")).toBe(`bytes 10-19/${made.length}`)
      expect(await bytesOf(part)).toEqual(made.subarray(10, 20))
      // By a customer's link it is heard so, whatever he has.
      const link = (await filesTold("Olga")).at(-1)?.path ?? ""
      expect(await bytesOf(fetch(parley.url + link))).toEqual(made)
      expect(await bytesOf(fetchAs(ada, id))).toEqual(tone)
    },
  )

  test("are played as they came where there is no ffmpeg", async () => {
    const PATH = process.env.PATH
    const id = await visitorSends("Nils", tone)
    process.env.PATH = "/nowhere"
    try {
      await parley.runDueJobs()
      const sound = await fetchAs(ada, id, "?as=sound")
      expect(sound.headers.get("content-type")).toBe("audio/webm")
      expect(await bytesOf(sound)).toEqual(tone)
    } finally {
      process.env.PATH = PATH
    }
    if (!hasFfmpeg) return
    // One was installed since.
    expect((await fetchAs(ada, id, "?as=sound")).headers.get("content-type")).toBe("audio/mp4")
  })

  test("that only begin like sound are tried once, and played as they came", async () => {
    const broken = Buffer.concat([tone.subarray(0, 60), Buffer.alloc(5_000, 7)])
    const id = await visitorSends("Mats", broken)
    expect(await fileSeen("Mats")).toMatchObject({ type: "audio/webm", voice })
    await parley.runDueJobs()
    for (let times = 0; times < 2; times += 1) {
      const sound = await fetchAs(ada, id, "?as=sound")
      expect(sound.status).toBe(200)
      expect(await bytesOf(sound)).toEqual(broken)
    }
  })
})

/** What ffmpeg says of it. */
async function probe(bytes: Buffer): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "parley-voice-"))
  try {
    const file = path.join(folder, "sound")
    await writeFile(file, bytes)
    return spawnSync("ffmpeg", ["-i", file, "-f", "null", "-"], { encoding: "utf8" }).stderr
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
