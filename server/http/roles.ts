import { refuse } from "../../protocol/refusals.ts"
import type { Config, Role } from "../config/config.ts"
import type { App } from "./route.ts"

const ofMachines = new Set(["/livez", "/healthz", "/metrics"])
const streams = /^(?:\/api\/v1|\/visitor\/v1\/[^/]+)\/stream$/

/**
 * A request that has come to a process without the role for it is answered 503 and nothing is done: for balancers and
 * clients that is another try, where "not found" would be an answer.
 */
export function refuseOtherRoles(app: App, { roles }: Config): void {
  app.addHook("onRequest", async ({ url }) => {
    const role = roleFor(url)
    if (role !== undefined && !roles.has(role)) throw refuse("unavailable")
  })
}

function roleFor(url: string): Role | undefined {
  const [path = ""] = url.split("?")
  if (ofMachines.has(path)) return undefined
  return streams.test(path) ? "stream" : "http"
}
