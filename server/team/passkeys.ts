import { isAPIError } from "better-auth/api"
import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { MadePasskey, ShownPasskey } from "../../protocol/sign-in.ts"
import type { Config } from "../config/config.ts"
import type { Db } from "../db/db.ts"
import type { Auth } from "./auth.ts"

type Asked = { options: Record<string, unknown>; cookies: string[] }

/**
 * Passkeys: each belongs to the host of PARLEY_URL and opens nothing on another, so that without it there are none.
 * All refuse `not-found` then.
 */
export type Passkeys = {
  readonly isPossible: boolean
  /** For a browser to make one; within five minutes `add` takes it. Whoever asks has been asked for his password. */
  begin(cookie: string | undefined): Promise<Asked>
  /** Refuses `wrong-passkey`. */
  add(cookie: string | undefined, name: string, credential: MadePasskey): Promise<void>
  of(userId: string): Promise<{ id: string; name: string; createdAt: string }[]>
  rename(userId: string, passkeyId: string, name: string): Promise<void>
  remove(userId: string, passkeyId: string): Promise<void>
  /** For a browser to sign in with any that it has. */
  ask(): Promise<Asked>
  /** Signs in. Refuses `wrong-passkey`. */
  enter(
    from: { cookie: string | undefined; userAgent?: string | undefined },
    credential: ShownPasskey,
  ): Promise<string[]>
}

export function createPasskeys(auth: Auth, { db, config }: { db: Db; config: Config }): Passkeys {
  const isPossible = config.publicUrl !== undefined

  function refuseWithoutHost(): void {
    if (!isPossible) throw refuse("not-found")
  }

  return {
    isPossible,
    async begin(cookie) {
      refuseWithoutHost()
      const { headers, response } = await auth.api.generatePasskeyRegistrationOptions({
        headers: new Headers({ cookie: cookie ?? "" }),
        returnHeaders: true,
      })
      return { options: { ...response }, cookies: headers.getSetCookie() }
    },
    async add(cookie, name, credential) {
      refuseWithoutHost()
      const headers = new Headers({ cookie: cookie ?? "" })
      await known(() => auth.api.verifyPasskeyRegistration({ body: { response: credential, name }, headers }))
    },
    async of(userId) {
      const { rows } = await sql<{ id: string; name: string; createdAt: string }>`
        select id, coalesce(name, '') as name, "createdAt" from identity.passkey
         where "userId" = ${userId} order by "createdAt", id`.execute(db)
      return rows
    },
    async rename(userId, passkeyId, name) {
      const { rows } = await sql`
        update identity.passkey set name = ${name}
         where id = ${passkeyId} and "userId" = ${userId} returning id`.execute(db)
      if (rows.length === 0) throw refuse("not-found")
    },
    async remove(userId, passkeyId) {
      await sql`delete from identity.passkey where id = ${passkeyId} and "userId" = ${userId}`.execute(db)
    },
    async ask() {
      refuseWithoutHost()
      const { headers, response } = await auth.api.generatePasskeyAuthenticationOptions({
        headers: new Headers(),
        returnHeaders: true,
      })
      return { options: { ...response, userVerification: "required" }, cookies: headers.getSetCookie() }
    },
    async enter({ cookie, userAgent = "" }, credential) {
      refuseWithoutHost()
      const headers = new Headers({ cookie: cookie ?? "", "user-agent": userAgent.slice(0, 400) })
      const { headers: answered, response } = await known(() =>
        auth.api.verifyPasskeyAuthentication({
          body: { response: credential },
          headers,
          returnHeaders: true,
        }),
      )
      await sql`update identity.session set by_passkey = true where id = ${response.session.id}`.execute(db)
      return answered.getSetCookie()
    },
  }
}

/** Whatever is wrong with one, nobody learns which it was. */
async function known<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isAPIError(error) ? refuse("wrong-passkey") : error
  }
}
