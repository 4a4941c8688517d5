import { createHmac } from "node:crypto"
import { expect, test } from "vitest"
import { prove } from "./identity.ts"

const now = new Date("2026-05-01T12:00:00Z")
const soon = now.getTime() / 1_000 + 600
const about = { secrets: ["new secret", "old secret"], sourceId: "shop", now }

function sign(
  claims: object,
  { secret = "new secret", header = { alg: "HS256", typ: "JWT" } }: { secret?: string; header?: object } = {},
) {
  const parts = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
  const mac = createHmac("sha256", secret).update(parts.join(".")).digest("base64url")
  return { token: [...parts, mac].join(".") }
}

test("a token says who it is, with either of two secrets", () => {
  const eve = {
    userId: "7",
    claims: {
      name: "Eve",
      fields: [
        { name: "E-mail", value: "eve@x.example" },
        { name: "Plan", value: "3" },
      ],
    },
  }
  const claims = { sub: 7, exp: soon, name: " Eve ", email: "eve@x.example", fields: { Plan: 3, Empty: "" } }
  expect(prove(sign(claims), about)).toEqual(eve)
  expect(prove(sign({ ...claims, aud: ["shop"] }, { secret: "old secret" }), about)).toEqual(eve)
})

test("so does the HMAC of an id, and nothing but the id", () => {
  const hash = createHmac("sha256", "old secret").update("7").digest("hex")
  expect(prove({ userId: "7", hash }, about)).toEqual({ userId: "7", claims: { name: null, fields: [] } })
  expect(prove({ userId: "8", hash }, about)).toBe("signature")
})

test.each([
  ["another secret", sign({ sub: "7", exp: soon }, { secret: "guess" }), "signature"],
  ["no signature", { token: sign({ sub: "7", exp: soon }).token.replace(/\.[^.]*$/, ".") }, "signature"],
  ["alg none", sign({ sub: "7", exp: soon }, { header: { alg: "none" } }), "malformed"],
  ["alg RS256", sign({ sub: "7", exp: soon }, { header: { alg: "RS256" } }), "malformed"],
  [
    "a critical header",
    sign({ sub: "7", exp: soon }, { header: { alg: "HS256", crit: ["b64"] } }),
    "malformed",
  ],
  ["no end", sign({ sub: "7" }), "malformed"],
  ["nobody", sign({ exp: soon }), "malformed"],
  ["an empty id", sign({ sub: "", exp: soon }), "malformed"],
  ["an end long ago", sign({ sub: "7", exp: soon - 3_600 }), "expired"],
  ["a beginning to come", sign({ sub: "7", exp: soon, nbf: soon }), "expired"],
  ["another website", sign({ sub: "7", exp: soon, aud: "other" }), "audience"],
  ["no token", { token: "eve" }, "malformed"],
  ["an odd token", { token: "null.null.null" }, "malformed"],
])("%s proves nothing", (_what, proof, why) => {
  expect(prove(proof, about)).toBe(why)
})

test("where no secret was made nothing is proven", () => {
  const hash = createHmac("sha256", "").update("7").digest("hex")
  expect(prove({ userId: "7", hash }, { ...about, secrets: [] })).toBe("signature")
})
