import { devicesAnswer, workspaceCommands } from "../../protocol/commands.ts"
import { addDevice, listDevices, removeDevice, type PushService } from "../notifications/notifications.ts"
import type { Sync } from "../sync/sync.ts"
import type { Identity } from "../team/team.ts"
import { serve, type App } from "./route.ts"

/** The agent's browsers that take pushes. */
export function deviceRoutes(
  app: App,
  { sync, identity, push }: { sync: Sync; identity: Identity; push: PushService },
): void {
  const devices = { method: "GET", path: "/me/devices", answer: devicesAnswer, sessionOnly: true } as const
  serve(app, devices, async ({ agent }) => listDevices(sync, agent))
  serve(app, workspaceCommands.addDevice, async ({ agent, body, request }) => {
    const sessionId = await identity.findSession(request.headers.cookie)
    return addDevice({ sync, sessionId, mayReach: push.mayReach }, agent, body)
  })
  serve(app, workspaceCommands.removeDevice, async ({ agent, body }) => removeDevice(sync, agent, body))
}
