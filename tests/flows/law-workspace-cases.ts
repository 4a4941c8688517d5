/** The law's cases of commands that change the workspace. */
import { expect } from "vitest"
import type { WorkspaceCommand } from "../../protocol/commands.ts"
import { toldOfEverything } from "../../protocol/notifications.ts"
import { newId } from "../../server/db/db.ts"
import { succeed, type Colleague } from "./company.ts"
import { expectUnseen, toAgent, assign, act, send, putLabel, type Case, type Stage } from "./law-cases.ts"
import { PASSWORD } from "./person.ts"
import { plainPicture, putPhoto } from "./uploading.ts"

async function makeLabel(by: Colleague, name: string): Promise<{ id: string }> {
  const id = newId()
  await send(by, "POST", "/labels", { id, name, color: "blue" })
  return { id }
}

async function makeFullTeam({ company, name }: Stage, members: Colleague[]): Promise<string> {
  const teamId = await company.makeTeam(members, { deliveryMode: "queue" })
  await company.write(`${name} in a new team`, { at: await company.makeSource(teamId) })
  return teamId
}

const idsOf = (...agents: Colleague[]) => agents.map(({ agentId }) => agentId)

const device = {
  endpoint: "https://push.example/bo",
  keys: { p256dh: `B${"A".repeat(86)}`, auth: "A".repeat(22) },
}

/** Nothing listens there, so what is told to it waits. */
async function* withWebhook(
  { ada, bo }: Stage,
  act: (path: string) => Promise<unknown>,
  what = "",
  method = "POST",
): AsyncGenerator {
  const id = newId()
  yield await send(ada, "POST", "/webhooks", { id, url: "http://127.0.0.1:9/", events: ["note.written"] })
  yield expect((await bo.send(method, `/webhooks/${id}${what}`, { isOn: false })).status).toBe(403)
  yield await act(`/webhooks/${id}${what}`)
}

