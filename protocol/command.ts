import { z } from "zod"

/** What a command is: `path` names what is in `params`, `body` what is sent, `answer` what comes back. */
export function command<P extends string, B extends z.ZodType, A extends z.ZodType>(
  method: "POST" | "PATCH" | "PUT" | "DELETE",
  path: P,
  body: B,
  answer: A,
) {
  return { method, path, body, answer }
}

/** The number of the change it became. */
export const done = z.object({ number: z.number().int() })
