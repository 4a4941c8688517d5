/**
 * Uploading: a file goes up in parts, and goes on where it was cut off, after a lost network, a reload or on another
 * process. The uploader asks how much is there, then sends what follows; a part that comes twice is added once.
 */
import { z } from "zod"
import { id } from "./values.ts"

/** POST /api/v1/files. The id is made by the uploader; the same once more says how much is there. */
export const newUpload = z.object({
  id,
  name: z.string().max(1_000),
  /** Bytes. */
  size: z.number().int().min(1),
  /** What the browser takes it for; the server looks itself. */
  type: z.string().max(200),
})

/** How many bytes are there; with all of them the file can be sent. */
export const uploadState = z.object({ received: z.number().int() })
