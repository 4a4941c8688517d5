/** What each route of /api/v1 is called in the document of the API, under the heading it stands there. */
const described: Record<string, Record<string, string>> = {
  Conversations: {
    "GET /conversations": "A page of an inbox",
    "GET /conversations/:conversationId": "One conversation",
    "GET /conversations/:conversationId/entries": "A page of a conversation: messages, notes and events",
    "POST /conversations/:conversationId/answers": "Answer the customer",
    "POST /conversations/:conversationId/notes": "Write an internal note",
    "POST /conversations/:conversationId/assign": "Assign to an agent, a team or nobody",
    "POST /conversations/:conversationId/offer": "Suggest to a colleague",
    "POST /conversations/:conversationId/decline": "Decline an offer",
    "POST /conversations/:conversationId/close": "Close",
    "POST /conversations/:conversationId/reopen": "Reopen",
    "PUT /conversations/:conversationId/star": "Star, or take the star away",
    "POST /conversations/:conversationId/read": "Mark as read up to a moment",
    "POST /conversations/:conversationId/unread": "Mark as unread from a message on",
    "PUT /conversations/:conversationId/mention": "Be done with a mention, or not",
    "POST /conversations/:conversationId/entries/:entryId/resend": "Send a failed answer again",
    "PUT /conversations/:conversationId/entries/:entryId/labels/:labelId":
      "Put a label on a message, or take it off",
    "POST /conversations": "Write to a phone number first",
    "PUT /conversations/:conversationId/snooze": "Snooze until a time or until the customer writes, or wake",
    "PUT /conversations/:conversationId/draft": "Keep what the agent is writing for his other devices",
    "POST /conversations/:conversationId/entries/:entryId/unsend": "Take an answer back that is still held",
  },
  Files: {
    "POST /files": "Begin an upload, or ask how much of it is there",
    "POST /files/:fileId/parts": "Upload the next bytes",
    "DELETE /files/:fileId": "Forget an upload that was not sent",
    "GET /files/:fileId": "The bytes of a file that hangs on a message, a picture of it, or its sound",
  },
  Customers: {
    "GET /customers": "A page of the customers the agent may see",
    "GET /customers/fields": "The names of fields in use",
    "GET /customers/export": "All customers as CSV",
    "POST /customers/import": "Import customers, or look at what an import would do",
    "GET /conversations/:conversationId/customer": "What is known of a customer",
    "GET /conversations/:conversationId/customer/history": "When a customer was in touch, and where he was",
    "PATCH /conversations/:conversationId/customer": "Name a customer",
    "PUT /conversations/:conversationId/customer/fields": "Set a field of a customer",
    "PUT /conversations/:conversationId/customer/remarks/:remarkId": "Write, change or delete a remark",
    "PUT /conversations/:conversationId/customer/block": "Block a customer, or unblock him",
  },
  Search: {
    "GET /search": "Find messages, notes, customers and labels",
  },
  Labels: {
    "GET /labels": "All labels, with how many messages carry each",
    "POST /labels": "Make a label",
    "PATCH /labels/:labelId": "Rename or recolour a label",
    "PUT /labels/:labelId/merged": "Merge a label into another, or take that back",
    "DELETE /labels/:labelId": "Delete a label",
    "POST /labels/:labelId/restore": "Take the deletion of a label back",
  },
  "Saved replies": {
    "GET /saved-replies": "The saved replies the agent sees, with how often each was sent",
    "POST /saved-replies": "Make a saved reply",
    "PATCH /saved-replies/:replyId": "Change a saved reply",
    "DELETE /saved-replies/:replyId": "Delete a saved reply",
    "POST /saved-replies/:replyId/restore": "Take the deletion of a saved reply back",
  },
  Me: {
    "GET /me": "On whose behalf the request speaks",
    "PATCH /me": "Change one’s name",
    "PUT /me/undo-send": "Have answers held for a few seconds, or not",
    "PUT /me/availability": "Go Away by hand, or come back",
    "PUT /me/teams/:teamId": "Switch one of one’s teams off or on",
    "PUT /me/notifications": "Choose what to be told of",
    "GET /me/devices": "The browsers that are pushed to, and the key to subscribe with",
    "PUT /me/devices": "Have a browser pushed to",
    "DELETE /me/devices": "Have a browser pushed to no longer",
    "PUT /me/inboxes/:inbox": "Remember filter and order of an inbox",
  },
  Workspace: {
    "GET /workspace": "The workspace",
    "PATCH /workspace": "Rename the workspace",
    "GET /agents": "All agents",
    "PATCH /agents/:agentId": "Change an agent’s role or capacity, disable or enable him",
    "GET /teams": "All teams",
    "POST /teams": "Make a team",
    "PATCH /teams/:teamId": "Change a team: its name, members and rules",
    "GET /invitations": "Invitations that can still be accepted",
    "POST /invitations": "Invite somebody",
    "DELETE /invitations/:invitationId": "Withdraw an invitation",
    "GET /sources": "All sources",
    "POST /sources": "Connect a source",
    "PATCH /sources/:sourceId": "Change a source",
  },
  "API keys": {
    "GET /api-keys": "The keys of the workspace",
    "POST /api-keys": "Make a key",
    "DELETE /api-keys/:keyId": "Revoke a key",
  },
  Webhooks: {
    "GET /webhooks": "All webhooks",
    "POST /webhooks": "Make a webhook",
    "PATCH /webhooks/:webhookId": "Change a webhook, switch it off or on",
    "DELETE /webhooks/:webhookId": "Delete a webhook",
    "POST /webhooks/:webhookId/restore": "Take the deletion of a webhook back",
    "POST /webhooks/:webhookId/secret": "Give a webhook another secret",
    "POST /webhooks/:webhookId/test": "Try a webhook",
    "GET /webhooks/:webhookId/deliveries": "What a webhook was told, and what it answered",
    "POST /webhooks/:webhookId/deliveries/:deliveryId/resend": "Tell a webhook something again",
  },
  "Signing in": {
    "GET /session": "Who is signed in, and where he belongs",
    "POST /workspaces": "Make a workspace",
    "POST /sign-in": "Sign in",
    "POST /sign-out": "Sign out",
    "POST /forgot-password": "Have a link for a new password mailed",
    "POST /reset-password": "Set a new password by such a link",
    "GET /invitations/:token": "What an invitation’s link leads to",
    "POST /invitations/:token/accept": "Accept an invitation",
  },
}

export const TAGS = Object.keys(described)

const known = new Map(
  Object.entries(described).flatMap(([tag, routes]) =>
    Object.entries(routes).map(([route, summary]): [string, { tags: string[]; summary: string }] => [
      route,
      { tags: [tag], summary },
    ]),
  ),
)

/** Heading and name of a route; without one it stands in the document all the same, and a test fails. */
export function describe(method: string, path: string): { tags?: string[]; summary?: string } {
  return known.get(`${method} ${path}`) ?? {}
}
