import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { MOST_OF_PART } from "../../protocol/uploading.ts"
import { newUpload, uploadState } from "../../protocol/uploads.ts"
import { id } from "../../protocol/values.ts"
import type { Config } from "../config/config.ts"
import { acts } from "../conversations/conversations.ts"
import { stamp } from "../db/db.ts"
import { findFile, links, uploads, type FileStore } from "../files/files.ts"
import { enqueue } from "../jobs/jobs.ts"
import type { Sync } from "../sync/sync.ts"
import { describe } from "./described.ts"
import { securityOf } from "./openapi.ts"
import { serve, type App } from "./route.ts"
import { sendFile } from "./sending-file.ts"

const params = z.object({ fileId: id })
const linkParams = z.object({ token: z.string().max(300) })
/**
 * Pictures are shown `small` in timelines and `large` in the viewer, voice messages are heard as `sound`; without it,
 * the file itself.
 */
const query = z.object({ as: z.enum(["small", "large", "sound"]).optional() })
export const partQuery = z.object({ from: z.coerce.number().int().min(0) })

/** Seconds for which a browser may show it without asking again. */
const HOUR = 3_600
const DAY = 86_400

/** Files of agents: up in parts, and down for whoever may see the conversation; and the links that customers get. */
export function fileRoutes(
  app: App,
  { sync, config, store }: { sync: Sync; config: Config; store: FileStore },
): void {
  const needs = uploadNeeds(sync, store)
  const mostBytes = config.mostFileMegabytes * 1_000_000

  const begin = { method: "POST", path: "/files", body: newUpload, answer: uploadState } as const
  serve(app, begin, async ({ agent, body }) => {
    const { id: fileId, ...file } = body
    const at = stamp(sync.clock.now())
    return { received: await uploads.begin(needs, uploadOf(agent, fileId), { ...file, mostBytes, at }) }
  })

  const cancel = { method: "DELETE", path: "/files/:fileId", answer: z.object({}) } as const
  serve(app, cancel, async ({ agent, params }) => {
    await uploads.cancel(needs, uploadOf(agent, params.fileId))
    return {}
  })

  app.register(async (scope) => {
    takeParts(scope)
    const part = {
      method: "POST",
      path: "/files/:fileId/parts",
      query: partQuery,
      answer: uploadState,
    } as const
    serve(scope, part, async ({ agent, params, query, request }) => ({
      received: await uploads.addPart(
        needs,
        uploadOf(agent, params.fileId),
        query.from,
        bytesOf(request.body),
      ),
    }))
  })

  const schema = { params, querystring: query, ...describe("GET", "/files/:fileId"), ...securityOf("agent") }
  app.get("/api/v1/files/:fileId", { schema }, async (request, reply) => {
    const { fileId } = params.parse(request.params)
    const { as } = query.parse(request.query)
    const agent = await app.accessAgent(request)
    const file = await findFile(sync.db, agent.workspaceId, fileId)
    if (file === undefined || file.entryId === null) throw refuse("not-found")
    await acts.accessEntry(sync.db, agent, file.entryId)
    return sendFile(needs, file, { request, reply, as, seconds: HOUR })
  })

  const hidden = { schema: { hide: true, params: linkParams, querystring: query } }
  app.get("/files/:token", hidden, async (request, reply) => {
    const { token } = linkParams.parse(request.params)
    const { as } = query.parse(request.query)
    const linked = links.readLink(sync.database.secret, token, sync.clock.now())
    const file = linked && (await findFile(sync.db, linked.workspaceId, linked.id))
    if (file === undefined || file.entryId === null) throw refuse("not-found")
    reply.header("cross-origin-resource-policy", "cross-origin")
    // Where a photograph was taken stays with who took it: a customer gets what is seen of it.
    const seen = file.width === null ? undefined : "large"
    const shown = as ?? (file.voice === null ? seen : "sound")
    return sendFile(needs, file, { request, reply, as: shown, seconds: DAY })
  })
}

export function uploadNeeds(sync: Sync, store: FileStore): uploads.Needs {
  return {
    db: sync.db,
    store,
    soundCame: ({ workspaceId, id: fileId }) =>
      enqueue(sync.db, { name: "make-sound", workspaceId, payload: { fileId } }),
  }
}

/** Lets the routes of a scope take a part of a file as it is. */
export function takeParts(scope: App): void {
  scope.addContentTypeParser(
    "application/octet-stream",
    { parseAs: "buffer", bodyLimit: MOST_OF_PART },
    (_request, body, done) => done(null, body),
  )
}

export function bytesOf(body: unknown): Uint8Array | undefined {
  return body instanceof Uint8Array ? body : undefined
}

function uploadOf(agent: { workspaceId: string; agentId: string }, fileId: string): uploads.Upload {
  return { workspaceId: agent.workspaceId, id: fileId, uploader: `agent:${agent.agentId}` }
}
