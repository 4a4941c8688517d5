import { randomBytes } from "node:crypto"
import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Config } from "../config/config.ts"
import type { Database, Db } from "../db/db.ts"
import { enqueue } from "../jobs/jobs.ts"
import type { Auth } from "./auth.ts"
import { canMail, changedMail, confirmMail } from "./mails.ts"
import { languageOf } from "./language.ts"
import { forgetProofs, refusing } from "./two-factors.ts"

export type SignedInOn = {
  id: string
  userAgent: string
  isThis: boolean
  signedInAt: string
  seenAt: string
}

/** What a person does about his own sign-in. */
export type OwnSignIn = {
  /** Refuses `wrong-password`. */
  proveSelf(userId: string, password: string): Promise<void>
  /** All his sessions end but the one that goes on under the cookies answered. Refuses `wrong-password`. */
  changePassword(cookie: string | undefined, o: { password: string; newPassword: string }): Promise<string[]>
  /** `askedIn`: what his browser speaks. By a mail to the new address where mail can be sent, else at once: refuses `email-taken` then. */
  changeEmail(userId: string, email: string, askedIn: readonly string[]): Promise<{ isMailed: boolean }>
  /** Whose address it was that has changed. Refuses `invitation-over`. */
  confirmEmail(token: string, askedIn: readonly string[]): Promise<string>
  /** This session's first, then the latest. */
  sessionsOf(userId: string, sessionId: string | undefined): Promise<SignedInOn[]>
  /** Of his own; what is gone is as good as ended. */
  endSession(userId: string, sessionId: string): Promise<void>
}

const INSTALLATION = "00000000-0000-0000-0000-000000000000"
const HOUR = 60 * 60_000

export function createOwnSignIn(
  auth: Auth,
  o: { database: Database; config: Config; forgetEverywhere: (userId: string) => void },
): OwnSignIn {
  const { database, config, forgetEverywhere } = o
  const { db } = database

  async function put(userId: string, email: string, askedIn: readonly string[]): Promise<void> {
    const { rows } = await sql<{ old: string; name: string }>`
      select email as old, name from identity."user" where id = ${userId}`.execute(db)
    const [was] = rows
    if (was === undefined) throw refuse("invitation-over")
    try {
      await sql`
        update identity."user" set email = ${email}, "updatedAt" = now() where id = ${userId}`.execute(db)
    } catch (error) {
      if (await isTaken(db, email, userId)) throw refuse("email-taken")
      throw error
    }
    await forgetProofs(db, userId)
    forgetEverywhere(userId)
    if (!canMail(config) || was.old === email) return
    const language = await languageOf(db, userId, askedIn)
    await mail(changedMail({ to: was.old, name: was.name, email, language }))
  }

  async function mail(payload: ReturnType<typeof confirmMail>): Promise<void> {
    await enqueue(db, { name: "send-mail", workspaceId: INSTALLATION, payload })
  }

  return {
    async proveSelf(userId, password) {
      const { internalAdapter, password: passwords } = await auth.$context
      const hash = (await internalAdapter.findCredentialAccount(userId))?.password
      if (typeof hash !== "string" || !(await passwords.verify({ hash, password })))
        throw refuse("wrong-password")
    },
    async changePassword(cookie, { password, newPassword }) {
      const asked = { currentPassword: password, newPassword, revokeOtherSessions: true }
      const { headers, response } = await refusing(() =>
        auth.api.changePassword({
          body: asked,
          headers: new Headers({ cookie: cookie ?? "" }),
          returnHeaders: true,
        }),
      )
      await forgetProofs(db, response.user.id)
      forgetEverywhere(response.user.id)
      return headers.getSetCookie()
    },
    async changeEmail(userId, email, askedIn) {
      if (!canMail(config)) {
        await put(userId, email, askedIn)
        return { isMailed: false }
      }
      // Nobody learns from this who has an account: an address that is taken gets no mail.
      if (!(await isTaken(db, email, userId))) {
        const token = randomBytes(24).toString("base64url")
        const { internalAdapter } = await auth.$context
        await internalAdapter.createVerificationValue({
          identifier: `change-email:${token}`,
          value: JSON.stringify({ userId, email }),
          expiresAt: new Date(Date.now() + HOUR),
        })
        const language = await languageOf(db, userId, askedIn)
        await mail(confirmMail({ to: email, link: `${config.publicUrl}/confirm-email/${token}`, language }))
      }
      return { isMailed: true }
    },
    async confirmEmail(token, askedIn) {
      const { internalAdapter } = await auth.$context
      const wanted = await internalAdapter.consumeVerificationValue(`change-email:${token}`)
      if (!wanted || wanted.expiresAt < new Date()) throw refuse("invitation-over")
      const { userId, email }: { userId: string; email: string } = JSON.parse(wanted.value)
      await put(userId, email, askedIn)
      return userId
    },
    async sessionsOf(userId, sessionId) {
      const { rows } = await sql<SignedInOn>`
        select id, coalesce("userAgent", '') as "userAgent", id is not distinct from ${sessionId ?? null} as "isThis",
               "createdAt" as "signedInAt", "updatedAt" as "seenAt"
          from identity.session
         where "userId" = ${userId} and "expiresAt" > now()
         order by "isThis" desc, "updatedAt" desc, id
         limit 100`.execute(db)
      return rows
    },
    async endSession(userId, sessionId) {
      await sql`delete from identity.session where id = ${sessionId} and "userId" = ${userId}`.execute(db)
      forgetEverywhere(userId)
    },
  }
}

async function isTaken(db: Db, email: string, byOther: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from identity."user" where email = ${email} and id <> ${byOther}`.execute(db)
  return rows.length > 0
}
