import type { FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { id } from "../../protocol/values.ts"
import {
  fromVisitor,
  homeAnswer,
  visitorHistory,
  visitorHistoryAnswer,
  visitorMessage,
  visitorMessageAnswer,
  visitorSeen,
} from "../../protocol/visitor.ts"
import { isAmong } from "../../protocol/website.ts"
import { identifying, receive, seen, visitors } from "../conversations/conversations.ts"
import { findAddress, placeOfIp, visitorKeys } from "../customers/customers.ts"
import { stamp, turns } from "../db/db.ts"
import type { Config } from "../config/config.ts"
import { links, type FileStore } from "../files/files.ts"
import type { Sync } from "../sync/sync.ts"
import { acts } from "../team/team.ts"
import { createLimit } from "./limit.ts"
import type { App } from "./route.ts"
import { createJointLimit } from "./joint-limit.ts"
import { acceptSocket } from "./socket.ts"
import { uploaderOf, uploadRoutes } from "./visitor-files.ts"
import { identityRoutes } from "./visitor-identity.ts"
import { mailRoutes } from "./visitor-mail.ts"
import { VisitorStream, type Needs } from "./visitor-stream.ts"
import { createHomes, createWebsites, type Website } from "./website.ts"

/** What one visitor may do; nothing is counted by network address, where a whole office may sit behind one. */
const MESSAGES = { most: 20, seconds: 10 }
const OTHERS = { most: 60, seconds: 10 }
/** Visitors who are welcomed at the same time; when thousands come back at once the others wait, and writers do not. */
const WELCOMED = { atOnce: 8, atOnceOfOne: 8, mostWaitingOfOne: Infinity }
/** Visitors remembered as having written before. */
const MOST_KNOWN = 50_000
/** Streams of one visitor: every tab has its own. */
const MOST_STREAMS = 50
/** First messages of new visitors at one website: far above a busy day's, far below a flood. */
const NEW_SESSIONS = { name: "new-sessions", most: 600, seconds: 60 }
/** 100,000 characters of any alphabet arrive and are refused by name; more is not read. */
const MOST_BYTES = 1024 * 1024
const PAGE = 50
const JOINING = "j"
const PLAIN_KEY = 43

const params = z.object({ sourceId: id })
const language = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/

/** Browsers say which page asks; what is no browser could say anything. Parley's own pages try the chat out. */
function mayAsk({ headers }: FastifyRequest, { settings }: Website): boolean {
  if (headers.origin === undefined) return true
  const page = URL.parse(headers.origin)
  return page?.host === headers.host || isAmong(page?.hostname ?? "", settings.domains)
}

/**
 * The visitor's side, for pages of any origin: there is no cookie to misuse, the key in the body is the only
 * credential. Bodies are JSON sent as text/plain, which no browser asks permission for.
 */
export function visitorRoutes(
  app: App,
  { sync, config, store }: { sync: Sync; config: Config; store: FileStore },
): void {
  const messages = createLimit(MESSAGES)
  const others = createLimit(OTHERS)
  const newSessions = createJointLimit(sync.db, NEW_SESSIONS)
  const homes = createHomes(sync, { takesEmail: acts.canMail(config) })
  const websites = createWebsites(sync.db)
  const welcome = turns.createTurns(WELCOMED)
  const known = new Set<string>()
  const streams = new Set<VisitorStream>()
  const openStreams = new Map<string, number>()
  let isStopping = false

  async function getWebsite(request: FastifyRequest): Promise<Website> {
    const { sourceId } = params.parse(request.params)
    const website = await websites.find(sourceId)
    if (website === undefined || !mayAsk(request, website)) throw refuse("not-found")
    return website
  }

  const linkOf = (file: { workspaceId: string; id: string }) =>
    links.linkOf(sync.database.secret, file, sync.clock.now())

  const needs: Needs = {
    sync,
    linkOf,
    findOpened,
    getHome: homes.get,
    inTurn: welcome,
    admit(websiteId, value, addressId) {
      const open = openStreams.get(addressId) ?? 0
      if (open >= MOST_STREAMS || !others.take(`${websiteId} ${value}`)) return false
      openStreams.set(addressId, open + 1)
      return true
    },
    release(addressId) {
      const left = (openStreams.get(addressId) ?? 0) - 1
      if (left > 0) openStreams.set(addressId, left)
      else openStreams.delete(addressId)
    },
    onGone: (stream) => streams.delete(stream),
    wire: { schema: fromVisitor, metrics: sync.metrics, kind: "visitor" },
  }

  /** Most keys say themselves which address they open, so that writing costs no look. */
  async function findOpened({ workspaceId, id: sourceId }: Website, key: string) {
    if (!key.startsWith(JOINING) || key.length === PLAIN_KEY)
      return { value: visitorKeys.hashOf(key), isByMail: false, claims: null }
    return visitorKeys.findOpened(sync.db, { workspaceId, sourceId }, { key, now: stamp(sync.clock.now()) })
  }

  async function getOpened(website: Website, key: string) {
    const opened = await findOpened(website, key)
    if (opened === undefined) throw refuse("session-over")
    return opened
  }

  /** The address behind a key, if anything was ever written with it. */
  async function findVisitor(request: FastifyRequest, key: string) {
    const website = await getWebsite(request)
    const { value, isByMail } = await getOpened(website, key)
    if (!others.take(`${website.id} ${value}`)) throw refuse("too-often")
    const address = await findAddress(sync.db, website.workspaceId, { sourceId: website.id, value })
    return address && { website, address, isByMail }
  }

  /** New visitors are counted for all of a website together. */
  async function admitWriter(website: Website, value: string): Promise<void> {
    if (!messages.take(`${website.id} ${value}`)) throw refuse("too-often")
    if (!(await isKnown(website, value)) && !(await newSessions.take(website.id))) throw refuse("too-often")
  }

  async function isKnown({ workspaceId, id: sourceId }: Website, value: string): Promise<boolean> {
    if (known.has(`${sourceId} ${value}`)) return true
    return (await findAddress(sync.db, workspaceId, { sourceId, value })) !== undefined
  }

  app.register(async (scope) => {
    scope.addContentTypeParser(
      "text/plain",
      { parseAs: "string" },
      scope.getDefaultJsonParser("error", "error"),
    )
    scope.addHook("onSend", async (_request, reply) => allowAnyPage(reply))

    scope.options("/visitor/v1/:sourceId/*", { schema: { hide: true } }, async (_request, reply) =>
      reply
        .code(204)
        .headers({
          "access-control-allow-methods": "GET, POST",
          "access-control-allow-headers": "content-type, authorization",
          "access-control-max-age": "86400",
        })
        .send(),
    )

    scope.get(
      "/visitor/v1/:sourceId/home",
      { schema: { hide: true, params, response: { 200: homeAnswer } } },
      async (request) => homes.get(await getWebsite(request)),
    )

    scope.post(
      "/visitor/v1/:sourceId/messages",
      {
        bodyLimit: MOST_BYTES,
        schema: { hide: true, params, body: visitorMessage, response: { 200: visitorMessageAnswer } },
      },
      async (request) => {
        const website = await getWebsite(request)
        const body = visitorMessage.parse(request.body)
        const { value, claims } = await getOpened(website, body.key)
        await admitWriter(website, value)
        const profile = {
          ...placeOfIp(request.ip),
          language: body.language && language.test(body.language) ? body.language : null,
        }
        const [received] = await receive(sync, [
          {
            workspaceId: website.workspaceId,
            sourceId: website.id,
            channel: "web-chat",
            teamId: website.teamId,
            addressValue: value,
            addressDisplay: "",
            profile,
            isAnswered: true,
            spokeFirst: body.answersProactive ? website.settings.proactive?.text : undefined,
            message: {
              id: body.id,
              providerId: null,
              text: body.text,
              claimedAt: null,
              files: [],
              uploaded: { uploader: uploaderOf(website.id, value), ids: body.fileIds ?? [] },
            },
          },
        ])
        if (received === undefined) throw new Error("A message was taken and nothing is known of it.")
        if (received.isRefused) throw refuse("blocked")
        if (claims !== null) {
          const { workspaceId, id: sourceId } = website
          await identifying.noteClaims(sync, { workspaceId, sourceId }, { value, key: body.key, claims })
        }
        if (known.size >= MOST_KNOWN) known.clear()
        known.add(`${website.id} ${value}`)
        return { id: received.entryId, at: received.at }
      },
    )

    scope.post(
      "/visitor/v1/:sourceId/seen",
      { schema: { hide: true, params, body: visitorSeen, response: { 200: z.object({}) } } },
      async (request) => {
        const { key, upTo } = visitorSeen.parse(request.body)
        const visitor = await findVisitor(request, key)
        if (visitor === undefined) return {}
        const { website, address } = visitor
        await seen.customerRead(sync, {
          workspaceId: website.workspaceId,
          addressId: address.id,
          upTo,
        })
        return {}
      },
    )

    scope.post(
      "/visitor/v1/:sourceId/history",
      { schema: { hide: true, params, body: visitorHistory, response: { 200: visitorHistoryAnswer } } },
      async (request) => {
        const { key, before } = visitorHistory.parse(request.body)
        const visitor = await findVisitor(request, key)
        if (visitor === undefined) return { messages: [], hasMore: false }
        const { website, address } = visitor
        const older = await visitors.publicMessages(sync.db, {
          workspaceId: website.workspaceId,
          addressId: address.id,
          linkOf: (fileId) => linkOf({ workspaceId: website.workspaceId, id: fileId }),
          before,
          limit: PAGE + 1,
        })
        return { messages: older.slice(-PAGE), hasMore: older.length > PAGE }
      },
    )

    uploadRoutes(scope, { sync, config, store, getWebsite, getOpened, admitWriter })
    identityRoutes(scope, { sync, getWebsite })
    mailRoutes(scope, { sync, config, getWebsite, findVisitor })

    scope.get("/visitor/v1/:sourceId/stream", { schema: { hide: true, params } }, async (request, reply) => {
      const website = await getWebsite(request)
      const stream = new VisitorStream(needs, {
        socket: await acceptSocket(request, reply),
        website,
        userAgent: request.headers["user-agent"],
      })
      streams.add(stream)
      // It was under way when all others were told.
      if (isStopping) stream.stop()
    })

    scope.addHook("preClose", async () => {
      isStopping = true
      for (const stream of streams) stream.stop()
    })
  })
}

function allowAnyPage(reply: FastifyReply): void {
  reply.headers({
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "no-store",
  })
}
