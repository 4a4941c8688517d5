import type { App } from "../../server/http/http.ts"

/** The routes as fastify holds them, from the tree it prints: four characters a level. */
export function routesOf(app: App): string[] {
  const path: string[] = []
  return app
    .printRoutes({ commonPrefix: false })
    .split("\n")
    .flatMap((line) => {
      const [, indent = "", part = "", methods = ""] = /^([│ ]*)[├└]── (\S+)(?: \((.*)\))?/.exec(line) ?? []
      if (part === "") return []
      path.length = indent.length / 4
      path.push(part)
      return methods
        .split(", ")
        .filter((method) => method !== "" && method !== "HEAD" && method !== "OPTIONS")
        .map((method) => `${method} ${path.join("")}`)
    })
}
