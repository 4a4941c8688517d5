import { createHash } from "node:crypto"
import { createRandom } from "./random.ts"

/** Some take several parts. */
const MOST_BYTES = 700_000

/** A file whose bytes follow from its name: whoever holds it later can be asked whether it is the one. */
export function fileOf(name: string): File {
  return new File([contentOf(name)], name, { type: "application/octet-stream" })
}

export function contentOf(name: string): Buffer<ArrayBuffer> {
  const seed = createHash("sha256").update(name).digest()
  const size = Math.floor(createRandom(seed.readUInt32LE()).between(1, MOST_BYTES))
  return Buffer.alloc(size, seed)
}
