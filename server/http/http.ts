/**
 * The HTTP door: one fastify, a file of routes for each subject.
 *
 * Hides parsing and validation by zod (an answer's undeclared fields are dropped, a declared one that is missing
 * is a bug), the mapping of refusals to statuses, security headers, websockets, and which origin may write:
 * commands carry the session in a cookie, so an unsafe request of a browser must come from our own pages.
 * `request.ip`, `request.protocol` and `request.host` are right behind the trusted proxies and nowhere else.
 *
 * Trades: one process-wide limit of body size (256 KB; routes that take more say so), and errors that are not
 * refusals are answered opaquely and logged once, in the frame.
 */
import type { Adapters } from "../channels/channels.ts"
import type { Config } from "../config/config.ts"
import type { FileStore } from "../files/files.ts"
import type { Log } from "../log/log.ts"
import type { PushService } from "../notifications/notifications.ts"
import type { Sync } from "../sync/sync.ts"
import type { Identity } from "../team/team.ts"
import { accountRoutes } from "./account.ts"
import { apiPageRoute } from "./api-page.ts"
import { chatPageRoutes } from "./chat-page.ts"
import { chatPreviewRoutes } from "./chat-preview.ts"
import { conversationRoutes } from "./conversations.ts"
import { deviceRoutes } from "./devices.ts"
import { fileRoutes } from "./files.ts"
import { customerRoutes } from "./customers.ts"
import { createFrame } from "./frame.ts"
import { createGuard } from "./guard.ts"
import { labelRoutes } from "./labels.ts"
import { pageRoutes } from "./pages.ts"
import { photoRoutes } from "./photos.ts"
import { previewRoutes } from "./previews.ts"
import { programRoutes } from "./programs.ts"
import { replyRoutes } from "./replies.ts"
import type { App } from "./route.ts"
import { refuseOtherRoles } from "./roles.ts"
import { acceptUpgrades, streamRoutes } from "./socket.ts"
import { searchRoutes } from "./search.ts"
import { signInRoutes } from "./sign-in.ts"
import { sourceRoutes } from "./sources.ts"
import { teamRoutes } from "./team.ts"
import { visitorRoutes } from "./visitor.ts"
import { webhookRoutes } from "./webhooks.ts"

export type { App } from "./route.ts"
export { forgetLimits } from "./joint-limit.ts"

/** The routes of the roles this process has; it does not listen yet. */
export async function createHttp(joined: {
  config: Config
  log: Log
  sync: Sync
  identity: Identity
  adapters: Adapters
  store: FileStore
  push: PushService
}): Promise<App> {
  const { config, sync, identity, adapters, store, push } = joined
  const app = await createFrame(joined)
  refuseOtherRoles(app, config)
  if (config.roles.has("stream")) {
    acceptUpgrades(app)
    streamRoutes(app, { sync, config })
  }
  // Of these, too, each is refused without its role.
  if (config.roles.has("stream") || config.roles.has("http")) visitorRoutes(app, { sync, config, store })
  if (!config.roles.has("http")) return app
  const guard = createGuard(sync, config)
  accountRoutes(app, { sync, config, identity, guard })
  signInRoutes(app, { sync, identity, guard })
  teamRoutes(app, { sync, config })
  photoRoutes(app, { sync })
  deviceRoutes(app, { sync, identity, push })
  labelRoutes(app, { sync })
  replyRoutes(app, { sync })
  sourceRoutes(app, { sync })
  searchRoutes(app, { sync })
  conversationRoutes(app, { sync, adapters })
  customerRoutes(app, { sync })
  previewRoutes(app, { sync })
  fileRoutes(app, { sync, config, store })
  programRoutes(app, { sync })
  webhookRoutes(app, { sync, config, adapters })
  apiPageRoute(app)
  chatPageRoutes(app, { sync })
  chatPreviewRoutes(app, { sync })
  pageRoutes(app, { sync })
  return app
}