export const workspaceCases: Record<WorkspaceCommand, Case> = {
  async *makeWebhook({ ada, bo }) {
    const hook = { url: "http://127.0.0.1:9/", events: ["message.received"] }
    yield await send(ada, "POST", "/webhooks", hook)
    yield expect((await bo.send("POST", "/webhooks", hook)).status).toBe(403)
  },
  changeWebhook: (stage) =>
    withWebhook(stage, async (path) => send(stage.ada, "PATCH", path, { isOn: false }), "", "PATCH"),
  deleteWebhook: (stage) => withWebhook(stage, async (path) => send(stage.ada, "DELETE", path), "", "DELETE"),
  restoreWebhook: (stage) => withWebhook(stage, async (path) => send(stage.ada, "POST", path), "/restore"),
  renewWebhookSecret: (stage) => withWebhook(stage, async (path) => send(stage.ada, "POST", path), "/secret"),
  testWebhook: (stage) => withWebhook(stage, async (path) => send(stage.ada, "POST", path), "/test"),
  resendDelivery: (stage) =>
    withWebhook(
      stage,
      async (path) => {
        const { body } = await send(stage.ada, "POST", path)
        const again = path.replace("/test", `/deliveries/${String(body.deliveryId)}/resend`)
        expect((await stage.bo.send("POST", again)).status).toBe(403)
        return send(stage.ada, "POST", again)
      },
      "/test",
    ),
  async *makeKey({ ada, bo }) {
    yield await send(ada, "POST", "/api-keys", { name: "Robot" })
    yield expect((await bo.send("POST", "/api-keys", { name: "Mine" })).status).toBe(403)
  },
  async *revokeKey({ ada, bo }) {
    const id = newId()
    yield await send(ada, "POST", "/api-keys", { id, name: "Robot" })
    yield expect((await bo.send("DELETE", `/api-keys/${id}`)).status).toBe(403)
    yield await send(ada, "DELETE", `/api-keys/${id}`)
  },
  async *makeReply(stage) {
    const { ada, bo, dee, salesId } = stage
    yield await send(ada, "POST", "/saved-replies", { name: "Hello", text: "Hi {customer}", teamId: null })
    yield await send(bo, "POST", "/saved-replies", { name: "Price", text: "Ten.", teamId: salesId })
    expect(await dee.send("POST", "/saved-replies", { name: "x", text: "x", teamId: salesId })).toMatchObject(
      { status: 404 },
    )
  },
  async *changeReply(stage) {
    const { company, ada, salesId } = stage
    const id = newId()
    const path = `/saved-replies/${id}`
    yield await send(ada, "POST", "/saved-replies", { id, name: "Hello", text: "Hi", teamId: salesId })
    yield await send(ada, "PATCH", path, { text: "Hello", teamId: null })
    yield await send(ada, "PATCH", path, { teamId: company.everyoneId })
    yield await send(ada, "PATCH", path, { teamId: salesId })
  },
  async *deleteReply(stage) {
    const id = newId()
    yield await send(stage.bo, "POST", "/saved-replies", { id, name: "x", text: "x", teamId: stage.salesId })
    yield await send(stage.cy, "DELETE", `/saved-replies/${id}`)
  },
  async *restoreReply(stage) {
    const id = newId()
    yield await send(stage.bo, "POST", "/saved-replies", { id, name: "x", text: "x", teamId: stage.salesId })
    yield await send(stage.bo, "DELETE", `/saved-replies/${id}`)
    yield await send(stage.bo, "POST", `/saved-replies/${id}/restore`)
  },
  async *makeLabel({ bo }) {
    yield await send(bo, "POST", "/labels", { name: "late", color: "red" })
  },
  async *changeLabel(stage) {
    const { ada, bo } = stage
    const { id } = await makeLabel(bo, "slow")
    yield await putLabel(stage, bo, id)
    yield await send(ada, "PATCH", `/labels/${id}`, { name: "very slow", color: "amber" })
  },
  async *mergeLabel(stage) {
    const { ada, bo } = stage
    const [one, other] = [await makeLabel(bo, "refund"), await makeLabel(bo, "refunds")]
    yield await putLabel(stage, bo, one.id)
    yield await send(ada, "PUT", `/labels/${one.id}/merged`, { into: other.id })
    yield await putLabel(stage, bo, one.id)
    yield await putLabel(stage, bo, other.id, { isOn: false })
    yield await send(ada, "PUT", `/labels/${one.id}/merged`, { into: null })
  },
  async *deleteLabel(stage) {
    const { id } = await makeLabel(stage.bo, "wrong")
    yield await putLabel(stage, stage.bo, id)
    yield await send(stage.ada, "DELETE", `/labels/${id}`)
  },
  async *restoreLabel(stage) {
    const { id } = await makeLabel(stage.bo, "right")
    yield await putLabel(stage, stage.bo, id)
    yield await send(stage.ada, "DELETE", `/labels/${id}`)
    yield await send(stage.ada, "POST", `/labels/${id}/restore`)
  },
  async *setAvailability(stage) {
    const { bo, dee } = stage
    yield await assign(stage, bo, toAgent(bo))
    yield await send(bo, "PUT", "/me/availability", { awayByHand: true })
    yield await send(bo, "PUT", "/me/availability", { awayByHand: false })
    yield await act(stage, bo, "offer", { agentId: dee.agentId })
    yield await send(dee, "PUT", "/me/availability", { awayByHand: true })
    yield await send(dee, "PUT", "/me/availability", { awayByHand: false })
  },
  async *setTeamOff({ bo, salesId, dee }) {
    yield await send(bo, "PUT", `/me/teams/${salesId}`, { isOff: true })
    yield await send(bo, "PUT", `/me/teams/${salesId}`, { isOff: false })
    yield expect((await dee.send("PUT", `/me/teams/${salesId}`, { isOff: true })).status).toBe(404)
  },
  async *setInbox({ bo, company }) {
    yield await send(bo, "PUT", "/me/inboxes/me", { preference: { order: "oldest" } })
    yield await send(bo, "PUT", `/me/inboxes/team:${company.everyoneId}`, {
      preference: { channels: ["sms"] },
    })
    yield await send(bo, "PUT", "/me/inboxes/me", { preference: {} })
  },
  async *setLanguage({ cy }) {
    yield await send(cy, "PUT", "/me/language", { language: "sv" })
    yield await send(cy, "PUT", "/me/language", { language: null })
  },
  async *setUndoSend({ cy }) {
    yield await send(cy, "PUT", "/me/undo-send", { isOn: true })
    yield await send(cy, "PUT", "/me/undo-send", { isOn: false })
  },
  async *addDevice(stage) {
    yield await send(stage.bo, "PUT", "/me/devices", device)
    yield await assign(stage, stage.ada, toAgent(stage.bo))
  },
  async *removeDevice(stage) {
    yield await send(stage.bo, "PUT", "/me/devices", device)
    yield await send(stage.bo, "DELETE", "/me/devices", { endpoint: device.endpoint })
  },
  async *setNotifications({ bo }) {
    const preference = { ...toldOfEverything, showsText: false }
    yield await send(bo, "PUT", "/me/notifications", { preference })
    yield await send(bo, "PUT", "/me/notifications", { preference: toldOfEverything })
  },
  async *startConversation({ company, bo, cy, dee, salesId }) {
    const settings = {
      channel: "sms",
      number: "+15005550006",
      accountId: `AC${"0".repeat(32)}`,
      authToken: "a token of it",
      apiBase: "http://127.0.0.1:9",
    }
    const made = await send(company.owner, "POST", "/sources", { name: "Sales", teamId: salesId, settings })
    const to = { sourceId: made.body.id, to: "+33612345678", text: "Hello" }
    yield made
    yield expect((await dee.send("POST", "/conversations", to)).status).toBe(404)
    const { body } = await send(bo, "POST", "/conversations", to)
    yield body
    yield await send(bo, "POST", `/conversations/${String(body.conversationId)}/close`, {
      lastCustomerEntryId: null,
    })
    yield await send(cy, "POST", "/conversations", to)
  },
  async *removePhoto({ cy, company }) {
    const picture = await plainPicture("#345")
    yield await putPhoto(company.url, cy, picture)
    yield await putPhoto(company.url, cy, picture)
    yield await send(cy, "DELETE", "/me/photo")
  },
  async *renameSelf({ cy }) {
    yield await send(cy, "PATCH", "/me", { name: "Cyrus" })
    yield await send(cy, "PATCH", "/me", { name: "Cy" })
  },
  async *changeAgent(stage) {
    const { company, bo, dee, eve, screenOf, connect } = stage
    const change = (body: object) => send(company.owner, "PATCH", `/agents/${dee.agentId}`, body)
    yield await expectUnseen(
      stage,
      dee.get(`/conversations/${company.customers.get(stage.name)?.conversationId}`),
    )
    yield expect((await eve.send("PATCH", `/agents/${dee.agentId}`, { capacity: 3 })).status).toBe(403)
    yield await change({ capacity: 3 })
    yield await change({ role: "admin" })
    yield await change({ role: "agent" })
    yield await assign(stage, bo, toAgent(dee))
    await change({ isDisabled: true })
    const screen = screenOf(dee)
    await screen.live.until(() => screen.live.isClosed, "the disabled agent's session ends")
    screen.isOut = true
    yield
    yield await change({ isDisabled: false })
    // Being disabled has signed him out, too.
    const email = screenOf(eve).live.row("agent", dee.agentId)?.email
    await succeed(dee.ask("POST", "/api/v1/sign-in", { email, password: PASSWORD }))
    await connect(screen, screen.live)
    screen.isOut = false
    yield
  },
  async *makeTeam(stage) {
    const { company, bo, dee, eve } = stage
    yield expect((await bo.send("POST", "/teams", { name: "Mine", memberIds: [] })).status).toBe(403)
    yield await send(company.owner, "POST", "/teams", { name: "Empty", memberIds: [] })
    const teamId = await makeFullTeam(stage, [dee])
    yield
    yield await send(company.owner, "PATCH", `/teams/${teamId}`, { memberIds: idsOf(eve) })
  },
  async *changeTeam(stage) {
    const { company, bo, cy, dee, eve } = stage
    const teamId = await makeFullTeam(stage, [bo])
    const change = (body: object) => send(company.owner, "PATCH", `/teams/${teamId}`, body)
    yield
    yield await change({ memberIds: idsOf(bo, cy, dee) })
    yield await change({ memberIds: idsOf(eve), name: "Renamed" })
    yield await change({ offerSeconds: 90, deliveryMode: "offer" })
    const closed = { timeZone: "UTC", days: Array.from({ length: 7 }, () => []), holidays: [] }
    yield await change({ hours: closed })
    // With Everyone closed, too, whoever is in no other team is Away.
    const everyone = (body: object) => send(company.owner, "PATCH", `/teams/${company.everyoneId}`, body)
    yield await everyone({ hours: closed })
    yield await everyone({ hours: null })
    yield await change({ hours: null })
    await company.write(`${stage.name}, too`, { at: await company.makeSource(teamId) })
    yield
    yield await change({ memberIds: [] })
    yield expect((await bo.send("PATCH", `/teams/${teamId}`, { name: "Mine" })).status).toBe(403)
  },
  async *requireTwoFactors({ company, ada }) {
    yield await send(company.owner, "PUT", "/workspace/two-factors", { isOn: true })
    yield expect((await ada.send("PUT", "/workspace/two-factors", { isOn: false })).status).toBe(403)
    yield await send(company.owner, "PUT", "/workspace/two-factors", { isOn: false })
  },
  async *showPreviews({ ada, bo }) {
    yield await send(ada, "PUT", "/workspace/previews", { isOn: false })
    yield expect((await bo.send("PUT", "/workspace/previews", { isOn: true })).status).toBe(403)
    yield await send(ada, "PUT", "/workspace/previews", { isOn: true })
  },
  async *resetTwoFactors({ ada, bo, dee }) {
    yield await send(ada, "DELETE", `/agents/${dee.agentId}/two-factors`)
    yield expect((await bo.send("DELETE", `/agents/${dee.agentId}/two-factors`)).status).toBe(403)
  },
  async *renameWorkspace({ company, bo }) {
    yield await send(company.owner, "PATCH", "/workspace", { name: "Acme & Sons" })
    yield expect((await bo.send("PATCH", "/workspace", { name: "Mine" })).status).toBe(403)
  },
  async *invite({ company, bo, salesId }) {
    yield await send(company.owner, "POST", "/invitations", { teamIds: [salesId] })
    await company.hire(`Fay ${newId().slice(-4)}`, { isAway: true })
    yield
    yield expect((await bo.send("POST", "/invitations")).status).toBe(403)
  },
  async *withdrawInvitation({ company, bo }) {
    const id = newId()
    yield await send(company.owner, "POST", "/invitations", { id })
    yield expect((await bo.send("DELETE", `/invitations/${id}`)).status).toBe(403)
    yield await send(company.owner, "DELETE", `/invitations/${id}`)
  },
  async *makeSource({ company, bo, salesId }) {
    const source = { name: "Second shop", teamId: salesId, settings: { channel: "web-chat" } }
    yield await send(company.owner, "POST", "/sources", source)
    yield expect((await bo.send("POST", "/sources", source)).status).toBe(403)
  },
  async *changeSource(stage) {
    const { company, salesId, name, bo } = stage
    const id = await company.makeSource(salesId)
    await company.write(`${name} elsewhere`, { at: id })
    yield
    yield await send(company.owner, "PATCH", `/sources/${id}`, { name: "Moved", teamId: company.everyoneId })
    yield await company.write(`${name} elsewhere`, { at: id })
    yield await send(company.owner, "PATCH", `/sources/${id}`, {
      settings: { channel: "web-chat", greeting: "Hi" },
    })
    yield expect((await bo.send("PATCH", `/sources/${id}`, { name: "Mine" })).status).toBe(403)
  },

  async *changeIdentitySecret(stage) {
    const { company, salesId, bo } = stage
    const path = `/sources/${await company.makeSource(salesId)}/identity-secret`
    yield
    yield await send(company.owner, "POST", path, { change: "make" })
    yield await send(company.owner, "POST", path, { change: "make" })
    yield await send(company.owner, "POST", path, { change: "end-earlier" })
    yield expect((await bo.send("POST", path, { change: "make" })).status).toBe(403)
  },
}
