import { workspaceCommands } from "../../protocol/commands.ts"
import { keysAnswer } from "../../protocol/programs.ts"
import type { Sync } from "../sync/sync.ts"
import { acts } from "../team/team.ts"
import { serve, type App } from "./route.ts"

/** What admins do to let other programs in. A key cannot make keys: revoking it would not be the end of it. */
export function programRoutes(app: App, { sync }: { sync: Sync }): void {
  const { makeKey, revokeKey } = workspaceCommands
  const keys = { method: "GET", path: "/api-keys", answer: keysAnswer, sessionOnly: true } as const
  serve(app, keys, async ({ agent }) => ({ keys: await acts.listKeys(sync, agent) }))
  serve(app, makeKey, async ({ agent, body }) => acts.makeKey(sync, agent, body))
  serve(app, revokeKey, async ({ agent, params, body }) => acts.revokeKey(sync, agent, params.keyId, body))
}
