import type { FastifyRequest } from "fastify"
import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { visitorIdentity, visitorIdentityAnswer, visitorLeaving } from "../../protocol/visitor.ts"
import { identity } from "../channels/channels.ts"
import { identifying } from "../conversations/conversations.ts"
import { visitorKeys } from "../customers/customers.ts"
import { stamp } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import { createLimit } from "./limit.ts"
import type { App } from "./route.ts"
import { uploaderOf } from "./visitor-files.ts"
import type { Website } from "./website.ts"

/** How long a browser is believed without another proof, in milliseconds; its pages prove it every day. */
const PROVEN_FOR = 30 * 24 * 60 * 60_000
/** Of one website's visitor. */
const PROOFS = { most: 20, seconds: 60 }

/** Who is logged in at a website, by its own word. */
export function identityRoutes(
  scope: App,
  { sync, getWebsite }: { sync: Sync; getWebsite(request: FastifyRequest): Promise<Website> },
): void {
  const proofs = createLimit(PROOFS)

  scope.post(
    "/visitor/v1/:sourceId/identify",
    { schema: { hide: true, body: visitorIdentity, response: { 200: visitorIdentityAnswer } } },
    async (request) => {
      const { key, before, proof } = visitorIdentity.parse(request.body)
      const { workspaceId, id: sourceId } = await getWebsite(request)
      const now = sync.clock.now()
      const proven = await identity.proveVisitor(sync.db, sourceId, { proof, now })
      if (typeof proven === "string") throw refuse("not-proven", { why: proven })
      // Names of other addresses are hashes without a colon.
      const value = `user:${proven.userId}`
      if (!proofs.take(`${sourceId} ${value}`)) throw refuse("too-often")
      return identifying.identify(sync, {
        ...{ workspaceId, sourceId, value, key, claims: proven.claims },
        until: stamp(new Date(now.getTime() + PROVEN_FOR)),
        // Only what is named after the key is his beyond doubt: another key may be somebody else's, or have come by a mail.
        own: before === undefined || before.length === key.length ? undefined : visitorKeys.hashOf(before),
        uploaderOf: (of) => uploaderOf(sourceId, of),
      })
    },
  )

  scope.post(
    "/visitor/v1/:sourceId/leave",
    { schema: { hide: true, body: visitorLeaving, response: { 200: z.object({}) } } },
    async (request) => {
      const { key } = visitorLeaving.parse(request.body)
      const { workspaceId, id: sourceId } = await getWebsite(request)
      await visitorKeys.endKey(sync.db, { workspaceId, sourceId }, key)
      return {}
    },
  )
}
