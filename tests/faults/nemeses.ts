import type { Nemesis } from "./nemesis.ts"
import { processes } from "./processes.ts"

export const nemeses: Nemesis[] = [...processes]
