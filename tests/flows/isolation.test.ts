import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { WebSocket } from "ws"
import { PROTOCOL } from "../../protocol/stream.ts"
import { toldOfEverything } from "../../protocol/notifications.ts"
import { mentionOf } from "../../protocol/text.ts"
import { newId } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { createProgram } from "./person.ts"
import { routesOf } from "./route-tree.ts"
import { readEverything } from "./whole-workspace.ts"
import { attempts, forAnyone, hook, type Attempt, type Ids } from "./isolation-attempts.ts"
import { plainPicture, putPhoto } from "./uploading.ts"

let parley: Awaited<ReturnType<typeof openParley>>
let thief: Colleague & Company["owner"]
let own: Ids
let other: Ids

beforeAll(async () => {
  parley = await openParley()
  const first = await furnish()
  const second = await furnish()
  own = first.ids
  other = second.ids
  // The owner: nobody may more than he in his own workspace.
  thief = { ...first.company.owner, agentId: own.agent, name: "Ada Byron" }
})
afterAll(() => parley.stop())

/** A workspace in which there is one of everything. */
async function furnish(): Promise<{ company: Company; ids: Ids }> {
  const company = await createCompany(parley)
  const { db } = parley.database
  const ada = await company.hire("Ada", { role: "admin" })
  const team = await company.makeTeam([ada], { deliveryMode: "queue" })
  const { conversationId, lastEntryId } = await company.write("Paris", {
    text: "A secret word: quintessence",
  })
  const row = await company.see(ada, "Paris")
  await succeed(company.owner.send("POST", "/invitations", { role: "agent" }))
  const file = newId()
  await sql`
    insert into files (workspace_id, id, source_id, entry_id, name, type, state, created_at)
    values (${company.workspaceId}, ${file}, ${company.sourceId}, ${lastEntryId}, 'a.png', 'image/png', 'stored', now())`.execute(
    db,
  )
  const note = newId()
  await succeed(company.act(ada, "Paris", "notes", { id: note, text: "quintessence" }))
  const label = newId()
  await succeed(company.owner.send("POST", "/labels", { id: label, name: "quintessence", color: "red" }))
  const reply = newId()
  const quintessence = { id: reply, name: "quintessence", text: "quintessence", teamId: null }
  await succeed(company.owner.send("POST", "/saved-replies", quintessence))
  const remark = newId()
  await succeed(company.act(ada, "Paris", `customer/remarks/${remark}`, { text: "quintessence" }))
  await succeed(company.act(ada, "Paris", "customer/fields", { name: "Plan", value: "quintessence" }))
  const same = await company.write("Paris, too", { text: "quintessence" })
  const { body: merged } = await succeed(
    company.act(ada, "Paris", "merges", { otherId: same.conversationId }),
  )
  await succeed(putPhoto(parley.url, ada, await plainPicture("#345"), { of: { conversationId } }))
  const { photoId } = (await company.see(ada, "Paris")).customer
  const key = newId()
  await succeed(company.owner.send("POST", "/api-keys", { id: key, name: "quintessence" }))
  const webhook = newId()
  await succeed(company.owner.send("POST", "/webhooks", { id: webhook, ...hook }))
  const { body: tested } = await succeed(company.owner.send("POST", `/webhooks/${webhook}/test`))
  const { rows } = await sql<{ id: string }>`
    select id from invitations where workspace_id = ${company.workspaceId} and accepted_by is null`.execute(
    db,
  )
  const ids = {
    workspace: company.workspaceId,
    agent: ada.agentId,
    team,
    source: company.sourceId,
    conversation: conversationId,
    entry: lastEntryId,
    note,
    address: row.lastAddressId ?? "",
    file,
    invitation: rows[0]?.id ?? "",
    label,
    reply,
    remark,
    photo: photoId ?? "",
    key,
    webhook,
    delivery: String(tested.deliveryId),
    merge: String(merged.mergeId),
  }
  return { company, ids }
}

const routes = (): string[] => routesOf(parley.app)
const everythingOf = async (workspaceId: string) => readEverything(parley.database.db, workspaceId)

function fill(path: string, ids: Ids, params: Attempt["params"] = {}): string {
  const known: Record<string, string> = {
    conversationId: ids.conversation,
    entryId: ids.entry,
    agentId: ids.agent,
    teamId: ids.team,
    sourceId: ids.source,
    fileId: ids.file,
    labelId: ids.label,
    replyId: ids.reply,
    remarkId: ids.remark,
    photoId: ids.photo,
    keyId: ids.key,
    webhookId: ids.webhook,
    deliveryId: ids.delivery,
    mergeId: ids.merge,
    invitationId: ids.invitation,
    inbox: "me",
  }
  return path
    .replace(":token|", "")
    .replace(/:(\w+)/g, (_, name: string) => params[name] ?? known[name] ?? name)
}

test("every route is either for anyone or tried with another workspace's ids", () => {
  expect(routes().filter((route) => !forAnyone.has(route) && !(route in attempts))).toEqual([])
  expect([...forAnyone, ...Object.keys(attempts)].filter((route) => !routes().includes(route))).toEqual([])
})

test("whatever an agent names of another workspace is refused, tells him nothing and changes nothing there", async () => {
  const before = await everythingOf(other.workspace)
  for (const [route, make] of Object.entries(attempts)) {
    const [method = "", path = ""] = route.split(" ")
    for (const { params, query = "", body } of make(own, other)) {
      const sent = method === "GET" ? undefined : { id: newId(), ...body }
      const answer = await thief.ask(method, fill(path, other, params) + query, sent)
      expect(answer.status, `${route} answered ${JSON.stringify(answer)}`).toBe(404)
      expect(JSON.stringify(answer.body)).not.toContain("quintessence")
    }
  }
  expect(await everythingOf(other.workspace)).toBe(before)
})

