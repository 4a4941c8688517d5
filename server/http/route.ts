import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from "fastify"
import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { id, inboxKey } from "../../protocol/values.ts"
import { acts, type Agent } from "../team/team.ts"
import { describe } from "./described.ts"
import { securityOf } from "./openapi.ts"

export type App = FastifyInstance

declare module "fastify" {
  interface FastifyInstance {
    /** The agent on whose behalf a request speaks; refuses `not-signed-in` and `not-found`. */
    accessAgent(request: FastifyRequest): Promise<Agent>
  }
}

const API = "/api/v1"

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE"
type ParamsOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Record<Name, string> & ParamsOf<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Record<Name, string>
    : Record<never, string>

/** What a route is, as `protocol/commands` says it; reads have a query instead of a body. */
export type Definition<P extends string, B extends z.ZodType, Q extends z.ZodType, A extends z.ZodType> = {
  method: Method
  path: P
  body?: B
  query?: Q
  answer: A
  /** What guards an account itself is not done with an API key. */
  sessionOnly?: boolean
}

export type Asked<P extends string, B extends z.ZodType, Q extends z.ZodType> = {
  params: ParamsOf<P>
  body: z.output<B>
  query: z.output<Q>
  request: FastifyRequest
  reply: FastifyReply
}

type Handle<I, A extends z.ZodType> = (asked: I) => Promise<z.input<A>>

/** A route of agents under /api/v1: what comes in is parsed, who asks is known, what goes out holds declared fields only. */
export function serve<
  P extends string,
  A extends z.ZodType,
  B extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
>(app: App, definition: Definition<P, B, Q, A>, handle: Handle<Asked<P, B, Q> & { agent: Agent }, A>): void {
  const who = definition.sessionOnly ? "session" : "agent"
  addRoute(app, { ...definition, who }, async (asked) => {
    const agent = await app.accessAgent(asked.request)
    const hasKey = acts.findKey(asked.request.headers.authorization) !== undefined
    if (definition.sessionOnly && hasKey) throw refuse("session-needed")
    return handle({ ...asked, agent })
  })
}

/** A route for those who are not (yet) an agent of the workspace: sign-in, invitations, first start. */
export function serveAnyone<
  P extends string,
  A extends z.ZodType,
  B extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
>(app: App, definition: Definition<P, B, Q, A>, handle: Handle<Asked<P, B, Q>, A>): void {
  addRoute(app, { ...definition, who: "anyone" }, handle)
}

function addRoute<P extends string, A extends z.ZodType, B extends z.ZodType, Q extends z.ZodType>(
  app: App,
  definition: Definition<P, B, Q, A> & { who: Parameters<typeof securityOf>[0] },
  handle: Handle<Asked<P, B, Q>, A>,
): void {
  const { method, path, body, query, answer, who } = definition
  const schema: FastifySchema = {
    ...describe(method, path),
    ...securityOf(who),
    params: paramsOf(path),
    ...(body === undefined ? {} : { body }),
    ...(query === undefined ? {} : { querystring: query }),
    response: { 200: answer },
  }
  app.route({
    method,
    url: API + path,
    schema,
    handler: async (request, reply) => {
      // The validator compiler has replaced all three by what their schemas gave out.
      const asked = { params: request.params, body: request.body, query: request.query, request, reply }
      return handle(asked as Asked<P, B, Q>)
    },
  })
}

const paramRules: Record<string, z.ZodType> = { inbox: inboxKey, token: z.string().min(1).max(500) }

function paramsOf(path: string): z.ZodObject {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name)
  return z.object(Object.fromEntries(names.map((name) => [name, paramRules[name] ?? id])))
}
