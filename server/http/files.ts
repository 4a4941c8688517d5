import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { id } from "../../protocol/values.ts"
import { acts } from "../conversations/conversations.ts"
import { findFile, openFile, type FileStore } from "../files/files.ts"
import type { Sync } from "../sync/sync.ts"
import type { App } from "./route.ts"

const params = z.object({ fileId: id })

/**
 * GET /api/v1/files/:fileId, for agents who may see the conversation it hangs in. Whatever a file is, it cannot run:
 * only pictures of pixels are shown in place, all else is a download of no type, and the browser is told not to guess.
 */
export function fileRoutes(app: App, { sync, store }: { sync: Sync; store: FileStore }): void {
  app.get("/api/v1/files/:fileId", { schema: { params } }, async (request, reply) => {
    const { fileId } = params.parse(request.params)
    const agent = await app.accessAgent(request)
    const file = await findFile(sync.db, agent.workspaceId, fileId)
    if (file === undefined) throw refuse("not-found")
    await acts.accessEntry(sync.db, agent, file.entryId)
    const open = await openFile(store, file)
    if (open === undefined) throw refuse("not-found")
    return (
      reply
        .header("content-type", open.raster ?? "application/octet-stream")
        .header("content-length", open.size)
        .header("content-disposition", `${open.raster ? "inline" : "attachment"}; ${fileName(file.name)}`)
        .header("content-security-policy", "default-src 'none'; sandbox")
        .header("x-content-type-options", "nosniff")
        // Bytes never change under their id; an hour, because sight of a conversation can be lost.
        .header("cache-control", "private, max-age=3600")
        .send(open.bytes)
    )
  })
}

/** https://www.rfc-editor.org/rfc/rfc6266#section-4.3: plain for old clients, encoded for all others. */
function fileName(name: string): string {
  const plain = name.replace(/[^\w.-]/g, "_")
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `filename="${plain}"; filename*=UTF-8''${encoded}`
}
