/**
 * Who a website says that its visitor is, signed with a secret that only the website's own server and Parley know: a JSON
 * Web Token (HS256, https://www.rfc-editor.org/rfc/rfc7519), or the HMAC of the user's id alone.
 */
import { createHmac, timingSafeEqual } from "node:crypto"
import { z } from "zod"

const userId = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1).max(200))

const header = z.object({ alg: z.literal("HS256"), crit: z.undefined().optional() })
const payload = z
  .object({
    sub: userId.optional(),
    user_id: userId.optional(),
    exp: z.number(),
    nbf: z.number().optional(),
    aud: z.union([z.string(), z.array(z.string())]).optional(),
    name: z.string().trim().max(100).optional(),
    email: z.email().max(254).optional(),
    fields: z
      .record(
        z.string().trim().min(1).max(60),
        z.union([z.string(), z.number(), z.boolean()]).transform(String).pipe(z.string().trim().max(500)),
      )
      .refine((fields) => Object.keys(fields).length <= 20)
      .optional(),
  })
  .refine(({ sub, user_id: named }) => sub !== undefined || named !== undefined)

/** What is known of a visitor by proof. */
type Claims = { name: string | null; fields: { name: string; value: string }[] }
export type Proven = { userId: string; claims: Claims }

export type Proof = { token: string } | { userId: string; hash: string }
export type Unproven = "malformed" | "signature" | "expired" | "audience"

/** Clocks of two servers differ; seconds. */
const LEEWAY = 60

/** Any of the secrets will do, so that a website can go over to another one while its pages still sign with the first. */
export function prove(
  proof: Proof,
  { secrets, sourceId, now }: { secrets: readonly string[]; sourceId: string; now: Date },
): Proven | Unproven {
  if (!("token" in proof)) {
    const isRight = secrets.some((secret) => isSame(proof.hash, macOf(secret, proof.userId).toString("hex")))
    // The hash says nothing of a name, so none is believed.
    return isRight ? { userId: proof.userId, claims: { name: null, fields: [] } } : "signature"
  }
  const [head = "", body = "", signature = "", ...more] = proof.token.split(".")
  if (more.length > 0 || !header.safeParse(parsed(head)).success) return "malformed"
  // Before anything that it says is looked at.
  const isSigned = secrets.some((secret) =>
    isSame(signature, macOf(secret, `${head}.${body}`).toString("base64url")),
  )
  if (!isSigned) return "signature"
  const { success, data } = payload.safeParse(parsed(body))
  if (!success) return "malformed"
  const seconds = now.getTime() / 1_000
  if (data.exp < seconds - LEEWAY || (data.nbf ?? 0) > seconds + LEEWAY) return "expired"
  if (data.aud !== undefined && ![data.aud].flat().includes(sourceId)) return "audience"
  const fields = Object.entries({ ...(data.email && { "E-mail": data.email }), ...data.fields })
  return {
    userId: data.sub ?? data.user_id ?? "",
    claims: {
      name: data.name || null,
      fields: fields.flatMap(([name, value]) => (value === "" ? [] : [{ name, value }])),
    },
  }
}

function parsed(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString())
  } catch {
    return undefined
  }
}

function macOf(secret: string, text: string): Buffer {
  return createHmac("sha256", secret).update(text).digest()
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
