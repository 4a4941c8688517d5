import { AsyncLocalStorage } from "node:async_hooks"
import { isAPIError } from "better-auth/api"
import { hashPassword } from "better-auth/crypto"
import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Config } from "../config/config.ts"
import { type Database, type Db } from "../db/db.ts"
import { enqueue } from "../jobs/jobs.ts"
import type { Log } from "../log/log.ts"
import { createAuth } from "./auth.ts"
import { createOwnSignIn, type OwnSignIn } from "./own-sign-in.ts"
import { createPasskeys, type Passkeys } from "./passkeys.ts"
import { createTwoFactors, forgetProofs, takeFactors, type TwoFactors } from "./two-factors.ts"
import { languageOf } from "./language.ts"
import { resetMail } from "./mails.ts"

/** A person, whatever the workspaces he belongs to. */
export type User = {
  id: string
  name: string
  email: string
  /** Workspaces that want two factors, where this session has shown one. */
  shutOutOf: readonly string[]
}
/** Whoever signed in, with the Set-Cookie lines that keep him signed in. */
export type SignedIn = { user: User; cookies: string[] }
/** What a browser tells of itself. */
export type From = { cookie: string | undefined; userAgent?: string | undefined }

export type Identity = {
  /** Who holds the session of a Cookie header. Believed for a few seconds, or until any process says that it ended. */
  findUser(cookie: string | undefined): Promise<User | undefined>
  /** The id of a Cookie header's session, which is gone once it has ended. */
  findSession(cookie: string | undefined): Promise<string | undefined>
  /** As `findUser`, but asks, and prolongs the session: the cookies to answer with. */
  renewSession(cookie: string | undefined): Promise<SignedIn | undefined>
  /** Without a user: he has to enter a code. Refuses `wrong-credentials`. */
  signIn(email: string, password: string, from: From): Promise<{ user: User | undefined; cookies: string[] }>
  /** Commits by itself, so that what comes after it can be taken up again. Refuses `email-taken`. */
  signUp(person: { name: string; email: string; password: string }, from: From): Promise<SignedIn>
  signOut(cookie: string | undefined): Promise<string[]>
  /** Mails a link if there is such a person; looks the same if there is not. `askedIn`: what his browser speaks. */
  forgotPassword(email: string, askedIn: readonly string[]): Promise<void>
  /** Ends all sessions of the person whose id it answers. Refuses `invitation-over` for a link that is too old or used. */
  resetPassword(token: string, password: string): Promise<string | undefined>
  /**
   * Sets a password without asking for a proof: for whoever holds the server. `endsTwoFactors`: and takes codes and
   * passkeys away. Undefined where there is no such person.
   */
  setPassword(email: string, password: string, o?: { endsTwoFactors: boolean }): Promise<Named | undefined>
  /** Deletes sessions and links that are too old to be used. */
  forgetExpired(): Promise<void>
  twoFactors: TwoFactors
  passkeys: Passkeys
  own: OwnSignIn
}

type Named = Pick<User, "id" | "name" | "email">

