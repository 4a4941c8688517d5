import { isAPIError } from "better-auth/api"
import { sql } from "kysely"
import { refuse, type RefusalCode } from "../../protocol/refusals.ts"
import type { Db, Tx } from "../db/db.ts"
import type { Auth } from "./auth.ts"

type Begun = { uri: string; recoveryCodes: string[] }

/**
 * Codes of an app as the second factor, and ten recovery codes that each work once. What changes them asks the
 * password; each refuses `wrong-password`, `wrong-code` or `not-signed-in`.
 */
export type TwoFactors = {
  /** A new secret, which counts once `confirm` has seen a code of it. Refuses `not-allowed` where one counts already. */
  begin(cookie: string | undefined, password: string): Promise<Begun>
  /** The session goes on under another token: the cookies to answer with. */
  confirm(cookie: string | undefined, code: string): Promise<string[]>
  end(cookie: string | undefined, password: string): Promise<string[]>
  renewRecoveryCodes(cookie: string | undefined, password: string): Promise<string[]>
  stateOf(userId: string): Promise<{ hasTwoFactors: boolean; recoveryCodesLeft: number }>
  /** Whose code is awaited from this browser, his password having been right. */
  findAwaited(cookie: string | undefined): Promise<string | undefined>
  /** Signs in. Refuses `sign-in-over` when the password has to be entered again, and `too-often`. */
  enter(
    from: { cookie: string | undefined; userAgent?: string | undefined },
    o: { code: string; isTrusted: boolean },
  ): Promise<string[]>
}

/** The challenge; what follows it is its signature. */
const CHALLENGE = /(?:^|;\s*)parley\.two_factor=([\w-]+)\./
const FIGURES = /^\d{6}$/

export function createTwoFactors(auth: Auth, db: Db, forgetEverywhere: (userId: string) => void): TwoFactors {
  async function userIdOf(cookie: string | undefined): Promise<string> {
    const session = await auth.api.getSession({ headers: headersOf(cookie), query: { disableRefresh: true } })
    if (session === null) throw refuse("not-signed-in")
    return session.user.id
  }

  return {
    async begin(cookie, password) {
      const begun = await refusing(() =>
        auth.api.enableTwoFactor({ body: { password, method: "totp" }, headers: headersOf(cookie) }),
      )
      if (!("totpURI" in begun)) throw new Error("No secret was made.")
      return { uri: begun.totpURI, recoveryCodes: begun.backupCodes }
    },
    async confirm(cookie, code) {
      const userId = await userIdOf(cookie)
      const { headers } = await refusing(() =>
        auth.api.verifyTOTP({ body: { code }, headers: headersOf(cookie), returnHeaders: true }),
      )
      forgetEverywhere(userId)
      return headers.getSetCookie()
    },
    async end(cookie, password) {
      const userId = await userIdOf(cookie)
      const { headers } = await refusing(() =>
        auth.api.disableTwoFactor({ body: { password }, headers: headersOf(cookie), returnHeaders: true }),
      )
      await forgetProofs(db, userId)
      forgetEverywhere(userId)
      return headers.getSetCookie()
    },
    async renewRecoveryCodes(cookie, password) {
      const { backupCodes } = await refusing(() =>
        auth.api.generateBackupCodes({ body: { password }, headers: headersOf(cookie) }),
      )
      return backupCodes
    },
    async stateOf(userId) {
      const { rows } = await sql<{ isOn: boolean }>`
        select "twoFactorEnabled" as "isOn" from identity."user" where id = ${userId}`.execute(db)
      if (rows[0]?.isOn !== true) return { hasTwoFactors: false, recoveryCodesLeft: 0 }
      const { backupCodes } = await auth.api.viewBackupCodes({ body: { userId } })
      return { hasTwoFactors: true, recoveryCodesLeft: backupCodes.length }
    },
    async findAwaited(cookie) {
      // Only to find whose it is: its signature is looked at when the code is entered.
      const challenge = CHALLENGE.exec(cookie ?? "")?.[1]
      if (challenge === undefined) return undefined
      const { internalAdapter } = await auth.$context
      return (await internalAdapter.findVerificationValue(challenge))?.value
    },
    async enter({ cookie, userAgent = "" }, { code, isTrusted }) {
      // A session that is still there would be taken for the one who enters it.
      const kept = (cookie ?? "").replace(/(?:^|;\s*)parley\.session_token=[^;]*/, "")
      const headers = new Headers({ cookie: kept, "user-agent": userAgent.slice(0, 400) })
      const asked = { body: { code, trustDevice: isTrusted }, headers, returnHeaders: true } as const
      const entered = await refusing(() =>
        FIGURES.test(code) ? auth.api.verifyTOTP(asked) : auth.api.verifyBackupCode(asked),
      )
      return entered.headers.getSetCookie()
    },
  }
}

/** Links for a new password, codes that are awaited and browsers that are trusted are all over. */
export async function forgetProofs(db: Db | Tx, userId: string): Promise<void> {
  await sql`delete from identity.verification where value = ${userId}`.execute(db)
}

/** Whoever has lost them signs in by his password again, until he has new ones. */
export async function takeFactors(db: Db | Tx, userId: string): Promise<void> {
  await sql`delete from identity.two_factor where "userId" = ${userId}`.execute(db)
  await sql`delete from identity.passkey where "userId" = ${userId}`.execute(db)
  await sql`
    update identity."user" set "twoFactorEnabled" = false
     where id = ${userId} and "twoFactorEnabled"`.execute(db)
}

/** What better-auth calls its refusals. */
const REFUSED: Partial<Record<string, RefusalCode>> = {
  INVALID_PASSWORD: "wrong-password",
  CREDENTIAL_ACCOUNT_NOT_FOUND: "wrong-password",
  PASSWORD_TOO_LONG: "wrong-password",
  INVALID_CODE: "wrong-code",
  INVALID_BACKUP_CODE: "wrong-code",
  TOTP_NOT_ENABLED: "wrong-code",
  BACKUP_CODES_NOT_ENABLED: "wrong-code",
  TWO_FACTOR_NOT_ENABLED: "not-allowed",
  TOTP_ALREADY_ENABLED: "not-allowed",
  INVALID_TWO_FACTOR_COOKIE: "sign-in-over",
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: "sign-in-over",
  ACCOUNT_TEMPORARILY_LOCKED: "too-often",
  UNAUTHORIZED: "not-signed-in",
}

/** Says better-auth's refusals in our words; those nobody knows stay what they are, bugs. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isAPIError(error)) throw error
    // Of two who use one recovery code at the same moment, one is told that it has changed.
    if (error.statusCode === 409) throw refuse("wrong-code")
    const code = REFUSED[error.body?.code ?? ""]
    throw code === undefined ? error : refuse(code)
  }
}

function headersOf(cookie: string | undefined): Headers {
  return new Headers({ cookie: cookie ?? "" })
}
