import { repliesAnswer, workspaceCommands } from "../../protocol/commands.ts"
import { acts } from "../replies/replies.ts"
import type { Sync } from "../sync/sync.ts"
import { serve, type App } from "./route.ts"

/** Saved replies; which were used an answer says itself. */
export function replyRoutes(app: App, { sync }: { sync: Sync }): void {
  const { makeReply, changeReply, deleteReply, restoreReply } = workspaceCommands
  const replies = { method: "GET", path: "/saved-replies", answer: repliesAnswer } as const
  serve(app, replies, async ({ agent }) => acts.listReplies(sync, agent))
  serve(app, makeReply, async ({ agent, body }) => acts.makeReply(sync, agent, body))
  serve(app, changeReply, async ({ agent, params, body }) =>
    acts.changeReply(sync, agent, params.replyId, body),
  )
  serve(app, deleteReply, async ({ agent, params, body }) =>
    acts.deleteReply(sync, agent, params.replyId, body),
  )
  serve(app, restoreReply, async ({ agent, params, body }) =>
    acts.restoreReply(sync, agent, params.replyId, body),
  )
}
