import { createReadStream } from "node:fs"
import { mkdir, open, rename, rm, stat } from "node:fs/promises"
import path from "node:path"
import { newId } from "../db/db.ts"
import type { Engine, FileName } from "./store.ts"

/** Files in a folder of this machine, one folder a workspace. Both ids are UUIDs, so no path leaves it. */
export function createFolder(folder: string): Engine {
  const ofWorkspace = ({ workspaceId }: FileName) => path.join(folder, workspaceId)
  const pathOf = (file: FileName) => path.join(ofWorkspace(file), file.id)
  return {
    async check() {},
    async reserve(file) {
      await mkdir(ofWorkspace(file), { recursive: true, mode: 0o700 })
      return `${pathOf(file)}.${newId()}.part`
    },
    async take(file, part) {
      await rename(part.path, pathOf(file))
      // A name is on the disk when its folder is.
      const handle = await open(ofWorkspace(file))
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    },
    async read(file, from = 0) {
      const found = await stat(pathOf(file)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error
        return undefined
      })
      return found && { size: found.size, bytes: createReadStream(pathOf(file), { start: from }) }
    },
    remove: (file) => rm(pathOf(file), { force: true }),
  }
}
