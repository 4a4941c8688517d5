/**
 * The HTTP frame: one fastify, on which every route file hangs its routes.
 *
 * Hides parsing and validation by zod (an answer's undeclared fields are dropped, a declared one that is missing
 * is a bug), the mapping of refusals to statuses, security headers, and which origin may write: commands carry
 * the session in a cookie, so an unsafe request of a browser must come from our own pages. `request.ip`,
 * `request.protocol` and `request.host` are right behind the trusted proxies and nowhere else.
 *
 * Trades: one process-wide limit of body size (256 KB; routes that take more say so), and errors that are not
 * refusals are answered opaquely and logged once, here.
 */
export { createHttp } from "./frame.ts"
export { serve, serveAnyone, type App } from "./route.ts"
export { originOf, isOwnOrigin } from "./origin.ts"
export { createLimit, type Limit } from "./limit.ts"
