import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { sql } from "kysely"
import { sourceRow, type SourceRow } from "../../protocol/rows.ts"
import { sourceLoader } from "../../server/channels/channels.ts"
import { newId, snapshot } from "../../server/db/db.ts"
import { start, type Parley } from "../../server/main.ts"
import { createColleague, createOwner, type Person } from "../flows/person.ts"
import { createTestDatabase, settableClock, type TestDatabase } from "../harness/harness.ts"
import { startFakeTwilio, type FakeTwilio } from "./fake-twilio.ts"

let database: TestDatabase
let parley: Parley
let fake: FakeTwilio
let ada: Person & { workspaceId: string }
let bo: Person
let teamId: string

beforeAll(async () => {
  database = await createTestDatabase()
  fake = await startFakeTwilio()
  parley = await start({ ...database.config, roles: new Set(["http", "stream"]) }, { clock: settableClock() })
  ada = await createOwner(parley.url)
  bo = await createColleague(parley.url, ada, { name: "Bo", email: "bo@acme.example" })
  const { rows } = await sql<{ id: string }>`select id from teams`.execute(database.db)
  teamId = rows[0]?.id ?? ""
})
afterAll(async () => {
  await parley.stop()
  await database.close()
  await fake.stop()
})

/** The rows an agent's replica holds, by their ids. */
async function shown(workspaceId = ada.workspaceId): Promise<Map<string, SourceRow>> {
  const reader = { workspaceId, agentId: newId(), keys: new Set(["workspace"]) }
  return snapshot(database.db, async (tx) => {
    const rows = new Map<string, SourceRow>()
    for await (const ids of sourceLoader.snapshot(tx, reader)) {
      const loaded = await sourceLoader.load(tx, workspaceId, ids, [reader])
      for (const [id, row] of loaded.get(reader.agentId) ?? []) rows.set(id, sourceRow.parse(row))
    }
    return rows
  })
}

const website = () => ({ name: "Shop", teamId, settings: { channel: "web-chat" } })

test("a workspace begins with a website", async () => {
  expect([...(await shown()).values()]).toMatchObject([
    { name: "Website", channel: "web-chat", teamId, settings: { channel: "web-chat", proactive: null } },
  ])
})

test("an admin makes a website and changes what he names of it, and nothing else", async () => {
  const made = await ada.send("POST", "/sources", website())
  expect(made.status).toBe(200)
  const id = String(made.body["id"])
  const before = (await shown()).get(id)
  const proactive = { text: "Questions about sizes?", afterSeconds: 8 }
  const settings = { channel: "web-chat", accent: "#aa3311", proactive }
  expect(await ada.send("PATCH", `/sources/${id}`, { settings })).toMatchObject({ status: 200 })
  expect((await shown()).get(id)).toEqual({
    ...before,
    settings: { ...before?.settings, accent: "#aa3311", proactive: { ...proactive, pages: [] } },
  })
  await ada.send("PATCH", `/sources/${id}`, {
    settings: { channel: "web-chat", proactive: null },
    name: "Shop 2",
  })
  expect((await shown()).get(id)).toMatchObject({
    name: "Shop 2",
    settings: { accent: "#aa3311", proactive: null },
  })
})

test("the same command twice makes one source", async () => {
  const command = { id: newId(), ...website() }
  const [first, second] = [
    await ada.send("POST", "/sources", command),
    await ada.send("POST", "/sources", command),
  ]
  expect(first).toMatchObject({ status: 200, body: { id: command.id } })
  expect(second.body).toEqual(first.body)
})

test("an agent who is no admin sees sources and changes none", async () => {
  const [id] = (await shown()).keys()
  expect(await bo.send("POST", "/sources", website())).toMatchObject({
    status: 403,
    body: { refusal: "not-allowed" },
  })
  expect(await bo.send("PATCH", `/sources/${id}`, { name: "Mine" })).toMatchObject({
    status: 403,
    body: { refusal: "not-allowed" },
  })
})

test("a number's token is in no row and no answer, and stays when something else is changed", async () => {
  const made = await ada.send("POST", "/sources", {
    name: "Number",
    teamId,
    settings: fake.settings("+15005550006"),
  })
  const id = String(made.body["id"])
  const changed = await ada.send("PATCH", `/sources/${id}`, { name: "Renamed" })
  const rows = [...(await shown()).values()]
  expect(rows).toContainEqual(expect.objectContaining({ id, name: "Renamed", channel: "sms" }))
  expect(JSON.stringify([made.body, changed.body, rows])).not.toContain(fake.authToken)
  await parley.runDueJobs()
  expect((await shown()).get(id)?.settings).toMatchObject({ number: "+15005550006", problem: null })
})

