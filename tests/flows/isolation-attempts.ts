import { mentionOf } from "../../protocol/text.ts"
import { newId } from "../../server/db/db.ts"

/** Every id one can name of a workspace. */
export type Ids = Record<
  | "workspace"
  | "agent"
  | "team"
  | "source"
  | "conversation"
  | "entry"
  | "note"
  | "address"
  | "file"
  | "invitation"
  | "label"
  | "reply"
  | "remark"
  | "photo"
  | "key"
  | "webhook"
  | "delivery"
  | "merge",
  string
>
export type Attempt = { params?: Partial<Record<string, string>>; query?: string; body?: object }

/** Of no workspace, or for those who are no agents: their own tests say who may do what. */
export const forAnyone = new Set([
  "GET /healthz",
  "GET /livez",
  "GET /metrics",
  "GET /api",
  "GET /api/openapi.json",
  "GET /api/v1/session",
  "POST /api/v1/sign-in",
  "POST /api/v1/sign-in/code",
  "POST /api/v1/sign-in/passkey",
  "POST /api/v1/sign-in/passkey/options",
  "GET /api/v1/account",
  "PUT /api/v1/account/password",
  "PUT /api/v1/account/email",
  "POST /api/v1/confirm-email",
  "DELETE /api/v1/account/sessions/:sessionId",
  "POST /api/v1/account/two-factors",
  "DELETE /api/v1/account/two-factors",
  "POST /api/v1/account/two-factors/confirm",
  "POST /api/v1/account/recovery-codes",
  "POST /api/v1/account/passkeys",
  "POST /api/v1/account/passkeys/options",
  "PATCH /api/v1/account/passkeys/:passkeyId",
  "DELETE /api/v1/account/passkeys/:passkeyId",
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
  "POST /visitor/v1/:sourceId/email",
  "POST /visitor/v1/:sourceId/identify",
  "POST /visitor/v1/:sourceId/leave",
  "POST /visitor/v1/:sourceId/reopen",
  "POST /visitor/v1/:sourceId/link",
  "GET /chat/:sourceId",
  "GET /chat-preview",
  "GET /logos/:logoId",
  "GET /unsubscribe/:token",
  "POST /unsubscribe/:token",
  "GET /files/:token",
  "GET /photos/:workspaceId/:token",
])

/** Speaks of the signed-in agent alone; whose workspace it is, is tried for all routes. */
const namesNothing: Attempt[] = []

const saw = { assigneeId: null, isOpen: true, lastAnswerId: null }

/** What an agent of one workspace can try with the ids of another: in the path, and behind his own path in the body. */
export const attempts: Record<string, (own: Ids, other: Ids) => Attempt[]> = {
  "POST /api/v1/conversations/:conversationId/answers": (own, other) => [
    { body: { text: "Hi", addressId: other.address, expects: saw } },
    { body: { text: "Hi", addressId: own.address, expects: saw } },
    {
      params: { conversationId: own.conversation },
      body: { text: "Hi", addressId: other.address, expects: saw },
    },
  ],
  "POST /api/v1/conversations/:conversationId/notes": (own, other) => [
    { body: { text: `Look ${mentionOf("agent", other.agent)}` } },
    { params: { conversationId: own.conversation }, body: { text: "Look", thread: other.note } },
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
  "PUT /api/v1/conversations/:conversationId/draft": (own, other) => [
    {
      params: { conversationId: own.conversation },
      body: { text: "Mine", isNote: true, basedOn: null, thread: other.note },
    },
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
  "GET /api/v1/conversations/:conversationId/merges/preview": (own, other) => [
    { query: `?otherId=${own.conversation}` },
    { params: { conversationId: own.conversation }, query: `?otherId=${other.conversation}` },
  ],
  "POST /api/v1/conversations/:conversationId/merges": (own, other) => [
    { body: { otherId: own.conversation } },
    { params: { conversationId: own.conversation }, body: { otherId: other.conversation } },
  ],
  "POST /api/v1/conversations/:conversationId/merges/:mergeId/undo": (own) => [
    { body: {} },
    { params: { conversationId: own.conversation }, body: {} },
  ],
  "PUT /api/v1/conversations/:conversationId/customer/block": () => [{ body: { isBlocked: true } }],
  "POST /api/v1/conversations/:conversationId/customer/erase": () => [{ body: {} }],
  "PUT /api/v1/conversations/:conversationId/customer/photo": () => [{ query: `?id=${newId()}` }],
  "PATCH /api/v1/conversations/:conversationId/customer/photo": (own, other) => [
    { body: { photoId: null } },
    { params: { conversationId: own.conversation }, body: { photoId: other.photo } },
  ],
  "GET /api/v1/conversations/:conversationId/customer/photo/:photoId": (own) => [
    {},
    { params: { conversationId: own.conversation } },
  ],
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
    { params: { conversationId: own.conversation }, query: `?thread=${other.note}` },
  ],
  "GET /api/v1/files/:fileId": () => [{}],
  "GET /api/v1/entries/:entryId/preview-picture": () => [{}],
  "PUT /api/v1/workspace/previews": () => namesNothing,
  "DELETE /api/v1/files/:fileId": () => [{ body: {} }],
  "POST /api/v1/files/:fileId/parts": () => [{ query: "?from=0" }],
  "DELETE /api/v1/agents/:agentId/two-factors": () => [{ body: {} }],
  "GET /api/v1/agents/two-factors": () => namesNothing,
  "PUT /api/v1/workspace/two-factors": () => namesNothing,
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
  "POST /api/v1/sources/:sourceId/identity-secret": () => [{ body: { change: "make" } }],
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
  // What is found by it, `search.test.ts` looks at.
  "GET /api/v1/search": () => namesNothing,
  "GET /api/v1/labels": () => namesNothing,
  "POST /api/v1/conversations": (_, other) => [
    { body: { sourceId: other.source, to: "+33612345678", text: "Hi" } },
  ],
  "POST /api/v1/labels": () => namesNothing,
  "GET /api/v1/invitations": () => namesNothing,
  "GET /api/v1/stream": () => namesNothing,
  "PATCH /api/v1/me": () => namesNothing,
  "PUT /api/v1/me/photo": () => namesNothing,
  "DELETE /api/v1/me/photo": () => namesNothing,
  "PATCH /api/v1/workspace": () => namesNothing,
  "PUT /api/v1/me/availability": () => namesNothing,
  "PUT /api/v1/me/language": () => namesNothing,
  "PUT /api/v1/me/undo-send": () => namesNothing,
  "PUT /api/v1/me/inboxes/:inbox": () => namesNothing,
  "PUT /api/v1/me/notifications": () => namesNothing,
  "GET /api/v1/me/devices": () => namesNothing,
  "PUT /api/v1/me/devices": () => namesNothing,
  "DELETE /api/v1/me/devices": () => namesNothing,
}

export const hook = { url: "https://quintessence.example/", events: ["message.received"] }
