import type { FastifyRequest } from "fastify"
import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { visitorEmail, visitorEmailAnswer, visitorNewLink, visitorReopening } from "../../protocol/visitor.ts"
import type { Config } from "../config/config.ts"
import { visitorKeys, type AddressRecord } from "../customers/customers.ts"
import { stamp } from "../db/db.ts"
import { visitorMail } from "../notifications/notifications.ts"
import type { Sync } from "../sync/sync.ts"
import { acts } from "../team/team.ts"
import { createJointLimit } from "./joint-limit.ts"
import type { App } from "./route.ts"
import type { Website } from "./website.ts"

const DAY = 86_400
/** A visitor mistypes his address now and then; nobody has many visitors' answers sent to one. */
const OF_VISITOR = { name: "mail-visitor", most: 5, seconds: DAY }
const TO_EMAIL = { name: "mail-to", most: 5, seconds: DAY }
const OF_WEBSITE = { name: "mail-website", most: 500, seconds: DAY }
/** Tries of a link, whoever tries. */
const LINKS = { name: "mail-link", most: 20, seconds: 60 * 60 }
/** How long the chat stays open in a browser that a mail's link opened, in milliseconds. */
const OPENED_FOR = 7 * DAY * 1_000

type Needs = {
  sync: Sync
  config: Config
  getWebsite(request: FastifyRequest): Promise<Website>
  findVisitor(
    request: FastifyRequest,
    key: string,
  ): Promise<{ website: Website; address: AddressRecord; isByMail: boolean } | undefined>
}

/** A visitor's answers by e-mail, and the way back from one of them. */
export function mailRoutes(scope: App, { sync, config, getWebsite, findVisitor }: Needs): void {
  const ofVisitor = createJointLimit(sync.db, OF_VISITOR)
  const toEmail = createJointLimit(sync.db, TO_EMAIL)
  const ofWebsite = createJointLimit(sync.db, OF_WEBSITE)
  const links = createJointLimit(sync.db, LINKS)

  scope.post(
    "/visitor/v1/:sourceId/email",
    { schema: { hide: true, body: visitorEmail, response: { 200: visitorEmailAnswer } } },
    async (request) => {
      const { key, email } = visitorEmail.parse(request.body)
      const visitor = await findVisitor(request, key)
      if (visitor === undefined || !acts.canMail(config)) throw refuse("not-found")
      const { website, address, isByMail } = visitor
      if (email !== null) {
        // Whoever was forwarded a mail cannot have the next one sent to himself.
        if (isByMail) throw refuse("not-allowed")
        const isFine =
          (await ofVisitor.take(address.id)) &&
          (await toEmail.take(`${website.workspaceId} ${email.toLowerCase()}`)) &&
          (await ofWebsite.take(website.id))
        if (!isFine) throw refuse("too-often")
      }
      const { workspaceId } = website
      await visitorMail.mailTo(sync, { workspaceId, addressId: address.id, email })
      return { mailsTo: email === null ? null : mostlyHidden(email) }
    },
  )

  scope.post(
    "/visitor/v1/:sourceId/reopen",
    { schema: { hide: true, body: visitorReopening, response: { 200: z.object({}) } } },
    async (request) => {
      const { link, key } = visitorReopening.parse(request.body)
      const { workspaceId, id: sourceId } = await getWebsite(request)
      if (!(await links.take(link))) throw refuse("too-often")
      const now = sync.clock.now()
      const until = stamp(new Date(now.getTime() + OPENED_FOR))
      const opening = { link, key, now: stamp(now), until }
      if (!(await visitorKeys.openLink(sync.db, { workspaceId, sourceId }, opening)))
        throw refuse("link-over")
      return {}
    },
  )

  scope.post(
    "/visitor/v1/:sourceId/link",
    { schema: { hide: true, body: visitorNewLink, response: { 200: z.object({}) } } },
    async (request) => {
      const { link } = visitorNewLink.parse(request.body)
      const { workspaceId, id: sourceId } = await getWebsite(request)
      if (!(await links.take(link))) throw refuse("too-often")
      await visitorMail.mailNewLink(sync, config, { workspaceId, sourceId }, link)
      return {}
    },
  )
}

/** Enough to know one's own by. */
export function mostlyHidden(email: string): string {
  const [name = "", host = ""] = email.split("@")
  return `${[...name][0] ?? ""}…@${host}`
}
