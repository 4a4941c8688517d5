/** The commands by which other programs are let in and told things: keys of the API. */
import { z } from "zod"
import { name } from "./text.ts"
import { id, stamp } from "./values.ts"

/** What every key begins with, so that scanners for lost secrets know it. */
export const KEY_BEGINNING = "parley_"

const done = z.object({ number: z.number().int() })

export const programCommands = {
  /** `key` is answered this once; null where the first answer was lost, and with it the key: revoke it and make another. */
  makeKey: {
    method: "POST",
    path: "/api-keys",
    body: z.object({ id, name: name(60) }),
    answer: z.object({ number: z.number().int(), id, key: z.string().nullable() }),
    sessionOnly: true,
  },
  /** For good: a key that may be in wrong hands must not come back. */
  revokeKey: {
    method: "DELETE",
    path: "/api-keys/:keyId",
    body: z.object({ id }),
    answer: done,
    sessionOnly: true,
  },
} as const

/** GET /api/v1/api-keys, admins: those that were not revoked, the newest first. */
export const keysAnswer = z.object({
  keys: z.array(
    z.object({
      id,
      name: z.string(),
      agentId: id,
      /** The beginning of the key. */
      beginning: z.string(),
      createdAt: stamp,
      /** To within ten minutes; null: never. */
      usedAt: stamp.nullable(),
    }),
  ),
})
