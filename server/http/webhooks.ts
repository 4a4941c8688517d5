import type { FastifyRequest } from "fastify"
import { id } from "../../protocol/values.ts"
import { findSource, readWebhook, type Adapters } from "../channels/channels.ts"
import type { Config } from "../config/config.ts"
import { receive, recordDelivery } from "../conversations/conversations.ts"
import type { Sync } from "../sync/sync.ts"
import { originOf } from "./origin.ts"
import type { App } from "./route.ts"

const mostBytes = 64 * 1024

/** Nothing to say: an answer to a message is an agent's to write. */
const emptyTwiml = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

/**
 * What providers tell us. A wrong signature, an unknown source and a malformed id look the same from outside. 200 is
 * answered after the commit; what is not taken now is asked for again by the job `fetch-missed`.
 */
export function webhookRoutes(app: App, needs: { sync: Sync; config: Config; adapters: Adapters }): void {
  const { sync } = needs
  void app.register(async (webhooks: App) => {
    // The signature covers the body as it was sent.
    webhooks.removeAllContentTypeParsers()
    const raw = { parseAs: "string", bodyLimit: mostBytes } as const
    webhooks.addContentTypeParser("application/x-www-form-urlencoded", raw, (_request, body, done) =>
      done(null, body),
    )
    const options = { schema: { hide: true }, bodyLimit: mostBytes }

    webhooks.post("/webhooks/sms/:sourceId", options, async (request, reply) => {
      const told = await read(needs, request, "messages")
      if (told === undefined) return reply.code(403).send()
      await receive(sync, told.messages)
      return reply.type("text/xml").send(emptyTwiml)
    })

    webhooks.post("/webhooks/sms/:sourceId/status", options, async (request, reply) => {
      const told = await read(needs, request, "statuses")
      if (told === undefined) return reply.code(403).send()
      for (const delivery of told.statuses) await recordDelivery(sync, delivery)
      return reply.code(204).send()
    })
  })
}

async function read(
  { sync, config, adapters }: { sync: Sync; config: Config; adapters: Adapters },
  request: FastifyRequest,
  about: "messages" | "statuses",
): Promise<ReturnType<typeof readWebhook>> {
  const { params, body, headers, url } = request
  const sourceId = id.safeParse(Object(params).sourceId).data
  const source = sourceId === undefined ? undefined : await findSource(sync.db, sourceId)
  if (source === undefined || typeof body !== "string") return undefined
  return readWebhook(adapters, {
    source,
    about,
    request: { url: originOf(request, config) + url, headers, body },
  })
}
