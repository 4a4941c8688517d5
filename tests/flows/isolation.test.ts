import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { WebSocket } from "ws"
import { PROTOCOL } from "../../protocol/stream.ts"
import { mentionOf } from "../../protocol/text.ts"
import { newId } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { createProgram } from "./person.ts"
import { routesOf } from "./route-tree.ts"
import { readEverything } from "./whole-workspace.ts"

/** Every id one can name of a workspace. */
type Ids = Record<
  | "workspace"
  | "agent"
  | "team"
  | "source"
  | "conversation"
  | "entry"
  | "address"
  | "file"
  | "invitation"
  | "label"
  | "reply"
  | "remark"
  | "key"
  | "webhook"
  | "delivery",
  string
>
type Attempt = { params?: Partial<Record<string, string>>; query?: string; body?: object }

/** Of no workspace, or for those who are no agents: their own tests say who may do what. */
const forAnyone = new Set([
  "GET /healthz",
  "GET /livez",
  "GET /metrics",
  "GET /api",
  "GET /api/openapi.json",
  "GET /api/v1/session",
  "POST /api/v1/sign-in",
  "POST /api/v1/sign-out",
  "POST /api/v1/forgot-password",
  "POST /api/v1/reset-password",
  "POST /api/v1/workspaces",
  "GET /api/v1/invitations/:token|:invitationId",
  "POST /api/v1/invitations/:token|:invitationId/accept",
  "GET /w/:file",
  "GET /try",
  "GET /try/:shoe",
  "GET *",
  "POST /webhooks/sms/:sourceId",
  "POST /webhooks/sms/:sourceId/status",
  "GET /visitor/v1/:sourceId/home",
  "POST /visitor/v1/:sourceId/history",
  "POST /visitor/v1/:sourceId/messages",
  "POST /visitor/v1/:sourceId/seen",
  "GET /visitor/v1/:sourceId/stream",
  "POST /visitor/v1/:sourceId/files",
  "POST /visitor/v1/:sourceId/files/:fileId/cancel",
  "POST /visitor/v1/:sourceId/files/:fileId/parts",
  "GET /files/:token",
])

/** Speaks of the signed-in agent alone; whose workspace it is, is tried for all routes. */
const namesNothing: Attempt[] = []

const saw = { assigneeId: null, isOpen: true, lastAnswerId: null }

