import { clockNemeses } from "./clock.ts"
import { diskNemeses } from "./disk.ts"
import type { Nemesis } from "./nemesis.ts"
import { poisonNemeses } from "./poison.ts"
import { providerNemeses } from "./provider.ts"
import { processes } from "./processes.ts"

export const nemeses: Nemesis[] = [
  ...processes,
  ...diskNemeses,
  ...clockNemeses,
  ...providerNemeses,
  ...poisonNemeses,
]
