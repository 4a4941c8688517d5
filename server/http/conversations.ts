import { conversationsQuery, entriesQuery, workspaceCommands } from "../../protocol/commands.ts"
import { conversationCommands } from "../../protocol/conversation-commands.ts"
import { page } from "../../protocol/stream.ts"
import type { Adapters } from "../channels/channels.ts"
import { acts } from "../conversations/conversations.ts"
import type { Sync } from "../sync/sync.ts"
import { serve, type App } from "./route.ts"

/** What an agent does with a conversation, and pages of lists and timelines beyond what his replica holds. */
export function conversationRoutes(app: App, needs: { sync: Sync; adapters: Adapters }): void {
  const { sync } = needs
  const {
    answer,
    note,
    assign,
    offer,
    decline,
    close,
    reopen,
    star,
    read,
    unread,
    mention,
    resend,
    label,
    snooze,
    unsend,
    draft,
  } = conversationCommands

  serve(app, answer, async ({ agent, params, body }) =>
    acts.answer(needs, agent, params.conversationId, body),
  )
  serve(app, workspaceCommands.startConversation, async ({ agent, body }) =>
    acts.startConversation(needs, agent, body),
  )
  serve(app, note, async ({ agent, params, body }) => acts.note(sync, agent, params.conversationId, body))
  serve(app, assign, async ({ agent, params, body }) => acts.assign(sync, agent, params.conversationId, body))
  serve(app, offer, async ({ agent, params, body }) => acts.offer(sync, agent, params.conversationId, body))
  serve(app, decline, async ({ agent, params, body }) =>
    acts.decline(sync, agent, params.conversationId, body),
  )
  serve(app, close, async ({ agent, params, body }) => acts.close(sync, agent, params.conversationId, body))
  serve(app, reopen, async ({ agent, params, body }) => acts.reopen(sync, agent, params.conversationId, body))
  serve(app, snooze, async ({ agent, params, body }) => acts.snooze(sync, agent, params.conversationId, body))
  serve(app, star, async ({ agent, params, body }) => acts.star(sync, agent, params.conversationId, body))
  serve(app, read, async ({ agent, params, body }) => acts.read(sync, agent, params.conversationId, body))
  serve(app, unread, async ({ agent, params, body }) => acts.unread(sync, agent, params.conversationId, body))
  serve(app, mention, async ({ agent, params, body }) =>
    acts.mention(sync, agent, params.conversationId, body),
  )
  serve(app, resend, async ({ agent, params, body }) => acts.resend(sync, agent, params, body))
  serve(app, draft, async ({ agent, params, body }) => acts.draft(sync, agent, params.conversationId, body))
  serve(app, unsend, async ({ agent, params, body }) => acts.unsend(sync, agent, params, body))
  serve(app, label, async ({ agent, params, body }) => acts.label(sync, agent, params, body))

  const conversations = {
    method: "GET",
    path: "/conversations",
    query: conversationsQuery,
    answer: page,
  } as const
  serve(app, conversations, async ({ agent, query }) => acts.listConversations(sync, agent, query))
  const conversation = { method: "GET", path: "/conversations/:conversationId", answer: page } as const
  serve(app, conversation, async ({ agent, params }) =>
    acts.getConversation(sync, agent, params.conversationId),
  )
  const entries = {
    method: "GET",
    path: "/conversations/:conversationId/entries",
    query: entriesQuery,
    answer: page,
  } as const
  serve(app, entries, async ({ agent, params, query }) =>
    acts.listEntries(sync, agent, params.conversationId, query),
  )
}
