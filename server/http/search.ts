import { refuse } from "../../protocol/refusals.ts"
import { searchAnswer, searchQuery } from "../../protocol/search.ts"
import { search } from "../search/search.ts"
import type { Sync } from "../sync/sync.ts"
import { createLimit } from "./limit.ts"
import { serve, type App } from "./route.ts"

/** The desk asks while somebody types, a few times a second at most. */
const MOST_IN_A_MINUTE = 240

export function searchRoutes(app: App, { sync }: { sync: Sync }): void {
  const limit = createLimit({ most: MOST_IN_A_MINUTE, seconds: 60 })
  const found = { method: "GET", path: "/search", query: searchQuery, answer: searchAnswer } as const
  serve(app, found, async ({ agent, query }) => {
    if (!limit.take(agent.agentId)) throw refuse("too-often")
    return search(sync, agent, query)
  })
}
