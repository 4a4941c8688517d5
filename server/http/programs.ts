import { workspaceCommands } from "../../protocol/commands.ts"
import { deliveriesAnswer, keysAnswer, webhooksAnswer } from "../../protocol/programs.ts"
import type { Sync } from "../sync/sync.ts"
import { acts } from "../team/team.ts"
import { acts as webhooks } from "../webhooks/webhooks.ts"
import { serve, type App } from "./route.ts"

/** What admins do to let other programs in, and to tell them things. A key cannot make keys: revoking it would not be the end of it. */
export function programRoutes(app: App, { sync }: { sync: Sync }): void {
  const { makeKey, revokeKey, makeWebhook, changeWebhook, deleteWebhook, restoreWebhook } = workspaceCommands
  const { renewWebhookSecret, testWebhook, resendDelivery } = workspaceCommands
  const keys = { method: "GET", path: "/api-keys", answer: keysAnswer, sessionOnly: true } as const
  serve(app, keys, async ({ agent }) => ({ keys: await acts.listKeys(sync, agent) }))
  serve(app, makeKey, async ({ agent, body }) => acts.makeKey(sync, agent, body))
  serve(app, revokeKey, async ({ agent, params, body }) => acts.revokeKey(sync, agent, params.keyId, body))

  const list = { method: "GET", path: "/webhooks", answer: webhooksAnswer } as const
  serve(app, list, async ({ agent }) => webhooks.listWebhooks(sync, agent))
  const deliveries = {
    method: "GET",
    path: "/webhooks/:webhookId/deliveries",
    answer: deliveriesAnswer,
  } as const
  serve(app, deliveries, async ({ agent, params }) => webhooks.listDeliveries(sync, agent, params.webhookId))
  serve(app, makeWebhook, async ({ agent, body }) => webhooks.makeWebhook(sync, agent, body))
  serve(app, changeWebhook, async ({ agent, params, body }) =>
    webhooks.changeWebhook(sync, agent, params.webhookId, body),
  )
  serve(app, deleteWebhook, async ({ agent, params, body }) =>
    webhooks.deleteWebhook(sync, agent, params.webhookId, body),
  )
  serve(app, restoreWebhook, async ({ agent, params, body }) =>
    webhooks.restoreWebhook(sync, agent, params.webhookId, body),
  )
  serve(app, renewWebhookSecret, async ({ agent, params, body }) =>
    webhooks.renewSecret(sync, agent, params.webhookId, body),
  )
  serve(app, testWebhook, async ({ agent, params, body }) =>
    webhooks.testWebhook(sync, agent, params.webhookId, body),
  )
  serve(app, resendDelivery, async ({ agent, params, body }) =>
    webhooks.resendDelivery(sync, agent, params, body),
  )
}
