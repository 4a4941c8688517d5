import { workspaceCommands } from "../../protocol/commands.ts"
import { changeSource, identity, makeSource } from "../channels/channels.ts"
import type { Sync } from "../sync/sync.ts"
import { serve, type App } from "./route.ts"

/** What admins do to sources. */
export function sourceRoutes(app: App, { sync }: { sync: Sync }): void {
  serve(app, workspaceCommands.makeSource, async ({ agent, body }) => makeSource(sync, agent, body))
  serve(app, workspaceCommands.changeSource, async ({ agent, params, body }) =>
    changeSource(sync, agent, params.sourceId, body),
  )
  serve(app, workspaceCommands.changeIdentitySecret, async ({ agent, params, body }) =>
    identity.changeIdentitySecret(sync, agent, params.sourceId, body),
  )
}
