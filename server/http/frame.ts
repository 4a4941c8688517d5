import { setTimeout as wait } from "node:timers/promises"
import helmet from "@fastify/helmet"
import swagger from "@fastify/swagger"
import {
  fastify,
  type FastifyError,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchemaCompiler,
} from "fastify"
import { validatorCompiler } from "fastify-type-provider-zod"
import type { z } from "zod"
import { refuse, Refusal, type RefusalBody, type RefusalCode } from "../../protocol/refusals.ts"
import type { Config } from "../config/config.ts"
import { StorageFailed } from "../files/files.ts"
import type { Sync } from "../sync/sync.ts"
import type { Identity } from "../team/team.ts"
import { createCaller } from "./caller.ts"
import { healthRoutes } from "./health.ts"
import { openapi } from "./openapi.ts"
import { isOwnOrigin } from "./origin.ts"
import { refusalStatus } from "./refusal-status.ts"
import type { App } from "./route.ts"

/** What is not answered this long after the notice is cut off, in milliseconds: service managers wait little longer. */
const LONGEST_STOP = 4_000

/** A fastify without routes of ours: security, parsing, refusals, and who asks. */
export async function createFrame(options: { config: Config; sync: Sync; identity: Identity }): Promise<App> {
  const { config, sync, identity } = options
  const app: App = fastify({
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    bodyLimit: 256 * 1024,
    routerOptions: { maxParamLength: 500 },
    // While stopping, what still comes is answered, each connection ends with its answer, and idle ones are ended.
    return503OnClosing: false,
    forceCloseConnections: "idle",
    requestTimeout: 30_000,
    logger: false,
  })
  // Node keeps a peer's address once it was asked for. One that is gone already has none, and hears no answer.
  app.server.on("connection", (socket) => {
    if (socket.remoteAddress === undefined) socket.destroy()
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializer)
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, sync))
  app.setNotFoundHandler((_request, reply) => answerRefusal(reply, refuse("not-found")))
  app.decorate("accessAgent", createCaller({ sync, identity }))
  await app.register(helmet, headers)
  await app.register(swagger, openapi)
  app.addHook("onRequest", async (request) => {
    const isUnsafe = !["GET", "HEAD", "OPTIONS"].includes(request.method)
    if (isUnsafe && request.url.startsWith("/api/") && !isOwnOrigin(request, config))
      throw refuse("wrong-origin")
  })
  // Who is answered while stopping would otherwise keep his connection for another request, and hold up the stop.
  let isStopping = false
  // The first of the stop: sockets say goodbye when those who send people here have had time to hear of it.
  app.addHook("preClose", async () => {
    isStopping = true
    await wait(config.stopNotice * 1_000)
    setTimeout(() => app.server.closeAllConnections(), LONGEST_STOP).unref()
  })
  app.addHook("onSend", async (request, reply) => {
    if (isStopping) reply.header("connection", "close")
    if (request.url.startsWith("/api/") && !reply.hasHeader("cache-control"))
      reply.header("cache-control", "no-store")
  })
  if (sync.metrics.isWanted)
    app.addHook("onResponse", async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
      const labels = {
        method,
        route: routeOptions.url ?? "none",
        status: `${Math.floor(statusCode / 100)}xx`,
      }
      sync.metrics.took("request", labels, elapsedTime / 1_000)
    })
  healthRoutes(app, { sync, config, isStopping: () => isStopping })
  app.get("/api/openapi.json", { schema: { hide: true } }, async () => app.swagger())
  return app
}

const headers = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      // 'self' does not cover ws: in every browser that is still in use.
      connectSrc: ["'self'", socketOrigins],
      imgSrc: ["'self'", "data:", "blob:"],
      // A recording that is listened to before it is sent.
      mediaSrc: ["'self'", "blob:"],
      // Measured styles of floating parts are set as attributes.
      styleSrc: ["'self'", "'unsafe-inline'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // The widget's script is for other people's pages; its routes say so themselves.
  crossOriginResourcePolicy: { policy: "same-origin" as const },
  // Whether everything is https is the business of whoever put a proxy in front.
  strictTransportSecurity: false,
  referrerPolicy: { policy: "same-origin" as const },
}

function socketOrigins(request: { headers: { host?: string | undefined } }): string {
  const { host } = request.headers
  return host !== undefined && /^[\w.:[\]-]+$/.test(host) ? `ws://${host} wss://${host}` : "'self'"
}

/** Parsing the answer drops what is not declared; `z.encode` would refuse schemas with transforms. */
const serializer =
  ({ schema, url }: Parameters<FastifySchemaCompiler<z.ZodType>>[0]) =>
  (answer: unknown) => {
    const parsed = schema.safeParse(answer)
    if (!parsed.success)
      throw new Error(`The answer of ${url ?? ""} is not what it is declared to be.`, { cause: parsed.error })
    return JSON.stringify(parsed.data)
  }

function answerError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  { database, log }: Sync,
): void {
  if (error instanceof Refusal) return void answerRefusal(reply, error)
  if (error.validation !== undefined) return void answerRefusal(reply, refusalOfInput(error.validation))
  const status = error.statusCode ?? 500
  // Cut off while it still sends, a proxy would never read the answer, and take us for broken.
  if (status === 413) reply.removeHeader("connection")
  // What fastify itself refuses: too large, not JSON, an unknown media type.
  if (status >= 400 && status < 500) return void answerRefusal(reply, refuse("invalid-input"), status)
  const where = { err: error, method: request.method, route: request.routeOptions.url }
  // A full disk, too, is a thing that passes: whoever sends a file goes on with it then.
  if (database.isAway(error) || error instanceof StorageFailed) {
    log.warn(where, "a request could not be served")
    return void answerRefusal(reply, refuse("unavailable"))
  }
  log.error(where, "a request failed")
  void reply
    .code(500)
    .send({ refusal: "broken", message: "Something went wrong on our side." } satisfies RefusalBody)
}

function answerRefusal(reply: FastifyReply, refusal: Refusal, status = refusalStatus[refusal.code]): void {
  const { code, message, details } = refusal
  if (status === 503) reply.header("retry-after", "1")
  void reply
    .code(status)
    .send({ refusal: code, message, ...(details === undefined ? {} : { details }) } satisfies RefusalBody)
}

function refusalOfInput(
  problems: { instancePath: string; message?: string | undefined; keyword: string }[],
): Refusal {
  const fields = problems.map(({ instancePath, message }) => ({
    field: instancePath.slice(1),
    problem: message ?? "",
  }))
  const named = problems.flatMap(({ instancePath, keyword, message }): RefusalCode[] => {
    if (message === "text-too-long") return ["text-too-long"]
    if (/^\/(password|newPassword)$/.test(instancePath) && keyword === "too_small")
      return ["password-too-short"]
    return []
  })
  return refuse(named[0] ?? "invalid-input", { fields })
}
