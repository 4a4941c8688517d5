import { signInCommands, type MadePasskey, type ShownPasskey } from "../../protocol/sign-in.ts"
import { request } from "../replica/replica.ts"

/** The person or his browser broke it off, or it has nothing that fits. */
export class Stopped extends Error {}

/** Older browsers know passkeys, and not how they are told of them in JSON. */
export function canUsePasskeys(): boolean {
  return typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential
}

/** Asks the browser for a new one. */
export async function makePasskey(password: string): Promise<MadePasskey> {
  const { path, answer } = signInCommands.beginPasskey
  const { options } = await request("POST", path, { password }, answer)
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json(options))
  return json(await browserSays(navigator.credentials.create({ publicKey })))
}

/**
 * Asks the browser for one that fits, and signs in with it. `inField`: it offers them in the field that is being filled
 * in, and nothing is asked for before one is chosen.
 */
export async function showPasskey(o: { signal?: AbortSignal; inField?: boolean } = {}): Promise<void> {
  const { askPasskey, enterPasskey } = signInCommands
  const { options } = await request("POST", askPasskey.path, {}, askPasskey.answer)
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json(options))
  const asked = navigator.credentials.get({
    publicKey,
    ...(o.signal && { signal: o.signal }),
    ...(o.inField && { mediation: "conditional" as const }),
  })
  const credential: ShownPasskey = json(await browserSays(asked))
  await request("POST", enterPasskey.path, { credential }, enterPasskey.answer)
}

async function browserSays(asked: Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = await asked
    if (credential instanceof PublicKeyCredential) return credential.toJSON()
  } catch (error) {
    // Broken off, timed out, nothing that fits, or not on this address: browsers do not say which.
    if (!(error instanceof DOMException)) throw error
  }
  throw new Stopped()
}

/** What passes between the server's library and the browser is theirs; the server looks at all of it. */
function json<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as T
}