const COOKIE = /(?:^|;\s*)parley\.session_token=([^;]+)/
const BELIEVED_FOR = 5_000
const BELL = "parley_identity"
const MOST_BELIEVED = 10_000
const MOST_USER_AGENT = 400
/** Stands for the workspace in jobs that belong to none. */
const INSTALLATION = "00000000-0000-0000-0000-000000000000"

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
  const auth = createAuth({ database, log, config, mailResetLink })
  const believed = new Map<string, { user: User; until: number }>()
  // What was read before an end and comes back after it is not to be believed.
  let ends = 0

  database
    .listen(BELL, forget)
    .catch((error: unknown) => log.warn({ err: error }, "ends of sessions in other processes are not heard"))

  async function ask(cookie: string | undefined) {
    const found = await auth.api.getSession({
      headers: cookieHeader(cookie),
      query: { disableRefresh: true },
    })
    return found && { session: found.session, user: await userOf(found) }
  }

  /** Who signed in before a workspace wanted two factors stays until he signs in again. */
  async function userOf(found: { user: Named; session: { id: string } }): Promise<User> {
    const { id, name, email } = found.user
    const { rows } = await sql<{ workspaceId: string }>`
      select w.id as "workspaceId"
        from identity.session s
        join identity."user" u on u.id = s."userId" and not u."twoFactorEnabled"
        join agents a on a.user_id = u.id and a.disabled_at is null
        join workspaces w on w.id = a.workspace_id and w.two_factors_since < s."createdAt"
       where s.id = ${found.session.id} and not s.by_passkey`.execute(database.db)
    return { id, name, email, shutOutOf: rows.map(({ workspaceId }) => workspaceId) }
  }

  function forget(userId: string): void {
    ends += 1
    for (const [session, { user }] of believed) if (user.id === userId) believed.delete(session)
  }

  function forgetEverywhere(userId: string): void {
    forget(userId)
    database.notify(BELL, userId)
  }

  /** What the browser speaks that asks for a mail, which better-auth does not hand on. */
  const asking = new AsyncLocalStorage<readonly string[]>()

  async function mailResetLink(
    { id, name, email }: { id: string; name: string; email: string },
    token: string,
  ): Promise<void> {
    const link = `${config.publicUrl}/reset-password/${token}`
    const language = await languageOf(database.db, id, asking.getStore() ?? [])
    const payload = resetMail({ to: email, name, link, language })
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
        believed.set(session, { user: found.user, until: performance.now() + BELIEVED_FOR })
      return found?.user
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
      return response === null ? undefined : { user: await userOf(response), cookies: headers.getSetCookie() }
    },
    async signIn(email, password, from) {
      try {
        const { headers, response } = await auth.api.signInEmail({
          body: { email, password },
          headers: headersOf(from),
          returnHeaders: true,
        })
        const cookies = headers.getSetCookie()
        // Whose second factor is asked for has no session yet, whatever the types say.
        if (!("token" in response)) return { user: undefined, cookies }
        return { user: { ...named(response.user), shutOutOf: [] }, cookies }
      } catch (error) {
        throw isAPIError(error) && error.statusCode === 401 ? refuse("wrong-credentials") : error
      }
    },
    async signUp(person, from) {
      try {
        const { headers, response } = await auth.api.signUpEmail({
          body: person,
          headers: headersOf(from),
          returnHeaders: true,
        })
        return { user: { ...named(response.user), shutOutOf: [] }, cookies: headers.getSetCookie() }
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
    async forgotPassword(email, askedIn) {
      await asking.run(askedIn, () => auth.api.requestPasswordReset({ body: { email } }))
    },
    async resetPassword(token, password) {
      try {
        const { internalAdapter } = await auth.$context
        const userId = (await internalAdapter.findVerificationValue(`reset-password:${token}`))?.value
        await auth.api.resetPassword({ body: { token, newPassword: password } })
        if (userId !== undefined) {
          await forgetProofs(database.db, userId)
          forgetEverywhere(userId)
        }
        return userId
      } catch (error) {
        throw isAPIError(error) && error.statusCode === 400 ? refuse("invitation-over") : error
      }
    },
    async setPassword(email, password, { endsTwoFactors = false } = { endsTwoFactors: false }) {
      const user = await findUserByEmail(database.db, email)
      if (user === undefined) return undefined
      const { internalAdapter } = await auth.$context
      await internalAdapter.updatePassword(user.id, await hashPassword(password))
      await internalAdapter.deleteUserSessions(user.id)
      if (endsTwoFactors) await takeFactors(database.db, user.id)
      await forgetProofs(database.db, user.id)
      forgetEverywhere(user.id)
      return user
    },
    twoFactors: createTwoFactors(auth, database.db, forgetEverywhere),
    passkeys: createPasskeys(auth, { db: database.db, config }),
    own: createOwnSignIn(auth, { database, config, forgetEverywhere }),
    async forgetExpired() {
      // By the machine's clock, as better-auth measures them.
      await sql`delete from identity.session where "expiresAt" < now()`.execute(database.db)
      await sql`delete from identity.verification where "expiresAt" < now()`.execute(database.db)
    },
  }
}

async function findUserByEmail(db: Db, email: string): Promise<Named | undefined> {
  const { rows } = await sql<Named>`
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

function headersOf({ cookie = "", userAgent = "" }: From): Headers {
  return new Headers({ cookie, "user-agent": userAgent.slice(0, MOST_USER_AGENT) })
}

function named({ id, name, email }: Named): Named {
  return { id, name, email }
}
