import { afterEach, expect, test, vi } from "vitest"
import { newId } from "./act.ts"
import { createFakeDisk } from "./fakes/disk.ts"
import { createUploads } from "./uploads.ts"
import { createWatchers } from "./watchers.ts"

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test("a server that fails once has not said no, one that fails always has", async () => {
  vi.stubGlobal("addEventListener", () => undefined)
  vi.stubGlobal("removeEventListener", () => undefined)
  const answer = (status: number, body: object) => async () => Response.json(body, { status })
  const fails = answer(500, { refusal: "broken", message: "" })
  const takes = answer(200, { received: 9 })
  const asked = vi.fn(fails).mockImplementationOnce(fails).mockImplementationOnce(takes)
  vi.stubGlobal("fetch", asked)
  const uploads = createUploads({
    server: { base: "http://127.0.0.1:1" },
    watchers: createWatchers(),
    disk: () => undefined,
  })
  const [first, second] = [newId(), newId()]
  uploads.resume({ id: first, name: "film.mp4", size: 9, type: "" })
  await expect.poll(() => uploads.viewOf(first)?.state, { timeout: 3_000 }).toBe("ready")
  // Without pauses.
  vi.spyOn(Math, "random").mockReturnValue(-1)
  uploads.resume({ id: second, name: "film.mp4", size: 9, type: "" })
  await expect.poll(() => uploads.viewOf(second)?.state).toBe("failed")
})

test("a file that this machine's disk does not give back is shown as failed, and can be tried again", async () => {
  const disk = await createFakeDisk().open()
  disk.readUpload = () => Promise.reject(new DOMException("broken", "UnknownError"))
  const uploads = createUploads({
    server: { base: "http://127.0.0.1:1" },
    watchers: createWatchers(),
    disk: () => disk,
  })
  const file = { id: newId(), name: "film.mp4", size: 9, type: "" }
  uploads.resume(file)
  await expect.poll(() => uploads.viewOf(file.id)?.state).toBe("failed")
})
