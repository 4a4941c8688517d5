import { labelsAnswer, workspaceCommands } from "../../protocol/commands.ts"
import { acts } from "../labels/labels.ts"
import type { Sync } from "../sync/sync.ts"
import { serve, type App } from "./route.ts"

/** The workspace's labels; putting one on a message is a command of its conversation. */
export function labelRoutes(app: App, { sync }: { sync: Sync }): void {
  const { makeLabel, changeLabel, mergeLabel, deleteLabel, restoreLabel } = workspaceCommands
  const labels = { method: "GET", path: "/labels", answer: labelsAnswer } as const
  serve(app, labels, async ({ agent }) => acts.listLabels(sync, agent))
  serve(app, makeLabel, async ({ agent, body }) => acts.makeLabel(sync, agent, body))
  serve(app, changeLabel, async ({ agent, params, body }) =>
    acts.changeLabel(sync, agent, params.labelId, body),
  )
  serve(app, mergeLabel, async ({ agent, params, body }) =>
    acts.mergeLabel(sync, agent, params.labelId, body),
  )
  serve(app, deleteLabel, async ({ agent, params, body }) =>
    acts.deleteLabel(sync, agent, params.labelId, body),
  )
  serve(app, restoreLabel, async ({ agent, params, body }) =>
    acts.restoreLabel(sync, agent, params.labelId, body),
  )
}
