import { failoverNemeses } from "./failover.ts"
import { backupNemeses } from "./backup.ts"
import type { Nemesis } from "./nemesis.ts"
import { clockNemeses } from "./clock.ts"
import { diskNemeses } from "./disk.ts"
import { poisonNemeses } from "./poison.ts"
import { providerNemeses } from "./provider.ts"
import { network } from "./network.ts"
import { processes } from "./processes.ts"
import { severalNemeses } from "./several.ts"
import { upgradeNemeses } from "./upgrade.ts"

export const nemeses: Nemesis[] = [
  ...processes,
  ...network,
  ...severalNemeses,
  ...failoverNemeses,
  ...diskNemeses,
  ...clockNemeses,
  ...providerNemeses,
  ...poisonNemeses,
  ...upgradeNemeses,
  ...backupNemeses,
]
