/** Programs that come with an API key: what they may, how long, and what is kept of a key. */
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { WebSocket } from "ws"
import { PROTOCOL } from "../../protocol/stream.ts"
import { newId } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { createProgram } from "./person.ts"

let company: Company
let stop: () => Promise<void>
let ada: Colleague
let bo: Colleague
let salesId: string

beforeAll(async () => {
  const parley = await openParley()
  stop = parley.stop
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
  salesId = await company.makeTeam([bo], { deliveryMode: "queue" })
})
afterAll(() => stop())

async function make(by: Pick<Colleague, "send"> = ada, name = "Robot") {
  const { body } = await succeed(by.send("POST", "/api-keys", { name }))
  const key = String(body.key)
  return { id: String(body.id), key, program: createProgram(company.url, key) }
}

const listed = async (): Promise<Record<string, unknown>[]> => {
  const { body } = await succeed(ada.get("/api-keys"))
  return Array.isArray(body.keys) ? body.keys : []
}

test("a program answers a customer with nothing but its key, as the agent who made it", async () => {
  const { program } = await make()
  const { conversationId } = await company.write("Ines")
  const me = await succeed(program.get("/me"))
  expect(me.body).toMatchObject({ agentId: ada.agentId, role: "admin", workspaceId: company.workspaceId })
  expect(me.body.teamIds).toEqual([company.everyoneId])
  const { lastAddressId: addressId } = await company.see(ada, "Ines")
  const expects = { assigneeId: null, isOpen: true, lastAnswerId: null }
  const path = `/conversations/${conversationId}/answers`
  await succeed(program.send("POST", path, { text: "By a program", addressId, expects }))
  expect((await company.timeline(ada, "Ines")).at(-1)?.body).toMatchObject({
    agentId: ada.agentId,
    text: "By a program",
  })
  for (const [kind, id] of [
    ["agents", bo.agentId],
    ["teams", salesId],
    ["sources", company.sourceId],
    ["workspace", company.workspaceId],
  ] as const) {
    const { body } = await succeed(program.get(`/${kind}`))
    expect(body.rows, kind).toEqual(expect.arrayContaining([expect.objectContaining({ id })]))
  }
})

test("its rights are those of its agent at the very moment, and it is dead while he is disabled", async () => {
  const dee = await company.hire("Dee", { role: "admin" })
  const { program } = await make(dee)
  await company.write("Sven", { at: await company.makeSource(salesId) })
  const path = `/conversations/${company.customers.get("Sven")?.conversationId}`
  const change = (body: object) => succeed(company.owner.send("PATCH", `/agents/${dee.agentId}`, body))
  expect((await program.get(path)).status).toBe(200)
  await change({ role: "agent" })
  expect((await program.get(path)).status).toBe(404)
  expect((await program.send("POST", "/teams", { name: "Mine", memberIds: [] })).status).toBe(403)
  await change({ isDisabled: true })
  expect((await program.get("/me")).status).toBe(401)
  await change({ isDisabled: false })
  expect((await program.get("/me")).status).toBe(200)
})

test("a revoked key opens nothing, and the stream that was opened with it ends", async () => {
  const { id, key, program } = await make()
  const socket = new WebSocket(`${company.url.replace("http", "ws")}/api/v1/stream`, {
    headers: { authorization: `Bearer ${key}`, origin: "https://elsewhere.example" },
  })
  const heard: string[] = []
  const closed = new Promise((resolve) => socket.once("close", resolve))
  const welcome = new Promise<void>((resolve) =>
    socket.on("message", (data: Buffer) => {
      heard.push(data.toString())
      if (data.toString().includes("welcome")) resolve()
    }),
  )
  socket.on("open", () => socket.send(JSON.stringify({ kind: "hello", protocol: PROTOCOL })))
  await welcome
  await succeed(ada.send("DELETE", `/api-keys/${id}`))
  await closed
  expect(heard.at(-1)).toContain("signed-out")
  expect((await program.get("/me")).status).toBe(401)
  expect((await listed()).map((each) => each.id)).not.toContain(id)
})

test("nothing that is kept contains a key, and it is answered once", async () => {
  const id = newId()
  const { body } = await succeed(ada.send("POST", "/api-keys", { id, name: "Once" }))
  const key = String(body.key)
  expect(key).toMatch(/^parley_[\w-]{43}$/)
  const again = await succeed(ada.send("POST", "/api-keys", { id, name: "Once" }))
  expect(again.body).toEqual({ ...body, key: null })
  expect((await createProgram(company.url, key).get("/me")).status).toBe(200)
  for (const table of ["api_keys", "commands", "changes", "jobs"]) {
    const { rows } = await sql<{ line: string }>`select t::text as line from ${sql.table(table)} t`.execute(
      company.database.db,
    )
    expect(rows.map(({ line }) => line).join("\n"), table).not.toContain(key.slice(12))
  }
})

test("a key opens its own workspace only, and beats whatever cookie comes with it", async () => {
  const other = await createCompany(company)
  const { program } = await make()
  const elsewhere = { "parley-workspace": other.workspaceId }
  expect((await program.ask("GET", "/api/v1/me", undefined, elsewhere)).status).toBe(404)
  const both = await program.ask("GET", "/api/v1/me", undefined, { cookie: bo.cookie() })
  expect(both.body.agentId).toBe(ada.agentId)
  // Another scheme in that header is a proxy's, and the cookie counts.
  const basic = { authorization: "Basic b3BlbjpzZXNhbWU=" }
  expect((await bo.ask("GET", "/api/v1/me", undefined, basic)).body.agentId).toBe(bo.agentId)
})

test("the list tells when a key was last used, to within ten minutes and without a write each time", async () => {
  const { id, program } = await make()
  const usedAt = async () => (await listed()).find((each) => each.id === id)?.usedAt
  expect(await usedAt()).toBeNull()
  await succeed(program.get("/me"))
  const first = await usedAt()
  company.clock.advance(9 * 60)
  await succeed(program.get("/me"))
  expect(await usedAt()).toBe(first)
  company.clock.advance(60)
  await succeed(program.get("/me"))
  expect(Date.parse(String(await usedAt())) - Date.parse(String(first))).toBe(600_000)
})

test("a program that asks without end is told to wait, and others are not", async () => {
  const [busy, calm] = [await make(), await make()]
  const statuses: number[] = []
  // Not all at once: this is about how many there are, not about how many connections a machine can open.
  const ask = async () => {
    for (let count = 0; count < 55; count += 1) statuses.push((await busy.program.get("/me")).status)
  }
  await Promise.all(Array.from({ length: 22 }, ask))
  expect(statuses.filter((status) => status === 429)).toHaveLength(10)
  expect((await calm.program.get("/me")).status).toBe(200)
}, 60_000)

test("agents who are no admins neither make nor see keys", async () => {
  const { id } = await make()
  expect((await bo.send("POST", "/api-keys", { name: "Mine" })).status).toBe(403)
  expect((await bo.get("/api-keys")).status).toBe(403)
  expect((await bo.send("DELETE", `/api-keys/${id}`)).status).toBe(403)
})
