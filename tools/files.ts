import { readdirSync } from "node:fs"
import path from "node:path"

/** Every file under these folders of the project, sorted, with forward slashes. */
export function filesUnder(...folders: string[]): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name).replaceAll("\\", "/")),
    )
    .sort()
}