/** What an agent of one workspace can try with the ids of another: in the path, and behind his own path in the body. */
const attempts: Record<string, (own: Ids, other: Ids) => Attempt[]> = {
  "POST /api/v1/conversations/:conversationId/answers": (own, other) => [
    { body: { text: "Hi", addressId: other.address, expects: saw } },
    { body: { text: "Hi", addressId: own.address, expects: saw } },
    {
      params: { conversationId: own.conversation },
      body: { text: "Hi", addressId: other.address, expects: saw },
    },
  ],
  "POST /api/v1/conversations/:conversationId/notes": (_, other) => [
    { body: { text: `Look ${mentionOf("agent", other.agent)}` } },
  ],
  "POST /api/v1/conversations/:conversationId/assign": (own, other) => [
    { body: { to: { kind: "agent", agentId: own.agent }, expects: saw } },
    {
      params: { conversationId: own.conversation },
      body: { to: { kind: "agent", agentId: other.agent }, expects: saw },
    },
    {
      params: { conversationId: own.conversation },
      body: { to: { kind: "team", teamId: other.team }, expects: saw },
    },
  ],
  "POST /api/v1/conversations/:conversationId/offer": (own, other) => [
    { body: { agentId: own.agent } },
    { params: { conversationId: own.conversation }, body: { agentId: other.agent } },
  ],
  "POST /api/v1/conversations/:conversationId/decline": () => [{ body: { offerId: newId() } }],
  "POST /api/v1/conversations/:conversationId/close": (_, other) => [
    { body: { lastCustomerEntryId: other.entry } },
  ],
  "POST /api/v1/conversations/:conversationId/reopen": () => [{ body: { undo: true } }],
  "PUT /api/v1/conversations/:conversationId/snooze": (_, other) => [
    { body: { snooze: { until: null }, lastCustomerEntryId: other.entry } },
    { body: { snooze: null, lastCustomerEntryId: null } },
  ],
  "PUT /api/v1/conversations/:conversationId/draft": () => [
    { body: { text: "Mine", isNote: false, basedOn: null } },
    { body: { text: "", isNote: false, basedOn: null } },
  ],
  "PUT /api/v1/conversations/:conversationId/star": () => [{ body: { isStarred: true } }],
  "PUT /api/v1/conversations/:conversationId/mention": () => [{ body: { isDone: true } }],
  "POST /api/v1/conversations/:conversationId/read": () => [
    { body: { upTo: "2030-01-01T00:00:00.000000Z" } },
  ],
  "POST /api/v1/conversations/:conversationId/unread": (own, other) => [
    { body: { fromEntryId: other.entry } },
    { params: { conversationId: own.conversation }, body: { fromEntryId: other.entry } },
  ],
  "POST /api/v1/conversations/:conversationId/entries/:entryId/resend": (own) => [
    {},
    { params: { conversationId: own.conversation } },
  ],
  "POST /api/v1/conversations/:conversationId/entries/:entryId/unsend": (own) => [
    {},
    { params: { conversationId: own.conversation } },
  ],
  "PUT /api/v1/conversations/:conversationId/entries/:entryId/labels/:labelId": (own) => [
    { body: { isOn: true, make: { name: "stolen", color: "red" } } },
    { body: { isOn: false } },
    { params: { conversationId: own.conversation }, body: { isOn: true } },
    { params: { conversationId: own.conversation, entryId: own.entry }, body: { isOn: true } },
  ],
  "PATCH /api/v1/conversations/:conversationId/customer": () => [{ body: { name: "Stolen" } }],
  "PUT /api/v1/conversations/:conversationId/customer/fields": () => [
    { body: { name: "Plan", value: "Stolen" } },
    { body: { name: "Plan", value: null } },
  ],
  "PUT /api/v1/conversations/:conversationId/customer/remarks/:remarkId": (own) => [
    { body: { text: "Stolen" } },
    { body: { text: null } },
    { params: { conversationId: own.conversation }, body: { text: null } },
  ],
  "PUT /api/v1/conversations/:conversationId/customer/block": () => [{ body: { isBlocked: true } }],
  "GET /api/v1/conversations/:conversationId/customer": () => [{}],
  "GET /api/v1/conversations/:conversationId/customer/history": () => [{}],
  "GET /api/v1/customers/fields": () => namesNothing,
  "GET /api/v1/customers": () => namesNothing,
  "GET /api/v1/customers/export": () => namesNothing,
  "POST /api/v1/customers/import": (_, other) => [
    {
      body: {
        sourceId: other.source,
        isPreview: false,
        rows: [{ line: 1, phone: "+33612345678", fields: [] }],
      },
    },
  ],
  "GET /api/v1/conversations": (_, other) => [{ query: `?inbox=team:${other.team}` }],
  "GET /api/v1/conversations/:conversationId": () => [{}],
  "GET /api/v1/conversations/:conversationId/entries": (own, other) => [
    {},
    { params: { conversationId: own.conversation }, query: `?around=${other.entry}` },
  ],
  "GET /api/v1/files/:fileId": () => [{}],
  "DELETE /api/v1/files/:fileId": () => [{ body: {} }],
  "POST /api/v1/files/:fileId/parts": () => [{ query: "?from=0" }],
  "PATCH /api/v1/agents/:agentId": () => [{ body: { isDisabled: true } }],
  "POST /api/v1/teams": (_, other) => [{ body: { name: "Thieves", memberIds: [other.agent] } }],
  "PATCH /api/v1/teams/:teamId": (own, other) => [
    { body: { name: "Stolen" } },
    { params: { teamId: own.team }, body: { memberIds: [other.agent] } },
  ],
  "PUT /api/v1/me/teams/:teamId": () => [{ body: { isOff: true } }],
  "POST /api/v1/sources": (_, other) => [
    { body: { name: "Theirs", teamId: other.team, settings: { channel: "web-chat" } } },
  ],
  "PATCH /api/v1/sources/:sourceId": (own, other) => [
    { body: { name: "Stolen" } },
    { params: { sourceId: own.source }, body: { teamId: other.team } },
  ],
  "POST /api/v1/invitations": (_, other) => [{ body: { role: "agent", teamIds: [other.team] } }],
  "DELETE /api/v1/invitations/:token|:invitationId": () => [{ body: {} }],
  "PATCH /api/v1/labels/:labelId": () => [{ body: { name: "Stolen" } }],
  "PUT /api/v1/labels/:labelId/merged": (own, other) => [
    { body: { into: own.label } },
    { params: { labelId: own.label }, body: { into: other.label } },
  ],
  "DELETE /api/v1/labels/:labelId": () => [{ body: {} }],
  "POST /api/v1/labels/:labelId/restore": () => [{ body: {} }],
  "POST /api/v1/saved-replies": (_, other) => [{ body: { name: "x", text: "x", teamId: other.team } }],
  "PATCH /api/v1/saved-replies/:replyId": (own, other) => [
    { body: { text: "Stolen" } },
    { params: { replyId: own.reply }, body: { teamId: other.team } },
  ],
  "DELETE /api/v1/saved-replies/:replyId": () => [{ body: {} }],
  "POST /api/v1/saved-replies/:replyId/restore": () => [{ body: {} }],
  "POST /api/v1/files": () => namesNothing,
  "DELETE /api/v1/api-keys/:keyId": () => [{ body: {} }],
  "GET /api/v1/api-keys": () => namesNothing,
  "POST /api/v1/api-keys": () => namesNothing,
  "PATCH /api/v1/webhooks/:webhookId": () => [{ body: { url: "https://thief.example/" } }],
  "DELETE /api/v1/webhooks/:webhookId": () => [{ body: {} }],
  "POST /api/v1/webhooks/:webhookId/restore": () => [{ body: {} }],
  "POST /api/v1/webhooks/:webhookId/secret": () => [{ body: {} }],
  "POST /api/v1/webhooks/:webhookId/test": () => [{ body: {} }],
  "GET /api/v1/webhooks/:webhookId/deliveries": () => [{}],
  "POST /api/v1/webhooks/:webhookId/deliveries/:deliveryId/resend": (own) => [
    { body: {} },
    { params: { webhookId: own.webhook } },
  ],
  "GET /api/v1/webhooks": () => namesNothing,
  "POST /api/v1/webhooks": () => namesNothing,
  "GET /api/v1/me": () => namesNothing,
  "GET /api/v1/agents": () => namesNothing,
  "GET /api/v1/teams": () => namesNothing,
  "GET /api/v1/sources": () => namesNothing,
  "GET /api/v1/workspace": () => namesNothing,
  "GET /api/v1/saved-replies": () => namesNothing,
  "GET /api/v1/labels": () => namesNothing,
  "POST /api/v1/conversations": (_, other) => [
    { body: { sourceId: other.source, to: "+33612345678", text: "Hi" } },
  ],
  "POST /api/v1/labels": () => namesNothing,
  "GET /api/v1/invitations": () => namesNothing,
  "GET /api/v1/stream": () => namesNothing,
  "PATCH /api/v1/me": () => namesNothing,
  "PATCH /api/v1/workspace": () => namesNothing,
  "PUT /api/v1/me/availability": () => namesNothing,
  "PUT /api/v1/me/undo-send": () => namesNothing,
  "PUT /api/v1/me/inboxes/:inbox": () => namesNothing,
}