test("a number's token is not carried to another server: who changes the address knows the token", async () => {
  const sms = { name: "SMS", teamId, settings: fake.settings("+15005550019") }
  const { body } = await ada.send("POST", "/sources", sms)
  const path = `/sources/${String(body["id"])}`
  const settings = { channel: "sms", apiBase: "https://sms.evil.example" }
  expect(await ada.send("PATCH", path, { settings })).toMatchObject({
    status: 400,
    body: { details: { fields: [{ field: "settings/authToken" }] } },
  })
  const same = { channel: "sms", apiBase: fake.apiBase }
  expect(await ada.send("PATCH", path, { settings: same })).toMatchObject({ status: 200 })
  const known = { ...same, apiBase: `${fake.apiBase}/`, authToken: fake.authToken }
  expect(await ada.send("PATCH", path, { settings: known })).toMatchObject({ status: 200 })
})

test("a problem with the provider is found as soon as the number is connected", async () => {
  const settings = { ...fake.settings("+15005550007"), authToken: "not the right token" }
  const made = await ada.send("POST", "/sources", { name: "Number", teamId, settings })
  await parley.runDueJobs()
  expect((await shown()).get(String(made.body["id"]))?.settings).toMatchObject({ problem: "sign-in-failed" })
})

test("the same number twice, another channel's settings, a foreign team or source are refused", async () => {
  const sms = { name: "Number", teamId, settings: fake.settings("+15005550008") }
  const made = await ada.send("POST", "/sources", sms)
  expect(made.status).toBe(200)
  expect(await ada.send("POST", "/sources", sms)).toMatchObject({
    status: 400,
    body: { refusal: "invalid-input" },
  })
  const elsewhere = { ...sms, teamId: newId(), settings: fake.settings("+15005550009") }
  expect(await ada.send("POST", "/sources", elsewhere)).toMatchObject({ status: 404 })
  const greeting = { settings: { channel: "web-chat", greeting: "Hi" } }
  expect(await ada.send("PATCH", `/sources/${String(made.body["id"])}`, greeting)).toMatchObject({
    status: 400,
  })
  expect(await ada.send("PATCH", `/sources/${newId()}`, { name: "x" })).toMatchObject({ status: 404 })
  for (const settings of [
    { ...sms.settings, number: "0123" },
    { ...sms.settings, apiBase: "ftp://example.com" },
    { ...sms.settings, accountId: "AC1/../x" },
  ])
    expect(await ada.send("POST", "/sources", { ...sms, settings })).toMatchObject({ status: 400 })
})

test("a logo is made anew as a picture, and what is none is refused", async () => {
  const { body } = await ada.send("POST", "/sources", website())
  const id = String(body["id"])
  const change = (logo: Buffer | null) =>
    ada.send("PATCH", `/sources/${id}`, {
      settings: { channel: "web-chat", logo: logo && logo.toString("base64") },
    })
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  expect(await change(svg)).toMatchObject({ status: 400, body: { refusal: "invalid-input" } })
  expect((await change(Buffer.from("<html>"))).status).toBe(400)
  const png = await sharp({ create: { width: 600, height: 30, channels: 3, background: "#0c0" } })
    .png()
    .toBuffer()
  expect((await change(png.subarray(0, 60))).status).toBe(400)
  // A page behind a picture: both are what they are to whoever looks at the beginning or the end.
  expect((await change(Buffer.concat([png, Buffer.from("<script>alert(1)</script>")]))).status).toBe(200)
  const logoOf = async () => {
    const settings = (await shown()).get(id)?.settings
    return settings?.channel === "web-chat" ? settings.logo : undefined
  }
  const first = `${parley.url}/logos/${await logoOf()}`
  const logo = await fetch(first)
  expect(logo.headers.get("content-type")).toBe("image/webp")
  expect(logo.headers.get("x-content-type-options")).toBe("nosniff")
  expect(logo.headers.get("content-security-policy")).toContain("sandbox")
  const bytes = Buffer.from(await logo.arrayBuffer())
  expect(bytes.toString("latin1")).not.toContain("script")
  expect(await sharp(bytes).metadata()).toMatchObject({ format: "webp", width: 256 })
  expect((await change(null)).status).toBe(200)
  expect(await logoOf()).toBe(null)
  expect((await fetch(first)).status).toBe(404)
  expect(
    (await bo.send("PATCH", `/sources/${id}`, { settings: { channel: "web-chat", logo: null } })).status,
  ).toBe(403)
})
