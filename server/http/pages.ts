import { fileURLToPath } from "node:url"
import type { FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { id } from "../../protocol/values.ts"
import { launcherSettings, type LauncherSettings } from "../../protocol/visitor.ts"
import { visitors } from "../conversations/conversations.ts"
import { snapshot } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import { makeAsset, readAssets, sendAsset, type Asset } from "./assets.ts"
import { keepAssets } from "./kept-assets.ts"
import type { App } from "./route.ts"
import { emptyShop, shopPage } from "./shop.ts"
import { findFirstWebsite, findWebsite, type Website } from "./website.ts"

const DESK = fileURLToPath(new URL("../../.build/desk", import.meta.url))
const WIDGET = fileURLToPath(new URL("../../.build/widget", import.meta.url))

/** How long a customer's page may show old settings; a page load in between costs no request. */
const LOADER_CACHE = "public, max-age=60, stale-while-revalidate=86400"
const LOADER_LIFE = 3_000

const loaderFile = /^([0-9a-f-]{36})\.js$/
const builtWidget = z.object({ "panel.tsx": z.object({ file: z.string() }) })

/** Everything that is a page or belongs to one: the widget's scripts, the make-believe shop, the desk. */
export function pageRoutes(app: App, { sync }: { sync: Sync }): void {
  const desk = readAssets(DESK)
  const widget = readAssets(WIDGET)
  const getLoader = createLoaders(sync, widget)
  const kept = keepAssets(app, sync, { desk, widget })

  app.get("/w/:file", { schema: { hide: true } }, async (request, reply) => {
    reply.header("cross-origin-resource-policy", "cross-origin")
    const { file } = z.object({ file: z.string() }).parse(request.params)
    const [, name] = loaderFile.exec(file.toLowerCase()) ?? []
    const sourceId = id.safeParse(name)
    const website = sourceId.success ? await findWebsite(sync.db, sourceId.data) : undefined
    if (website === undefined) throw refuse("not-found")
    return sendAsset(request, reply, await getLoader(website))
  })

  app.get("/widget/*", { schema: { hide: true } }, async (request, reply) => {
    reply.headers({ "cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*" })
    const path = pathAfter(request, "/widget/")
    const asset = widget.get(path) ?? (await kept.find(`widget/${path}`))
    if (asset === undefined) throw refuse("not-found")
    return sendAsset(request, reply, asset)
  })

  for (const path of ["/try", "/try/:shoe"])
    app.get(path, { schema: { hide: true } }, async (request, reply) => {
      const { source: asked } = z.object({ source: id.optional().catch(undefined) }).parse(request.query)
      const { shoe } = z.object({ shoe: z.string().optional() }).parse(request.params)
      const website = asked ? await findWebsite(sync.db, asked) : await findFirstWebsite(sync.db)
      const page = website
        ? shopPage({ sourceId: website.id, shoe, query: asked ? `?source=${asked}` : "" })
        : emptyShop()
      return reply.header("cache-control", "no-store").type("text/html; charset=utf-8").send(page)
    })

  app.get("/*", { schema: { hide: true } }, async (request, reply) => {
    const path = pathAfter(request, "/")
    const asset = desk.get(path) ?? (await kept.find(`desk/${path}`))
    if (asset !== undefined) return sendAsset(request, reply, asset)
    return sendDesk(request, reply, desk.get("index.html"))
  })
}

/** Every other address that a person opens is the desk's own to understand. */
async function sendDesk(
  request: FastifyRequest,
  reply: FastifyReply,
  index: Asset | undefined,
): Promise<unknown> {
  // Whoever looks whether anything answers asks for the first page, and does not say what for.
  const isFirst = request.url.split("?")[0] === "/"
  const isForPeople =
    isFirst ||
    ((request.headers.accept ?? "").includes("text/html") && !/^\/(api|visitor|w|widget)\//.test(request.url))
  if (!isForPeople || index === undefined) throw refuse("not-found")
  return sendAsset(request, reply, index)
}

/** The path, decoded, without what follows it; only names that are listed lead anywhere. */
function pathAfter(request: FastifyRequest, prefix: string): string {
  const [path = ""] = request.url.split("?")
  try {
    return decodeURIComponent(path.slice(prefix.length))
  } catch {
    return ""
  }
}

/**
 * The loader of each website: its code with the settings in front, one script and one request. Made at most every
 * few seconds a source, so that a busy site's page views cost no queries.
 */
function createLoaders(sync: Sync, widget: ReadonlyMap<string, Asset>): (website: Website) => Promise<Asset> {
  const made = new Map<string, { text: string; asset: Asset; until: number }>()
  const code = widget.get("loader.js")?.body.toString()
  const manifest = widget.get("manifest.json")?.body.toString()
  const panel = manifest && builtWidget.parse(JSON.parse(manifest))["panel.tsx"].file

  return async (website) => {
    const known = made.get(website.id)
    if (known && known.until > performance.now()) return known.asset
    if (code === undefined || panel === undefined) throw refuse("not-found")
    const settings = await settingsOf(sync, website)
    // A block keeps the name from the page: const is bound to it, and the code is a function of its own.
    const text = `{const PARLEY=${JSON.stringify({ settings, panel: `/widget/${panel}` })};${code}}`
    const asset =
      known?.text === text
        ? known.asset
        : makeAsset(Buffer.from(text), { name: "loader.js", cacheControl: LOADER_CACHE })
    made.set(website.id, { text, asset, until: performance.now() + LOADER_LIFE })
    return asset
  }
}

async function settingsOf(sync: Sync, website: Website): Promise<LauncherSettings> {
  const { settings, workspaceId, teamId } = website
  const { greeting, accent, side, theme, replyLine, logo, domains, proactive } = settings
  const { company, faces } = await snapshot(sync.db, (tx) =>
    visitors.publicHome(tx, { workspaceId, teamId, greeting, now: sync.clock.now() }),
  )
  return launcherSettings.parse({
    sourceId: website.id,
    company: settings.title || company,
    accent,
    greeting,
    side,
    theme,
    replyLine,
    logo: logo === null ? null : `/logos/${logo}`,
    domains,
    proactive: proactive && { ...proactive, faces: faces.slice(0, 2) },
  })
}
