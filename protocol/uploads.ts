/**
 * Uploading: a file goes up in parts, and goes on where it was cut off, after a lost network, a reload or on another
 * process. The uploader asks how much is there, then sends what follows; a part that comes twice is added once.
 */
import { z } from "zod"
import { id } from "./values.ts"
import { LONGEST_VOICE, MOST_PEAKS } from "./voice.ts"

/** What makes a file a voice message: what its recorder measured. The server bounds it and otherwise believes it. */
export const voice = z.object({
  /** Milliseconds. */
  ms: z.number().int().min(1).max(LONGEST_VOICE),
  /** How loud it is, from its beginning to its end: 0 to 100. */
  peaks: z.array(z.number().int().min(0).max(100)).min(1).max(MOST_PEAKS),
})
export type Voice = z.infer<typeof voice>

/** POST /api/v1/files. The id is made by the uploader; the same once more says how much is there. */
export const newUpload = z.object({
  id,
  name: z.string().max(1_000),
  /** Bytes. */
  size: z.number().int().min(1),
  /** What the browser takes it for; the server looks itself. */
  type: z.string().max(200),
  /** Of a voice message; what turns out to be no sound is a file like any other. */
  voice: voice.nullish(),
})

/** How many bytes are there; with all of them the file can be sent. */
export const uploadState = z.object({ received: z.number().int() })
