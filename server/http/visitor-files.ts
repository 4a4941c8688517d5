import type { FastifyRequest } from "fastify"
import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { uploadState } from "../../protocol/uploads.ts"
import { id } from "../../protocol/values.ts"
import { visitorCancel, visitorKey, visitorUpload } from "../../protocol/visitor.ts"
import type { Config } from "../config/config.ts"
import { stamp } from "../db/db.ts"
import { uploads, type FileStore } from "../files/files.ts"
import type { Sync } from "../sync/sync.ts"
import { bytesOf, partQuery, takeParts, uploadNeeds } from "./files.ts"
import { createLimit } from "./limit.ts"
import type { App } from "./route.ts"
import type { Website } from "./website.ts"

/** Of one visitor. Parts grow with the line, so a quick one needs few. */
const PARTS = { most: 100, seconds: 10 }

const params = z.object({ sourceId: id, fileId: id })

type Needs = {
  sync: Sync
  config: Config
  store: FileStore
  getWebsite(request: FastifyRequest): Promise<Website>
  /** Refuses `session-over`. */
  getOpened(website: Website, key: string): Promise<{ value: string }>
  /** Refuses `too-often`. */
  admitWriter(website: Website, value: string): Promise<void>
}

/** A visitor's files on their way up, known by his key. What he has not sent nobody else can see. */
export function uploadRoutes(scope: App, o: Needs): void {
  const needs = uploadNeeds(o.sync, o.store)
  const limit = createLimit(PARTS)
  const mostBytes = o.config.mostFileMegabytes * 1_000_000
  const uploadOf = ({ workspaceId, id: sourceId }: Website, value: string, fileId: string) => ({
    workspaceId,
    id: fileId,
    uploader: uploaderOf(sourceId, value),
  })

  scope.post(
    "/visitor/v1/:sourceId/files",
    { schema: { hide: true, body: visitorUpload, response: { 200: uploadState } } },
    async (request) => {
      const { key, id: fileId, ...file } = visitorUpload.parse(request.body)
      const website = await o.getWebsite(request)
      const { value } = await o.getOpened(website, key)
      await o.admitWriter(website, value)
      const at = stamp(o.sync.clock.now())
      const received = await uploads.begin(needs, uploadOf(website, value, fileId), {
        ...file,
        mostBytes,
        at,
      })
      return { received }
    },
  )

  scope.post(
    "/visitor/v1/:sourceId/files/:fileId/cancel",
    { schema: { hide: true, params, body: visitorCancel, response: { 200: z.object({}) } } },
    async (request) => {
      const { fileId } = params.parse(request.params)
      const { key } = visitorCancel.parse(request.body)
      const website = await o.getWebsite(request)
      const { value } = await o.getOpened(website, key)
      await uploads.cancel(needs, uploadOf(website, value, fileId))
      return {}
    },
  )

  scope.register(async (inner) => {
    takeParts(inner)
    inner.post(
      "/visitor/v1/:sourceId/files/:fileId/parts",
      { schema: { hide: true, params, querystring: partQuery, response: { 200: uploadState } } },
      async (request) => {
        const { fileId } = params.parse(request.params)
        const { from } = partQuery.parse(request.query)
        const key = visitorKey.safeParse(/^Visitor (.+)$/.exec(request.headers.authorization ?? "")?.[1])
        if (!key.success) throw refuse("not-found")
        const website = await o.getWebsite(request)
        const { value } = await o.getOpened(website, key.data)
        if (!limit.take(`${website.id} ${value}`)) throw refuse("too-often")
        const upload = uploadOf(website, value, fileId)
        return { received: await uploads.addPart(needs, upload, from, bytesOf(request.body)) }
      },
    )
  })
}

export function uploaderOf(sourceId: string, addressValue: string): string {
  return `visitor:${sourceId} ${addressValue}`
}
