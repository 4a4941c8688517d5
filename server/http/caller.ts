import type { FastifyRequest } from "fastify"
import { WORKSPACE_HEADER } from "../../protocol/commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import { id } from "../../protocol/values.ts"
import type { Sync } from "../sync/sync.ts"
import { accessAgent, acts, type Agent, type Identity } from "../team/team.ts"
import { createLimit } from "./limit.ts"

/** What one key may ask: twenty a second, in bursts. */
const REQUESTS = { most: 1_200, seconds: 60 }

/**
 * On whose behalf a request speaks: the agent of its API key, else the signed-in person. One who shows a key is never
 * taken for the person of his cookie.
 */
export function createCaller(needs: {
  sync: Sync
  identity: Identity
}): (request: FastifyRequest) => Promise<Agent> {
  const { sync, identity } = needs
  const requests = createLimit(REQUESTS)
  return async (request) => {
    const workspaceId = workspaceOf(request)
    const key = acts.findKey(request.headers.authorization)
    if (key === undefined)
      return accessAgent(sync.db, await identity.findUser(request.headers.cookie), workspaceId)
    const { agent, keyId } = await acts.accessByKey(sync, key, workspaceId)
    if (!requests.take(keyId)) throw refuse("too-often")
    return agent
  }
}

/** Programs and the desk name the workspace in a header; links that a browser follows by itself, in the query. */
function workspaceOf({ headers, url }: FastifyRequest): string | undefined {
  // Of the address itself: a route's schema leaves in `query` only what the route asks for.
  const [, query] = url.split("?", 2)
  const named = headers[WORKSPACE_HEADER] ?? new URLSearchParams(query).get("workspace")
  if (named === null) return undefined
  const workspaceId = id.safeParse(named)
  if (!workspaceId.success) throw refuse("not-found")
  return workspaceId.data
}
