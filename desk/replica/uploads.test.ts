import { expect, test } from "vitest"
import { newId } from "./act.ts"
import { createFakeDisk } from "./fakes/disk.ts"
import { createUploads } from "./uploads.ts"
import { createWatchers } from "./watchers.ts"

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
