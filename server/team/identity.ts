import { betterAuth } from "better-auth"
import { isAPIError } from "better-auth/api"
import { hashPassword } from "better-auth/crypto"
import { sql, type KyselyPlugin } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Config } from "../config/config.ts"
import { newId, type Database, type Db } from "../db/db.ts"
import { enqueue } from "../jobs/jobs.ts"
import type { Log } from "../log/log.ts"
import { resetMail } from "./mails.ts"

/** A person, whatever the workspaces he belongs to. */
export type User = { id: string; name: string; email: string }
/** Whoever signed in, with the Set-Cookie lines that keep him signed in. */
export type SignedIn = { user: User; cookies: string[] }

export type Identity = {
  /** Who holds the session of a Cookie header. Believed for a few seconds, or until any process says that it ended. */
  findUser(cookie: string | undefined): Promise<User | undefined>
  /** The id of a Cookie header's session, which is gone once it has ended. */
  findSession(cookie: string | undefined): Promise<string | undefined>
  /** As `findUser`, but asks, and prolongs the session: the cookies to answer with. */
  renewSession(cookie: string | undefined): Promise<SignedIn | undefined>
  /** Refuses `wrong-credentials`. */
  signIn(email: string, password: string): Promise<SignedIn>
  /** Commits by itself, so that what comes after it can be taken up again. Refuses `email-taken`. */
  signUp(person: { name: string; email: string; password: string }): Promise<SignedIn>
  signOut(cookie: string | undefined): Promise<string[]>
  /** Mails a link if there is such a person; looks the same if there is not. */
  forgotPassword(email: string): Promise<void>
  /** Ends all sessions of the person whose id it answers. Refuses `invitation-over` for a link that is too old or used. */
  resetPassword(token: string, password: string): Promise<string | undefined>
  /** Sets a password without asking for a proof: for whoever holds the server. Undefined where there is no such person. */
  setPassword(email: string, password: string): Promise<User | undefined>
  /** Deletes sessions and links that are too old to be used. */
  forgetExpired(): Promise<void>
}

const COOKIE = /(?:^|;\s*)parley\.session_token=([^;]+)/
const BELIEVED_FOR = 5_000
const BELL = "parley_identity"
const MOST_BELIEVED = 10_000
/** Stands for the workspace in jobs that belong to none. */
const INSTALLATION = "00000000-0000-0000-0000-000000000000"
const DAY = 24 * 60 * 60

/**
 * Users, passwords and sessions by better-auth, whose functions are called here and whose routes are not exposed.
 * Cookies are made `Secure` by the HTTP frame where the request came over https, because that differs by request.
 */
