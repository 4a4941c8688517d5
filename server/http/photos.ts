import { z } from "zod"
import { workspaceCommands } from "../../protocol/commands.ts"
import { done } from "../../protocol/command.ts"
import { refuse } from "../../protocol/refusals.ts"
import { id } from "../../protocol/values.ts"
import { makeSmall } from "../files/files.ts"
import type { Sync } from "../sync/sync.ts"
import { acts } from "../team/team.ts"
import { createLimit } from "./limit.ts"
import { serve, type App } from "./route.ts"

/** What cameras make. The desk sends less: only what is shown of it. */
const MOST_BYTES = 12_000_000
/** Of one agent: each costs memory and a processor's time. */
const PHOTOS = { most: 20, seconds: 10 * 60 }

const FOR_EVER = "public, max-age=31536000, immutable"
/** The address of an earlier one leads to the photo of today, and tomorrow's. */
const FOR_A_WHILE = "public, max-age=300"

const params = z.object({ workspaceId: id, token: z.string().max(100) })

/** Photos of agents: put and removed by themselves, fetched by whoever was told the address, colleagues and customers. */
export function photoRoutes(app: App, { sync }: { sync: Sync }): void {
  const photos = createLimit(PHOTOS)

  app.register(async (scope) => {
    scope.addContentTypeParser(
      "application/octet-stream",
      { parseAs: "buffer", bodyLimit: MOST_BYTES },
      (_request, body, parsed) => parsed(null, body),
    )
    // Nobody who is not signed in has that much taken from him.
    scope.addHook("onRequest", async (request) => void (await app.accessAgent(request)))
    const set = { method: "PUT", path: "/me/photo", query: z.object({ id }), answer: done } as const
    serve(scope, set, async ({ agent, query, request }) => {
      if (request.body === undefined) throw refuse("file-missing")
      if (!photos.take(agent.agentId)) throw refuse("too-often")
      const picture = request.body instanceof Uint8Array ? await makeSmall(request.body, "photo") : undefined
      if (picture === undefined) throw refuse("no-picture")
      return acts.setPhoto(sync, agent, { id: query.id, picture })
    })
  })
  serve(app, workspaceCommands.removePhoto, async ({ agent, body }) => acts.removePhoto(sync, agent, body))

  app.get("/photos/:workspaceId/:token", { schema: { hide: true, params } }, async (request, reply) => {
    const { workspaceId, token } = params.parse(request.params)
    const found = await acts.findPhoto(sync.db, { workspaceId, path: `/photos/${workspaceId}/${token}` })
    if (found === undefined) throw refuse("not-found")
    return reply
      .headers({
        "content-type": "image/webp",
        "cross-origin-resource-policy": "cross-origin",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": found.isForEver ? FOR_EVER : FOR_A_WHILE,
      })
      .send(found.picture)
  })
}
