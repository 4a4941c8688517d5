import type { FastifyRequest } from "fastify"
import { z } from "zod"
import { workspaceCommands } from "../../protocol/commands.ts"
import { conversationCommands } from "../../protocol/conversation-commands.ts"
import { done } from "../../protocol/command.ts"
import { refuse } from "../../protocol/refusals.ts"
import { id } from "../../protocol/values.ts"
import { acts as customerActs } from "../conversations/conversations.ts"
import { makeSmall } from "../files/files.ts"
import type { Sync } from "../sync/sync.ts"
import { acts, type Agent } from "../team/team.ts"
import { describe } from "./described.ts"
import { createLimit } from "./limit.ts"
import { securityOf } from "./openapi.ts"
import { serve, type App } from "./route.ts"
import { PICTURE_HEADERS } from "./sending-file.ts"

/** What cameras make. The desk sends less: only what is shown of it. */
const MOST_BYTES = 12_000_000
/** Put by one agent: each costs memory and a processor's time. */
const PHOTOS = { most: 20, seconds: 10 * 60 }

const FOR_EVER = "public, max-age=31536000, immutable"
/** The address of an earlier one leads to the photo of today, and tomorrow's. */
const FOR_A_WHILE = "public, max-age=300"
/** As long as a file's: whoever loses sight of it does not keep it. */
const WHILE_SEEN = "private, max-age=3600"

const CUSTOMER_PHOTO = "/conversations/:conversationId/customer/photo"

const params = z.object({ workspaceId: id, token: z.string().max(100) })

/**
 * Photos. Of agents: put and removed by themselves, fetched by whoever was told the address, colleagues and customers.
 * Of customers: put, taken away and fetched by who sees the conversation.
 */
export function photoRoutes(app: App, { sync }: { sync: Sync }): void {
  const photos = createLimit(PHOTOS)

  const makePhoto = async (agent: Agent, { body }: FastifyRequest) => {
    if (body === undefined) throw refuse("file-missing")
    if (!photos.take(agent.agentId)) throw refuse("too-often")
    const picture = body instanceof Uint8Array ? await makeSmall(body, "photo") : undefined
    if (picture === undefined) throw refuse("no-picture")
    return picture
  }

  app.register(async (scope) => {
    scope.addContentTypeParser(
      "application/octet-stream",
      { parseAs: "buffer", bodyLimit: MOST_BYTES },
      (_request, body, parsed) => parsed(null, body),
    )
    // Nobody who is not signed in has that much taken from him.
    scope.addHook("onRequest", async (request) => void (await app.accessAgent(request)))
    const put = { method: "PUT", query: z.object({ id }), answer: done } as const
    serve(scope, { ...put, path: "/me/photo" }, async ({ agent, query, request }) =>
      acts.setPhoto(sync, agent, { id: query.id, picture: await makePhoto(agent, request) }),
    )
    serve(scope, { ...put, path: CUSTOMER_PHOTO }, async ({ agent, params, query, request }) => {
      // First: whoever may not see him learns nothing from what he sends.
      await customerActs.accessConversation(sync.db, agent, params.conversationId)
      const picture = await makePhoto(agent, request)
      return customerActs.setCustomerPhoto(sync, agent, params.conversationId, { id: query.id, picture })
    })
  })
  serve(app, workspaceCommands.removePhoto, async ({ agent, body }) => acts.removePhoto(sync, agent, body))
  serve(app, conversationCommands.showCustomerPhoto, async ({ agent, params, body }) =>
    customerActs.showCustomerPhoto(sync, agent, params.conversationId, body),
  )

  app.get("/photos/:workspaceId/:token", { schema: { hide: true, params } }, async (request, reply) => {
    const { workspaceId, token } = params.parse(request.params)
    const found = await acts.findPhoto(sync.db, { workspaceId, path: `/photos/${workspaceId}/${token}` })
    if (found === undefined) throw refuse("not-found")
    return reply
      .headers({
        ...PICTURE_HEADERS,
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": found.isForEver ? FOR_EVER : FOR_A_WHILE,
      })
      .send(found.picture)
  })

  const ofCustomer = z.object({ conversationId: id, photoId: id })
  const path = `${CUSTOMER_PHOTO}/:photoId`
  const schema = { params: ofCustomer, ...describe("GET", path), ...securityOf("agent") }
  app.get(`/api/v1${path}`, { schema }, async (request, reply) => {
    const agent = await app.accessAgent(request)
    const picture = await customerActs.findCustomerPhoto(sync, agent, ofCustomer.parse(request.params))
    return reply.headers({ ...PICTURE_HEADERS, "cache-control": WHILE_SEEN }).send(picture)
  })
}