const withSessionOnly = new Set([
  "GET /api/v1/api-keys",
  "POST /api/v1/api-keys",
  "DELETE /api/v1/api-keys/:keyId",
  "GET /api/v1/me/devices",
  "PUT /api/v1/me/devices",
  "DELETE /api/v1/me/devices",
  "DELETE /api/v1/agents/:agentId/two-factors",
])

/** A websocket, and the bytes of a picture. */
const notByJson = new Set(["GET /api/v1/stream", "PUT /api/v1/me/photo"])

test("with an API key all that an agent may do is done, and no more, but for keys themselves", async () => {
  const { body } = await succeed(thief.send("POST", "/api-keys", { name: "Robot" }))
  const robot = createProgram(parley.url, String(body.key))
  const nobody = createProgram(parley.url, `${String(body.key).slice(0, -1)}!`)
  const before = await everythingOf(other.workspace)
  for (const [route, make] of Object.entries(attempts)) {
    const [method = "", path = ""] = route.split(" ")
    const tries = make(own, other)
    for (const { params, query = "", body: told } of tries.length > 0 ? tries : [{}]) {
      const asked = route === "GET /api/v1/conversations" && query === "" ? "?inbox=me" : query
      const sent = method === "GET" ? undefined : { id: newId(), ...bodyFor(route), ...told }
      const send = (by: typeof robot) => by.ask(method, fill(path, other, params) + asked, sent)
      expect((await send(nobody)).status, `${route} without a key`).toBe(401)
      const answer = await send(robot)
      const found = notByJson.has(route) ? 400 : tries.length > 0 ? 404 : 200
      const expected = withSessionOnly.has(route) ? 403 : found
      expect(answer.status, `${route} answered ${JSON.stringify(answer)}`).toBe(expected)
    }
  }
  expect(await everythingOf(other.workspace)).toBe(before)
})

test("nobody acts in a workspace to which he does not belong, on any route", async () => {
  const before = await everythingOf(other.workspace)
  for (const [route, make] of Object.entries(attempts)) {
    const [method = "", path = ""] = route.split(" ")
    if (route === "GET /api/v1/stream") continue
    const [{ query = route === "GET /api/v1/conversations" ? "?inbox=me" : "", body } = {}] = make(
      other,
      other,
    )
    const headers = { "parley-workspace": other.workspace }
    const sent = method === "GET" ? undefined : { id: newId(), ...bodyFor(route), ...body }
    const answer = await thief.ask(method, fill(path, other) + query, sent, headers)
    expect(answer.status, `${route} answered ${JSON.stringify(answer)}`).toBe(404)
  }
  expect(await everythingOf(other.workspace)).toBe(before)
})

const device = {
  endpoint: "https://push.example/stolen",
  keys: { p256dh: `B${"A".repeat(86)}`, auth: "A".repeat(22) },
}

/** What makes the routes that name nothing well-formed. */
function bodyFor(route: string): object {
  if (route.endsWith("/me") || route.endsWith("/workspace")) return { name: "Stolen" }
  if (route.endsWith("/webhooks")) return hook
  if (route.endsWith("/api-keys")) return { name: "Stolen" }
  if (route.endsWith("/labels")) return { name: "Stolen", color: "red" }
  if (route.endsWith("/files")) return { name: "Stolen", size: 1, type: "" }
  if (route.endsWith("/availability")) return { awayByHand: true }
  if (/\/workspace\/(two-factors|previews)$/.test(route)) return { isOn: false }
  if (route.endsWith("/undo-send")) return { isOn: true }
  if (route.endsWith("/me/language")) return { language: "sv" }
  if (route.endsWith("/devices")) return device
  if (route.endsWith("/notifications")) return { preference: toldOfEverything }
  return route.includes("/inboxes/") ? { preference: {} } : {}
}

test("a mention of another workspace's agent or team reaches nobody", async () => {
  const text = `${mentionOf("agent", other.agent)} ${mentionOf("team", other.team)}`
  await succeed(thief.send("POST", `/conversations/${own.conversation}/notes`, { text }))
  const { rows } = await sql`
    select 1 from notices where agent_id = ${other.agent} or conversation_id = ${other.conversation}`.execute(
    parley.database.db,
  )
  expect(rows).toEqual([])
})

test("nobody opens the stream of a workspace to which he does not belong", async () => {
  const address = `${parley.url.replace("http", "ws")}/api/v1/stream?workspace=${other.workspace}`
  const socket = new WebSocket(address, { headers: { cookie: thief.cookie(), origin: parley.url } })
  const heard: string[] = []
  socket.on("message", (data: Buffer) => heard.push(data.toString()))
  const outcome = await new Promise<string>((resolve) => {
    socket.on("unexpected-response", (_, response) => resolve(String(response.statusCode)))
    socket.on("error", () => resolve("error"))
    socket.on("close", (code) => resolve(`closed ${code}`))
    socket.on("open", () => socket.send(JSON.stringify({ kind: "hello", protocol: PROTOCOL })))
  })
  socket.terminate()
  expect(outcome).not.toBe("")
  expect(heard.filter((text) => text.includes("snapshot") || text.includes("welcome"))).toEqual([])
})
