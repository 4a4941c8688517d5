import { openBeside } from "./beside.ts"
import type { Installation, InstallationNeeds } from "./installation.ts"
import type { Ground } from "./nemesis.ts"
import { openLine, openOne } from "./one.ts"
import { openStandby } from "./standby.ts"
import { openSplit, openThree } from "./three.ts"
import { openEditions } from "./upgrade.ts"

/** How each kind of installation is opened. */
export const grounds: Record<Ground, (needs: InstallationNeeds) => Promise<Installation>> = {
  one: openOne,
  beside: openBeside,
  line: openLine,
  three: openThree,
  split: openSplit,
  standby: openStandby,
  editions: openEditions,
}
