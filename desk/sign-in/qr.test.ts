import { createHash } from "node:crypto"
import { expect, test } from "vitest"
import { qrOf } from "./qr.ts"

/** What `encode` of uqr 0.1.3 makes of the same texts, level L and mask 0. */
test.each([
  ["Parley", 21, "f9c11df2508d6259cf71999dd29f9a19acda2e56769dfebbfc9dd80cc12d2f98"],
  [
    `otpauth://totp/Parley:ada%40acme.example?secret=${"ABCD".repeat(13)}&issuer=Parley&digits=6&period=30`,
    41,
    "4d619ffd588af208fd55412c043588730a352cb15d09777ab406d596cc8cbd71",
  ],
  ["é".repeat(200), 69, "319e46a326271ce1295382b1df1cb9653b59805c0827de213a6bdd688aa78b2c"],
])("a QR code of %s is what other encoders make of it", (text, size, hash) => {
  const rows = qrOf(text)
  expect([rows.length, rows[0]?.length]).toEqual([size, size])
  const drawn = rows.map((row) => row.map(Number).join("")).join("\n")
  expect(createHash("sha256").update(drawn).digest("hex")).toBe(hash)
})

test("what does not fit is refused, not cut", () => {
  expect(() => qrOf("x".repeat(859))).toThrow(RangeError)
})
