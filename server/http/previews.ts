import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { id } from "../../protocol/values.ts"
import { acts } from "../conversations/conversations.ts"
import { findPicture } from "../previews/previews.ts"
import type { Sync } from "../sync/sync.ts"
import { describe } from "./described.ts"
import { securityOf } from "./openapi.ts"
import type { App } from "./route.ts"
import { PICTURE_HEADERS } from "./sending-file.ts"

const path = "/entries/:entryId/preview-picture"
const params = z.object({ entryId: id })

/** Pictures of previews, for whoever may see the conversation. They never change. */
export function previewRoutes(app: App, { sync }: { sync: Sync }): void {
  const schema = { params, ...describe("GET", path), ...securityOf("agent") }
  app.get(`/api/v1${path}`, { schema }, async (request, reply) => {
    const { entryId } = params.parse(request.params)
    const agent = await app.accessAgent(request)
    await acts.accessEntry(sync.db, agent, entryId)
    const picture = await findPicture(sync.db, agent.workspaceId, entryId)
    if (picture === undefined) throw refuse("not-found")
    return reply
      .headers({
        ...PICTURE_HEADERS,
        // As long as a file's: whoever loses sight of it does not keep it.
        "cache-control": "private, max-age=3600",
      })
      .send(picture)
  })
}
