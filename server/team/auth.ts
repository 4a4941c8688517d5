import { passkey } from "@better-auth/passkey"
import { betterAuth } from "better-auth"
import { APIError } from "better-auth/api"
import { twoFactor } from "better-auth/plugins/two-factor"
import type { KyselyPlugin } from "kysely"
import type { Config } from "../config/config.ts"
import { newId, type Database } from "../db/db.ts"
import type { Log } from "../log/log.ts"

const DAY = 24 * 60 * 60

export type Auth = ReturnType<typeof createAuth>

/** better-auth as we use it: its functions are called, and no request ever reaches its own routes. */
export function createAuth(o: {
  database: Database
  log: Log
  config: Config
  mailResetLink: (user: { id: string; name: string; email: string }, token: string) => Promise<void>
}) {
  const { database, log, config } = o
  const at = new URL(config.publicUrl ?? "http://parley.invalid")
  return betterAuth({
    appName: "Parley",
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
      sendResetPassword: ({ user, token }) => o.mailResetLink(user, token),
    },
    // What a young session may do without asking again, ours ask the password for.
    session: { expiresIn: 30 * DAY, updateAge: DAY, freshAge: 0 },
    verification: { storeIdentifier: "hashed" },
    plugins: [
      twoFactor({ issuer: "Parley", schema: { twoFactor: { modelName: "two_factor" } } }),
      passkey({
        rpName: "Parley",
        rpID: at.hostname,
        origin: at.origin,
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        // A passkey counts as two factors only where its holder has shown that he is who he is.
        registration: { afterVerification: ({ verification }) => isVerified(verification.registrationInfo) },
        authentication: {
          afterVerification: ({ verification }) => isVerified(verification.authenticationInfo),
        },
        advanced: { webAuthnChallengeCookie: "passkey" },
      }),
    ],
    advanced: {
      cookiePrefix: "parley",
      useSecureCookies: false,
      database: { generateId: () => newId(), validateSchema: false },
    },
    // Its limiter guards only its own routes; ours stands in http/guard.ts.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: "error", log: (_level, message) => log.error({ message }, "identity failed") },
  })
}

async function isVerified(of: { userVerified: boolean } | undefined): Promise<void> {
  if (of?.userVerified !== true) throw new APIError("UNAUTHORIZED")
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
          (name.endsWith("At") || name === "lockedUntil") && typeof value === "string"
            ? new Date(value)
            : value,
        ]),
      ),
    ),
  }),
}
