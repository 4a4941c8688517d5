import { openBeside } from "./beside.ts"
import type { Installation, InstallationNeeds } from "./installation.ts"
import type { Ground } from "./nemesis.ts"
import { openLine, openOne } from "./one.ts"

/** How each kind of installation is opened. */
export const grounds: Partial<Record<Ground, (needs: InstallationNeeds) => Promise<Installation>>> = {
  one: openOne,
  beside: openBeside,
  line: openLine,
}