export function createIdentity({
  database,
  log,
  config,
}: {
  database: Database
  log: Log
  config: Config
}): Identity {
  const auth = betterAuth({
    // Needed to start and used for nothing: no request ever reaches better-auth's own routes.
    baseURL: "http://parley.invalid",
    secret: database.secret,
    database: {
      db: database.db.withPlugin(datesOfTimes),
      type: "postgres",
      schemaName: "identity",
      transaction: true,
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 10,
      maxPasswordLength: 200,
      resetPasswordTokenExpiresIn: 60 * 60,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: ({ user, token }) => mailResetLink(user, token),
    },
    session: { expiresIn: 30 * DAY, updateAge: DAY },
    verification: { storeIdentifier: "hashed" },
    advanced: {
      cookiePrefix: "parley",
      useSecureCookies: false,
      database: { generateId: () => newId(), validateSchema: false },
    },
    // Its limiter guards only its own routes; ours stands in http/account.ts.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: "error", log: (_level, message) => log.error({ message }, "identity failed") },
  })
  const believed = new Map<string, { user: User; until: number }>()
  // What was read before an end and comes back after it is not to be believed.
  let ends = 0

  database
    .listen(BELL, forget)
    .catch((error: unknown) => log.warn({ err: error }, "ends of sessions in other processes are not heard"))

  function ask(cookie: string | undefined) {
    return auth.api.getSession({ headers: cookieHeader(cookie), query: { disableRefresh: true } })
  }

  function forget(userId: string): void {
    ends += 1
    for (const [session, { user }] of believed) if (user.id === userId) believed.delete(session)
  }

  function forgetEverywhere(userId: string): void {
    forget(userId)
    database.notify(BELL, userId)
  }

  async function mailResetLink({ name, email }: User, token: string): Promise<void> {
    const link = `${config.publicUrl}/reset-password/${token}`
    const payload = resetMail({ to: email, name, link })
    await enqueue(database.db, { name: "send-mail", workspaceId: INSTALLATION, payload })
  }

  return {
    async findUser(cookie) {
      const session = sessionOf(cookie)
      if (session === undefined) return undefined
      const known = believed.get(session)
      if (known !== undefined && known.until > performance.now()) return known.user
      const endsBefore = ends
      const found = await ask(cookie)
      if (believed.size >= MOST_BELIEVED) believed.clear()
      if (found === null) believed.delete(session)
      else if (ends === endsBefore)
        believed.set(session, { user: userOf(found.user), until: performance.now() + BELIEVED_FOR })
      return found === null ? undefined : userOf(found.user)
    },
    async findSession(cookie) {
      return sessionOf(cookie) === undefined ? undefined : (await ask(cookie))?.session.id
    },
    async renewSession(cookie) {
      if (sessionOf(cookie) === undefined) return undefined
      const { headers, response } = await auth.api.getSession({
        headers: cookieHeader(cookie),
        returnHeaders: true,
      })
      return response === null ? undefined : { user: userOf(response.user), cookies: headers.getSetCookie() }
    },
    async signIn(email, password) {
      try {
        const { headers, response } = await auth.api.signInEmail({
          body: { email, password },
          returnHeaders: true,
        })
        return { user: userOf(response.user), cookies: headers.getSetCookie() }
      } catch (error) {
        throw isAPIError(error) && error.statusCode === 401 ? refuse("wrong-credentials") : error
      }
    },
    async signUp(person) {
      try {
        const { headers, response } = await auth.api.signUpEmail({ body: person, returnHeaders: true })
        return { user: userOf(response.user), cookies: headers.getSetCookie() }
      } catch (error) {
        // Two at once with one address: the second fails on the unique constraint, which better-auth hides.
        if (isAPIError(error) && (await hasUser(database.db, person.email))) throw refuse("email-taken")
        throw error
      }
    },
    async signOut(cookie) {
      const session = sessionOf(cookie)
      if (session === undefined) return []
      const found = await ask(cookie)
      const { headers } = await auth.api.signOut({ headers: cookieHeader(cookie), returnHeaders: true })
      if (found !== null) forgetEverywhere(found.user.id)
      return headers.getSetCookie()
    },
    async forgotPassword(email) {
      await auth.api.requestPasswordReset({ body: { email } })
    },
    async resetPassword(token, password) {
      try {
        const { internalAdapter } = await auth.$context
        const userId = (await internalAdapter.findVerificationValue(`reset-password:${token}`))?.value
        await auth.api.resetPassword({ body: { token, newPassword: password } })
        if (userId !== undefined) forgetEverywhere(userId)
        return userId
      } catch (error) {
        throw isAPIError(error) && error.statusCode === 400 ? refuse("invitation-over") : error
      }
    },
    async setPassword(email, password) {
      const user = await findUserByEmail(database.db, email)
      if (user === undefined) return undefined
      const { internalAdapter } = await auth.$context
      await internalAdapter.updatePassword(user.id, await hashPassword(password))
      await internalAdapter.deleteUserSessions(user.id)
      forgetEverywhere(user.id)
      return user
    },
    async forgetExpired() {
      // By the machine's clock, as better-auth measures them.
      await sql`delete from identity.session where "expiresAt" < now()`.execute(database.db)
      await sql`delete from identity.verification where "expiresAt" < now()`.execute(database.db)
    },
  }
}

async function findUserByEmail(db: Db, email: string): Promise<User | undefined> {
  const { rows } = await sql<User>`
    select id, name, email from identity."user" where email = ${email.toLowerCase()}`.execute(db)
  return rows[0]
}

async function hasUser(db: Db, email: string): Promise<boolean> {
  return (await findUserByEmail(db, email)) !== undefined
}

function sessionOf(cookie: string | undefined): string | undefined {
  return cookie === undefined ? undefined : COOKIE.exec(cookie)?.[1]
}

function cookieHeader(cookie: string | undefined): Headers {
  return new Headers({ cookie: cookie ?? "" })
}

function userOf({ id, name, email }: User): User {
  return { id, name, email }
}

/** Our driver gives times as text; better-auth compares them with `Date`s, which texts would silently never precede. */
const datesOfTimes: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  transformResult: async ({ result }) => ({
    ...result,
    rows: result.rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          name.endsWith("At") && typeof value === "string" ? new Date(value) : value,
        ]),
      ),
    ),
  }),
}
