import { createHash, timingSafeEqual } from "node:crypto"
import type { FastifyRequest } from "fastify"
import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Config } from "../config/config.ts"
import { countJobs } from "../jobs/jobs.ts"
import type { Sync } from "../sync/sync.ts"
import { createLook } from "./look.ts"
import type { App } from "./route.ts"

/** Who looks after processes waits little longer, in milliseconds. */
const WITHIN = 2_000
const hidden = { schema: { hide: true } }

/**
 * What a machine asks that looks after this process, whatever its roles. `/livez`: does it answer at all; if not,
 * starting it anew may help. `/healthz`: can it serve, which takes the database; if not, others may, and starting
 * anew does not help; nor can it for long once it stops. `/metrics`: its figures, for whoever has the token.
 */
export function healthRoutes(app: App, o: { sync: Sync; config: Config; isStopping: () => boolean }): void {
  const { sync, config, isStopping } = o
  const { db, clock, log, database, metrics } = sync
  const reach = createLook(async () => (await sql`select 1`.execute(db)).rows.length === 1, {
    within: WITHIN,
    log,
    what: "the database cannot be reached",
  })
  const lookAtJobs = createLook(() => countJobs(db, clock.now()), {
    within: WITHIN,
    log,
    what: "jobs could not be counted",
  })

  app.get("/livez", hidden, async (_request, reply) =>
    reply.header("cache-control", "no-store").send({ ok: true }),
  )

  app.get("/healthz", hidden, async (_request, reply) => {
    const ok = !isStopping() && ((await reach()) ?? false)
    return reply
      .code(ok ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ ok })
  })

  app.get("/metrics", hidden, async (request, reply) => {
    if (config.metricsToken === undefined) throw refuse("not-found")
    if (!carries(request, config.metricsToken)) throw refuse("not-signed-in")
    const jobs = await lookAtJobs()
    const { used, idle, waiting } = database.connections()
    const { type, body } = await metrics.text({
      databaseReachable: [{ labels: {}, value: jobs === undefined ? 0 : 1 }],
      databaseConnections: [
        { labels: { state: "used" }, value: used },
        { labels: { state: "idle" }, value: idle },
        { labels: { state: "waiting" }, value: waiting },
      ],
      jobs: (jobs ?? []).flatMap(({ name, waiting, running, failed }) => [
        { labels: { name, state: "waiting" }, value: waiting },
        { labels: { name, state: "running" }, value: running },
        { labels: { name, state: "failed" }, value: failed },
      ]),
      longestDueJob: (jobs ?? []).map(({ name, dueFor }) => ({ labels: { name }, value: dueFor })),
    })
    return reply.header("cache-control", "no-store").type(type).send(body)
  })
}

/** Compared by their hashes, so that the time it takes says nothing of how much was right. */
function carries(request: FastifyRequest, token: string): boolean {
  const given = request.headers.authorization ?? ""
  return timingSafeEqual(hashOf(given), hashOf(`Bearer ${token}`))
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest()
}