const hook = { url: "https://quintessence.example/", events: ["message.received"] }

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
  const label = newId()
  await succeed(company.owner.send("POST", "/labels", { id: label, name: "quintessence", color: "red" }))
  const reply = newId()
  const quintessence = { id: reply, name: "quintessence", text: "quintessence", teamId: null }
  await succeed(company.owner.send("POST", "/saved-replies", quintessence))
  const remark = newId()
  await succeed(company.act(ada, "Paris", `customer/remarks/${remark}`, { text: "quintessence" }))
  await succeed(company.act(ada, "Paris", "customer/fields", { name: "Plan", value: "quintessence" }))
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
    address: row.lastAddressId ?? "",
    file,
    invitation: rows[0]?.id ?? "",
    label,
    reply,
    remark,
    key,
    webhook,
    delivery: String(tested.deliveryId),
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
    keyId: ids.key,
    webhookId: ids.webhook,
    deliveryId: ids.delivery,
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
])

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
      const found = route === "GET /api/v1/stream" ? 400 : tries.length > 0 ? 404 : 200
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

/** What makes the routes that name nothing well-formed. */
function bodyFor(route: string): object {
  if (route.endsWith("/me") || route.endsWith("/workspace")) return { name: "Stolen" }
  if (route.endsWith("/webhooks")) return hook
  if (route.endsWith("/api-keys")) return { name: "Stolen" }
  if (route.endsWith("/labels")) return { name: "Stolen", color: "red" }
  if (route.endsWith("/files")) return { name: "Stolen", size: 1, type: "" }
  if (route.endsWith("/availability")) return { awayByHand: true }
  if (route.endsWith("/undo-send")) return { isOn: true }
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
