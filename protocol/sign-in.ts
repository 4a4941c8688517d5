/**
 * How a person signs in and what he can do about that: codes, passkeys, his password and e-mail address, the devices he
 * is signed in on. All of it belongs to the person, whatever workspace he is in, and is asked with his session's
 * cookie; an API key is never enough.
 */
import { z } from "zod"
import { command } from "./command.ts"
import { email, newPassword } from "./commands.ts"
import { name } from "./text.ts"
import { stamp } from "./values.ts"

const password = z.string().max(200)
/** Six figures of the app, or a recovery code; blanks are how people read them. */
const code = z
  .string()
  .max(40)
  .transform((text) => text.replace(/\s/g, ""))
/** For the browser's own functions: https://w3c.github.io/webauthn/#sctn-parseCreationOptionsFromJSON. */
const options = z.record(z.string(), z.unknown())
/** What they make of it, in base64url: https://w3c.github.io/webauthn/#dictdef-registrationresponsejson. */
const inner = z.string().max(20_000)
const credential = z.object({
  id: z.string().max(2_000),
  rawId: z.string().max(2_000),
  type: z.literal("public-key"),
  clientExtensionResults: z.object({}),
})
const madePasskey = credential.extend({
  response: z.object({
    clientDataJSON: inner,
    attestationObject: inner,
    transports: z.array(z.string().max(20)).max(10).default([]),
  }),
})
const shownPasskey = credential.extend({
  response: z.object({
    clientDataJSON: inner,
    authenticatorData: inner,
    signature: inner,
    userHandle: inner,
  }),
})
export type MadePasskey = z.output<typeof madePasskey>
export type ShownPasskey = z.output<typeof shownPasskey>
const nothing = z.object({})

export const signInCommands = {
  /** `needsCode`: the password was right, and POST /sign-in/code has to follow within ten minutes. */
  signIn: command("POST", "/sign-in", z.object({ email, password }), z.object({ needsCode: z.boolean() })),
  /** `isTrusted`: for thirty days this browser is asked for no code. */
  enterCode: command("POST", "/sign-in/code", z.object({ code, isTrusted: z.boolean() }), nothing),
  askPasskey: command("POST", "/sign-in/passkey/options", nothing, z.object({ options })),
  enterPasskey: command("POST", "/sign-in/passkey", z.object({ credential: shownPasskey }), nothing),

  changePassword: command("PUT", "/account/password", z.object({ password, newPassword }), nothing),
  /** `isMailed`: it is changed when the link in the mail to the new address is opened. */
  changeEmail: command(
    "PUT",
    "/account/email",
    z.object({ password, email }),
    z.object({ isMailed: z.boolean() }),
  ),
  confirmEmail: command("POST", "/confirm-email", z.object({ token: z.string().max(100) }), nothing),
  endSession: command("DELETE", "/account/sessions/:sessionId", nothing, nothing),

  /** A new secret and new recovery codes, told this once; nothing is asked at sign-in before `confirmTwoFactors`. */
  beginTwoFactors: command(
    "POST",
    "/account/two-factors",
    z.object({ password }),
    z.object({ uri: z.string(), recoveryCodes: z.array(z.string()) }),
  ),
  confirmTwoFactors: command("POST", "/account/two-factors/confirm", z.object({ code }), nothing),
  endTwoFactors: command("DELETE", "/account/two-factors", z.object({ password }), nothing),
  renewRecoveryCodes: command(
    "POST",
    "/account/recovery-codes",
    z.object({ password }),
    z.object({ recoveryCodes: z.array(z.string()) }),
  ),

  beginPasskey: command("POST", "/account/passkeys/options", z.object({ password }), z.object({ options })),
  addPasskey: command(
    "POST",
    "/account/passkeys",
    z.object({ name: name(60), credential: madePasskey }),
    nothing,
  ),
  renamePasskey: command("PATCH", "/account/passkeys/:passkeyId", z.object({ name: name(60) }), nothing),
  removePasskey: command("DELETE", "/account/passkeys/:passkeyId", z.object({ password }), nothing),
} as const

/** GET /api/v1/account: how the signed-in person signs in. */
export const accountAnswer = z.object({
  email: z.string(),
  hasTwoFactors: z.boolean(),
  /** Recovery codes that were not used. */
  recoveryCodesLeft: z.number().int(),
  /** Passkeys belong to the address people reach Parley at, so there are none before that is known (PARLEY_URL). */
  canPasskey: z.boolean(),
  passkeys: z.array(z.object({ id: z.string(), name: z.string(), createdAt: stamp })),
  /** Where he is signed in, this one first. */
  sessions: z.array(
    z.object({
      id: z.string(),
      /** Such as "Firefox 144" and "Windows"; empty where the browser did not say. */
      browser: z.string(),
      system: z.string(),
      isThis: z.boolean(),
      signedInAt: stamp,
      /** To the day. */
      seenAt: stamp,
    }),
  ),
})
export type AccountAnswer = z.infer<typeof accountAnswer>

/** GET /api/v1/agents/two-factors, admins: who signs in with two factors, by codes or by a passkey. */
export const secondFactorsAnswer = z.object({ agentIds: z.array(z.string()) })
